package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.disk.FileDisk;
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
        boolean found = PhraseSearch.search(new FileDisk(), PhraseSearch.files(folders), phrase,
                new PrintStream(out, true, StandardCharsets.UTF_8), read -> { });
        report = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(found, !report.get(report.size() - 1).startsWith("found in 0 files"));
        return found;
    }

    /** Places in a text that is written in pieces of so many bytes. */
    private static long count(String text, int length, String phrase) {
        PhraseSearch.Places places = new PhraseSearch.Places(phrase);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < bytes.length; i += length) {
            places.write(bytes, i, Math.min(length, bytes.length - i));
        }
        return places.found();
    }

    @ParameterizedTest
    @CsvSource({"abc,abc,1", "xxabcxxabc,abc,2", "ababac,abac,1", "aabaabaaab,aabaaab,1",
            "aaaa,aa,2", "aaab,aab,1", "abcabcabd,abcabd,1", "abab,abc,0", "ab,abc,0", "'',a,0",
            "abacababacabac,abacabac,1"})
    void occurrencesAreFoundBehindFalseBeginnings(String text, String phrase, long count)
            throws IOException {
        assertEquals(count, count(text, 9, phrase));
    }

    @Test
    @Timeout(60) // at so many beginnings of a long phrase anything but one pass takes minutes
    void aLongPhraseThatBeginsEverywhereIsLookedForInOnePass() {
        assertEquals(0, count("-".repeat(4_000_000), 64 << 10, "-".repeat(60_000) + "x"));
    }

    static List<String> waysToWrite() {
        String json = "{\"content\":\"%s\"}\n";
        return List.of("Caf\u00e9", "Cafe\u0301", json.formatted("Caf\\u00e9"),
                json.formatted("Caf\\u00E9"), json.formatted("Cafe\\u0301"),
                json.formatted("\\u0043\\u0061fe\\u0301"), "Caf\uFF45\u0301",
                "Ca\u00ADf\u00e9", "Ca\u200Bfe\uFE0F\u0301",
                "Ca\uDB40\uDD00fe\u034F\u0301", "Ca\u0007\u3164f\u00e9",
                json.formatted("Ca\\u0000f\\udb40\\uDC41\\u00e9"));
    }

    // In pieces, however short, and wherever they end.
    @ParameterizedTest
    @MethodSource("waysToWrite")
    void aPhraseIsFoundAsAPersonWouldSeeIt(String written) throws IOException {
        for (String phrase : List.of("Caf\u00e9", "Cafe\u0301", "Ca\uFF46\u00e9")) {
            for (int length = 1; length <= written.length() + 1; length++) {
                assertEquals(1, count("x" + written + "x", length, phrase));
            }
        }
        for (String other : List.of("Caf\u00e8", "Caf\u00e9s", "caf\u00e9", "\\u00e9")) {
            assertEquals(written.contains(other) ? 1 : 0,
                    count(written, 9, other), other);
        }
    }

    @ParameterizedTest
    @CsvSource({"\uD55C\uAE00,\u1112\u1161\u11AB\u1100\u1173\u11AF,1", // Hangul, its parts
            "\uD558,\uD55C,0", "a\u0323\u0301,a\u0301\u0323,1", "\u1EC7,\u00EA\u0323,1",
            "\u1112\u1161,\uD558,1", "\uD834\uDD5E,\uD834\uDD57\uD834\uDD65,1",
            "a\\b,a\\b,1", "a\\\\b,a\\b,1", "\\uD83D\\udc4b,\uD83D\uDC4B,1",
            "\\u00\\u0041,A,1", "\\\\u0041,A,0", "C:\\new,C:\\new,1", "ends\\,ends\\,1",
            "\\u004,u004,1", "two\\r\\nlines,'two\nlines',1", "'two\nlines','two\r\nlines',1",
            "\u202Eabc,abc,1", "abc,\uFEFFabc,1",
            "Cafe\u0301,Cafe,1", "\uFF86\uFF9E,\u30CB\u3099,1"})
    void whatLooksTheSameIsTheSame(String text, String phrase, long count) throws IOException {
        assertEquals(count, count(text, 9, phrase));
    }

    @Test
    void aPhraseBetweenMarksThatNeverEndIsFound() throws IOException {
        String marks = "\u0301".repeat(200_000);
        assertEquals(1, count(marks + "Cafe\u0301 " + marks, 8192, "Caf\u00e9 "));
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
