package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.Requester;
import vaas.memory.folder.MemoryFolder;
import vaas.memory.sql.DatabaseUrl;
import vaas.memory.sql.SqlConversations;
import vaas.testing.Postgres;
import vaas.testing.Talk;

/** What can be done with conversations in a database, by options and exit codes. */
@Tag("long")
@Timeout(60)
class DatabaseUpkeepTest {
    @TempDir
    Path home;
    private Path memories;
    private String url;
    private String out; // of the last run
    private String err;

    @BeforeEach
    void begin() throws SQLException {
        url = Postgres.shared().database();
        memories = home.resolve("memory");
    }

    private int run(Path folder, String... args) {
        return run("", folder, args);
    }

    private int run(String typed, Path folder, String... args) {
        Map<String, String> environment = new HashMap<>(Map.of("DATABASE_URL", url,
                "DATABASE_DRIVER", Postgres.jar().toString(), "MEMORY_DIR", folder.toString(),
                "MEMORY_MAX_RECORDS", "2", "SESSION_IDLE_MINUTES", "1"));
        ByteArrayOutputStream toOut = new ByteArrayOutputStream();
        ByteArrayOutputStream toErr = new ByteArrayOutputStream();
        int exitCode = Main.run(List.of(args), environment,
                new ByteArrayInputStream(typed.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(toOut, true, StandardCharsets.UTF_8),
                new PrintStream(toErr, true, StandardCharsets.UTF_8));
        out = toOut.toString(StandardCharsets.UTF_8);
        err = toErr.toString(StandardCharsets.UTF_8);
        return exitCode;
    }

    private SqlConversations open() throws IOException {
        return SqlConversations.options(DatabaseUrl.of(url)).driver(Postgres.driver()).open();
    }

    private static void say(Conversations in, String conversation, String text, String key)
            throws IOException {
        try (Conversations.Lease lease = in.use(conversation)) {
            Memory memory = lease.memory();
            Talk.stored(memory.insert(memory.latest(0), text, "An\nanswer \u0000\u00e9", key));
        }
    }

    private void remember() throws IOException {
        try (MemoryFolder folder = MemoryFolder.open(memories)) {
            say(folder, "", "The shared one", "k");
            say(folder, "", "Again", null);
            say(folder, "A.b", "Say \"xyzzy\"!", "k");
            say(folder, "a", "Other", null);
        }
    }

    /** The texts of all files of a folder that hold conversations. */
    private static Map<String, String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(it -> it.toString().endsWith(".jsonl"))
                    .collect(Collectors.toMap(it -> folder.relativize(it).toString(), it -> {
                        try {
                            return Files.readString(it);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    }, (a, b) -> a, TreeMap::new));
        }
    }

    @Test
    void whatIsTakenThereComesBackToTheByteAndServes() throws IOException {
        remember();
        assertEquals(0, run(memories, "--import"), err);
        assertEquals("imported 3 conversations, 8 records\n", out);
        assertEquals(0, run(memories, "--verify"), out);
        assertEquals("2 named conversations, 8 records in all\nall is well\n", out);
        try (SqlConversations servers = open();
                Conversations.Lease lease = servers.use("A.b")) {
            assertEquals("Say \"xyzzy\"!",
                    lease.memory().byKey("k").orElseThrow().question().content());
        }
        Path back = home.resolve("back");
        assertEquals(0, run(back, "--export"), err);
        assertEquals("exported 3 conversations, 8 records\n", out);
        assertEquals(files(memories), files(back));
        try (MemoryFolder folder = MemoryFolder.open(back);
                Conversations.Lease lease = folder.use("A.b")) {
            assertEquals(List.of("Say \"xyzzy\"!", "An\nanswer \u0000\u00e9"),
                    Talk.latest(lease.memory(), 9));
            assertTrue(lease.memory().byKey("k").isPresent());
        }
    }

    @Test
    void aPhraseIsLookedForInTheDatabase() throws IOException {
        remember();
        assertEquals(0, run("xyzzy", memories, "--verify", "--contains"), "not there yet");
        assertEquals("found in 0 conversations, at 0 places\n", out);
        run(memories, "--import");
        assertEquals(1, run("say \"XYZZY\"!\n".toLowerCase(Locale.ROOT)
                .replace("say", "Say"), memories, "--verify", "--contains"));
        assertEquals("session A.b: 1\nfound in 1 conversations, at 1 places\n", out);
        try (SqlConversations servers = open()) {
            servers.resetAll(Requester.SELF);
        }
        assertEquals(0, run("xyzzy", memories, "--verify", "--contains"));
    }

