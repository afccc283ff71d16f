package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.memory.Requester;
import vaas.memory.folder.MemoryFolder;
import vaas.testing.Talk;

/** What can be done with the memory of a server that is stopped, by options and exit codes. */
@Timeout(60)
class MaintenanceTest {
    @TempDir
    Path folder;
    private Path memories;
    private Path backups;
    private Map<String, String> environment;

    private String out; // of the last run
    private List<String> err;

    @BeforeEach
    void remember() throws IOException {
        memories = folder.resolve("memory");
        backups = Files.createDirectories(folder.resolve("backups"));
        environment = Map.of("MEMORY_DIR", memories.toString(),
                "RESET_BACKUP_DIR", backups.toString());
        try (Talk talk = Talk.open(memories)) {
            Talk.stored(talk.memory.insert(talk.now(), "Say \"xyzzy\"!", "No."));
        }
    }

    private int run(String... args) {
        return run(InputStream.nullInputStream(), args);
    }

    private int run(InputStream in, String... args) {
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        int exitCode = Main.run(List.of(args), environment, in,
                new PrintStream(toOut, true, StandardCharsets.UTF_8),
                new PrintStream(toErr, true, StandardCharsets.UTF_8));
        out = toOut.toString(StandardCharsets.UTF_8);
        err = toErr.toString(StandardCharsets.UTF_8).lines().toList();
        return exitCode;
    }

    private int contains(String typed) {
        return run(new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                "--verify", "--contains");
    }

    /** Asserts that the last run gave one sentence and nothing else. */
    private void assertSays(String part) {
        assertEquals(1, err.size(), err.toString());
        assertTrue(err.get(0).startsWith("vaas: ") && err.get(0).contains(part), err.toString());
        assertFalse(err.get(0).contains("Exception"), err.toString());
        assertEquals("", out);
    }

    /** Resets as a server with these settings does; returns the backup. */
    private Path reset() throws Exception {
        try (Talk talk = Talk.open(MemoryFolder.at(memories).backups(backups))) {
            return backups.resolve(
                    talk.memory.resetMemory(Requester.SELF).backup().orElseThrow());
        }
    }

    @Test
    void verifyIsZeroIfAllIsWellAndOneIfNot() throws IOException {
        assertEquals(0, run("--verify"));
        assertTrue(out.contains("2 records, 1 turns") && out.contains("all is well"), out);
        assertEquals(List.of(), err);
        Files.writeString(memories.resolve("memory.jsonl"), "what is this\n");
        assertEquals(1, run("--verify"));
        assertTrue(out.contains("memory.jsonl line 1 byte 0: damaged"), out);
        assertTrue(out.contains("1 problem"), out);
    }

    @Test
    void containsIsOneWhereverThePhraseIsFound() throws Exception {
        assertEquals(1, contains("Say \"xyzzy\"!\n"));
        assertFalse(out.contains("xyzzy"), out);
        Path backup = reset();
        assertEquals(1, contains("Say \"xyzzy\"!"));
        assertTrue(out.startsWith(backup.toString()), out);
        Files.delete(backup);
        assertEquals(0, contains("xyzzy\r\n"));
        assertEquals("found in 0 files, at 0 places", out.strip());
    }

