package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.memory.Requester;
import vaas.testing.Talk;

class PhraseSearchTest {
    @TempDir
    Path folder;

    private List<String> report; // of the last search

    private boolean search(String phrase, Path... more) throws IOException {
        List<Path> folders = new ArrayList<>(List.of(folder));
        folders.addAll(List.of(more));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean found = PhraseSearch.search(folders, phrase,
                new PrintStream(out, true, StandardCharsets.UTF_8));
        report = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(found, !report.get(report.size() - 1).startsWith("found in 0 files"));
        return found;
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,1", "xxabcxxabc,abc,2", "ababac,abac,1", "aabaabaaab,aabaaab,1",
            "aaaa,aa,2", "aaab,aab,1", "abcabcabd,abcabd,1", "abab,abc,0", "ab,abc,0", "'',a,0",
            "abacababacabac,abacabac,1"})
    void occurrencesAreFoundBehindFalseBeginnings(String text, String phrase, long count)
            throws IOException {
        for (int buffer = 1; buffer <= text.length() + 1; buffer++) { // every border there can be
            try (InputStream in = new BufferedInputStream(
                    new ByteArrayInputStream(Lines.utf8(text)), buffer)) {
                assertEquals(count, PhraseSearch.occurrences(in, Lines.utf8(phrase)));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {65_530, 65_535, 65_536, 65_540, 131_071})
    void aPhraseAcrossTheBufferOfAFileIsFound(int offset) throws IOException {
        Path file = folder.resolve("any");
        Files.writeString(file, "s".repeat(offset) + "secret" + "x".repeat(9));
        assertTrue(search("secret"));
        assertEquals(List.of(file + ": 1", "found in 1 files, at 1 places"), report);
    }

    @ParameterizedTest
    @ValueSource(strings = {"say \"hi\"", "a\\b", "two\nlines", "tab\tbed", "nul\u0000", "Grüße",
            "\uD83D\uDC4B", "</script>", "\u2028", "\u007f"})
    void aPhraseIsFoundAsTheMemoryWritesIt(String phrase) throws IOException {
        assertFalse(search(phrase));
        try (Talk talk = Talk.open(folder)) {
            Talk.stored(talk.memory.insert(talk.now(), "before " + phrase + " after", "I see."));
        }
        assertTrue(search(phrase));
        assertEquals("found in 1 files, at 1 places", report.get(1));
    }

    @Test
    void everyFileOfTheFolderIsSearchedAndThePhraseNeverPrinted() throws IOException {
        for (String name : List.of(MemoryFolder.SHARED_FILE, MemoryFolder.SHARED_FILE + ".new",
                AuditLog.FILE_NAME, "forgotten.bak")) {
            Files.writeString(folder.resolve(name), "xyzzy and xyzzy");
        }
        assertTrue(search("xyzzy"));
        assertEquals(5, report.size(), report.toString());
        assertEquals("found in 4 files, at 8 places", report.get(4));
        assertFalse(report.toString().contains("xyzzy"));
    }

    @Test
    void afterAResetNothingIsFoundButInTheBackup(@TempDir Path backups) throws IOException {
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 3);
            Files.copy(folder.resolve(MemoryFolder.SHARED_FILE), backups.resolve(
                    "memory-g1.jsonl"));
            talk.memory.resetMemory(Requester.SELF);
        }
        assertFalse(search("q3"));
        assertEquals(List.of("found in 0 files, at 0 places"), report);
        assertTrue(search("q3", backups));
        assertEquals(backups.toRealPath().resolve("memory-g1.jsonl") + ": 1", report.get(0));
        Path inside = Files.createDirectory(folder.resolve("inside"));
        Files.copy(backups.resolve("memory-g1.jsonl"), inside.resolve("copy"));
        assertTrue(search("q3", inside), "folders inside are searched too");
        assertEquals("found in 1 files, at 1 places", report.get(1), "but no file twice");
    }

    @Test
    void aMemoryInUseIsRefusedAndGivenBackAfterwards() throws IOException {
        Maintenance maintenance =
                new Maintenance(folder, Optional.empty(), new PrintStream(
                        new ByteArrayOutputStream(),
                true, StandardCharsets.UTF_8));
        try (Talk talk = Talk.open(folder)) {
            assertTrue(talk.memory.isWritable());
            assertThrows(IOException.class,
                    () -> maintenance.contains(new ByteArrayInputStream(Lines.utf8("q1"))));
        }
        assertFalse(maintenance.contains(new ByteArrayInputStream(Lines.utf8("q1"))));
        Talk.open(folder).close();
    }
}