    @Test
    void neitherWayOverwritesAnything() throws IOException {
        remember();
        assertEquals(0, run(memories, "--import"), err);
        assertEquals(1, run(memories, "--import"));
        assertEquals("vaas: can't start: there are conversations in the database: reset them"
                + " first\n", err);
        assertEquals(1, run(memories, "--export"));
        assertTrue(err.contains(memories + " is not empty"), err);
        try (SqlConversations server = open()) {
            assertTrue(server.isWritable());
            for (String option : List.of("--import", "--export")) {
                assertEquals(1, run(home.resolve("other"), option));
            }
            assertEquals("vaas: can't start: a server is at work on the database, or was 6 s ago:"
                    + " stop it\n", err);
        }
        assertFalse(Files.exists(home.resolve("other")));
    }

    @Test
    void theyNeedADatabase() {
        Map<String, String> none = Map.of("MEMORY_DIR", memories.toString());
        for (String option : List.of("--import", "--export")) {
            assertEquals(2, Main.run(List.of(option), none, new ByteArrayInputStream(new byte[0]),
                    System.out, new PrintStream(new ByteArrayOutputStream())));
        }
    }

    @Test
    void whatIsDamagedHalfOrThereTwiceIsLeftOutAndTold() throws IOException, SQLException {
        remember();
        Path shared = memories.resolve("memory.jsonl");
        List<String> lines = Files.readAllLines(shared);
        // An id of another turn, so that it is one more, with the key of the first.
        String later = lines.get(0).replaceFirst("id\":\"0", "id\":\"1") + "\n"
                + lines.get(1).replaceFirst("id\":\"0", "id\":\"1") + "\n";
        Files.writeString(shared, "damage\n\n" + lines.get(1) + "\n" + later + later + lines.get(0)
                + "\n" + lines.get(1) + "\n" + lines.get(0) + "\nx", StandardOpenOption.APPEND);
        assertEquals(0, run(memories, "--import"), err);
        assertEquals("the shared conversation: 8 lines are damaged, half of a turn, or there"
                + " before, and are left out\n"
                + "imported 3 conversations, 10 records; 8 lines were left out\n", out);
        assertEquals(0, run(memories, "--verify"), out);
        assertEquals(lines.get(1).replaceFirst(".*id\":\"0", "1").substring(0, 36),
                Postgres.value(url, "SELECT answer_id FROM vaas_turn WHERE session_id = ''"
                        + " AND idempotency_key IS NOT NULL"), "the newest has the key");
    }

    @Test
    void aFileIsRestoredIntoAnEmptyConversation() throws IOException {
        remember();
        String file = memories.resolve("memory.jsonl").toString();
        assertEquals(0, run(memories, "--restore", file), err);
        assertEquals(0, run(memories, "--restore", file, "--session", "x"), err);
        assertEquals("restored 4 records\n", out);
        assertEquals(1, run(memories, "--restore", file, "--session", "x"));
        assertEquals("vaas: can't start: the conversation is not empty: reset it first\n", err);
        assertEquals(1, run(memories, "--restore", file, "--session", "no name"));
        assertEquals(1, run(memories, "--restore", memories.resolve("none").toString()));
        try (SqlConversations servers = open(); Conversations.Lease lease = servers.use("x")) {
            assertEquals(4, lease.memory().latest(9).records().size());
            assertTrue(lease.memory().byKey("k").isPresent());
        }
    }

    @Test
    void whatSomebodyHasAlteredIsTold() throws IOException, SQLException {
        remember();
        assertEquals(0, run(memories, "--verify"));
        assertEquals("there are no tables yet\n", out);
        run(memories, "--import");
        Postgres.execute(url, "UPDATE vaas_turn SET answer = 'x' WHERE session_id = 'a'");
        Postgres.execute(url, "DELETE FROM vaas_conversation WHERE session_id = 'A.b'");
        assertEquals(1, run(memories, "--verify"));
        assertTrue(out.matches("session a: the turn [-0-9a-f]{36} can't be read\n"
                + "session A.b: its row does not tell the sum of its turns\n"
                + "session a: its row does not tell the sum of its turns\n"
                + "1 named conversations, 8 records in all\n3 problems\n"), out);
    }
}