    @Test
    void aPhraseThatIsNotUtf8IsRefusedAndOneIsFoundHoweverItIsComposed() throws IOException {
        assertEquals(1, run(new ByteArrayInputStream(new byte[] {'c', 'a', 'f', (byte) 0xE9}),
                "--verify", "--contains"));
        assertSays("the phrase is not UTF-8");
        try (Talk talk = Talk.open(memories)) {
            Talk.stored(talk.memory.insert(talk.now(), "Caf\u00e9", "Zoe\u0308"));
        }
        assertEquals(1, contains("Cafe\u0301\n"));
        assertEquals(1, contains("Zo\u00eb"));
        assertEquals(0, contains("Caf\u00e8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void anEmptyPhraseIsRefused(String typed) {
        assertEquals(1, contains(typed));
        assertSays("phrase of 1 to 65536 bytes");
    }

    @Test
    void onlyOneLineEndIsTakenOffThePhraseAndItMayNotBeTooLong() {
        assertEquals(0, contains("xyzzy\n\n"), "a line feed after it is nowhere");
        assertEquals(0, contains("x".repeat(65_535) + "\n"));
        assertEquals(1, contains("x".repeat(65_537)));
        assertSays("phrase of 1 to 65536 bytes");
    }

    @Test
    void restoreBringsABackupBack() throws Exception {
        byte[] before = Files.readAllBytes(memories.resolve("memory.jsonl"));
        Path backup = reset();
        assertEquals(0, run("--restore", backup.toString()));
        assertEquals("restored 2 records", out.strip());
        assertEquals(List.of(), err);
        assertEquals(new String(before, StandardCharsets.UTF_8),
                Files.readString(memories.resolve("memory.jsonl")));
        assertEquals(1, run("--restore", backup.toString()));
        assertSays("not empty");
    }

    @Test
    void aBackupWithADamagedLineCanBeLookedAtAndComesBackAsItWas() throws Exception {
        Path file = memories.resolve("memory.jsonl");
        String damaged = "not ours\n" + Files.readString(file);
        Files.writeString(file, damaged);
        Path backup = reset();
        assertEquals(1, run("--verify", backup.toString()));
        assertTrue(out.startsWith(backup.getFileName() + " line 1 byte 0: damaged"), out);
        assertEquals(0, run("--restore", backup.toString()));
        assertEquals(List.of(backup.getFileName() + " line 1 byte 0: damaged",
                "restored 2 records"), out.lines().toList());
        assertEquals(damaged, Files.readString(file));
        assertEquals(1, run("--verify", file.toString()));
        Files.writeString(backup, damaged.substring(9));
        assertEquals(0, run("--verify", backup.toString()));
        assertTrue(out.endsWith("all is well" + System.lineSeparator()), out);
    }

    @Test
    void whatCannotBeRestoredIsNamed() throws IOException {
        String absent = folder.resolve("absent").toString();
        assertEquals(1, run("--restore", absent));
        assertSays("there is no file " + absent);
        assertEquals(1, run("--restore", folder.toString()));
        assertSays("there is no file " + folder);
        assertEquals(1, run("--restore", "a\u0000b"));
        assertSays("no path");
        Path damaged = Files.writeString(folder.resolve("damaged"), "what is this\n");
        assertEquals(1, run("--restore", damaged.toString()));
        assertSays(damaged + " is not restored: line 1 byte 0: damaged");
        assertEquals(1, run("--verify", absent));
        assertSays("there is no file " + absent);
    }

    @Test
    void aMemoryInUseOrNowhereIsNamed() throws IOException {
        try (Talk talk = Talk.open(memories)) {
            assertTrue(talk.memory.isWritable());
            assertEquals(1, run("--verify"));
            assertSays("already open");
            assertEquals(1, contains("x"));
            assertSays("already open");
            assertEquals(1, run("--restore", memories.resolve("memory.jsonl").toString()));
            assertSays("already open");
        }
        environment = Map.of("MEMORY_DIR", folder.resolve("absent").toString());
        assertEquals(1, run("--verify"));
        assertSays("there is no folder");
        assertEquals(1, contains("x"));
        assertSays("there is no folder");
        assertFalse(Files.exists(folder.resolve("absent")), "nothing was begun");
    }

    @Test
    void optionsThatDoNotGoTogetherAreExitCodeTwo() {
        for (String[] args : new String[][] {{"--contains"}, {"--restore"},
            {"--verify", "--offline"}, {"--verify", "--restore"}, {"--offline", "--contains"}}) {
            assertEquals(2, run(args));
            assertSays("don't go together");
        }
        assertEquals(2, run("--restore", "a", "b"));
        assertSays("unknown option");
    }
}
