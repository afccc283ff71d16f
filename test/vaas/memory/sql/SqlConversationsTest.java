package vaas.memory.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.stored;
import static vaas.testing.Talk.turns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.memory.Conversations;
import vaas.memory.Conversations.Lease;
import vaas.memory.Conversations.Place;
import vaas.memory.Conversations.Summary;
import vaas.memory.Export;
import vaas.memory.History;
import vaas.memory.Memory;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryFullException;
import vaas.memory.MemoryRecord;
import vaas.memory.line.RecordLine;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.Postgres;
import vaas.testing.Talk;
import vaas.testing.Wire;

/** Many conversations in one database, of one server. */
@Timeout(120)
@SuppressWarnings("try") // places are given up at the end
class SqlConversationsTest {
    private static final Clock LATER = Clock.offset(Clock.systemUTC(), Duration.ofHours(2));

    private final List<SqlConversations> servers = new ArrayList<>();
    private Tables tables;

    @BeforeEach
    void makeTables() throws SQLException {
        tables = new Tables();
    }

    @AfterEach
    void closeAll() throws IOException {
        for (SqlConversations server : servers) {
            server.close();
        }
    }

    private SqlConversations open(SqlConversations.Options options) throws IOException {
        SqlConversations server = options.open();
        servers.add(server);
        return server;
    }

    private Memory memory(String conversation) throws IOException {
        return open(tables.server()).use(conversation).memory();
    }

    // Reading back

    private static List<MemoryRecord> lines(Export export) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        export.writeTo(out);
        assertEquals(export.length(), out.size());
        return out.toString(StandardCharsets.UTF_8).lines().map(it -> RecordLine.decode(
                it.getBytes(StandardCharsets.UTF_8)).orElseThrow()).toList();
    }

    @Test
    void anExportIsTheLinesOfAFile() throws IOException, SQLException {
        Memory memory = memory("c");
        Talk.say(memory, 1, 120);
        stored(memory.insert(memory.latest(0), "\0 \"\u00e9\uD83D\uDC4B\n", "", "k\"ey"));
        List<MemoryRecord> all;
        try (Stream<MemoryRecord> records = memory.all()) {
            all = records.toList();
        }
        assertEquals(all, lines(memory.export(null, 0)));
        assertEquals(all.subList(236, 242), lines(memory.export(null, 5)));
        assertEquals(all.subList(96, 100), lines(memory.export(all.get(100).messageId(), 4)));
        assertEquals(all.subList(0, 100), lines(memory.export(all.get(101).messageId(), 0)));
        assertEquals(List.of(), lines(memory.export(all.get(0).messageId(), 4)));
        assertEquals(Long.toString(memory.export(null, 0).length()),
                tables.value("SELECT bytes FROM vaas_conversation WHERE session_id = 'c'"));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        memory.export(null, 2).writeTo(out);
        assertEquals("k\"ey", RecordLine.key(out.toString(StandardCharsets.UTF_8).lines()
                .findFirst().orElseThrow().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aResetInMidExportBreaksItOff() throws IOException {
        Memory memory = memory("c");
        Talk.say(memory, 1, 10);
        OutputStream resetting = new OutputStream() {
            @Override
            public void write(int b) {
                throw new AssertionError("by lines");
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                memory.resetMemory();
            }
        };
        assertThrows(IOException.class, () -> memory.export(null, 0).writeTo(resetting));
    }

    @Test
    void eachIsListedOnceInPagesThatGoOnWhereTheLastEnded() throws IOException {
        SqlConversations in = open(tables.server());
        for (String name : List.of("b", "A", "a.1", "_", "Z")) {
            Talk.say(in.use(name).memory(), 1, 1);
        }
        Talk.say(in.use(Conversations.SHARED).memory(), 1, 1);
        in.use("first").enter(null, "q");
        Conversations.Listing page = in.list(null, 3);
        assertEquals(List.of("A", "Z", "_"),
                page.conversations().stream().map(Summary::conversation).toList());
        assertEquals(Optional.of("_"), page.next());
        Conversations.Listing rest = in.list("_", 3);
        assertEquals(List.of("a.1", "b"),
                rest.conversations().stream().map(Summary::conversation).toList());
        assertEquals(Optional.empty(), rest.next());
        assertTrue(rest.conversations().get(0).bytes() > 200);
    }

    @Test
    void longTextsAreReadOnlyWhereThereIsRoomForThem() throws IOException {
        Budget small = Budget.of(48 << 20, 1024);
        Memory memory = memory("c");
        stored(memory.insert(memory.latest(0), "q", "x".repeat(2 << 20)));
        Memory bounded = open(tables.server().budget(small)).use("c").memory();
        assertEquals(2, bounded.latest(20).records().size());
        try (Budget.Share others = small.share()) {
            others.take(8 << 20);
            assertThrows(OverBudgetException.class, () -> bounded.latest(20));
        }
        assertEquals(0, small.used());
        assertThrows(OverBudgetException.class, () -> bounded.insert(
                bounded.latest(0), "q", "x".repeat(4 << 20)), "it could not be read back");
    }

    @Test
    void turnsThatSomebodyHasAlteredArePassedOver() throws IOException, SQLException {
        Memory memory = memory("c");
        Talk.say(memory, 1, 5);
        for (String[] change : new String[][] {{"q2", "'plain'"}, {"q3", "NULL"}}) {
            tables.execute("UPDATE vaas_turn SET question = " + change[1]
                    + " WHERE question = '\"" + change[0] + "\"'");
        }
        List<String> rest = List.of("q1", "a1", "q4", "a4", "q5", "a5");
        assertEquals(rest, Talk.latest(memory, 20));
        assertEquals(rest, Talk.all(memory));
        Export export = memory.export(null, 0);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        export.writeTo(out);
        assertEquals(export.length(), out.size(), "it goes out as it is");
        assertEquals(10, memory.resetMemory().recordsRemoved().orElseThrow());
    }

    // What a table that is gone does, and one that takes nothing more

    @Test
    void anErrorTellsItsStateAndTheStatementAndNoText() throws IOException, SQLException {
        Memory memory = memory("c");
        History read = memory.latest(0);
        tables.execute("ALTER TABLE vaas_turn ADD CONSTRAINT none CHECK (answer IS NULL)");
        MemoryAwayException told = assertThrows(MemoryAwayException.class,
                () -> memory.insert(read, "secret", "secret", "secret"));
        assertEquals("SQLSTATE 23514 in \"commit\"", told.getMessage());
        assertFalse(told.maybeStored());
        assertEquals(null, told.getCause());
    }

    private void fill() throws SQLException {
        tables.execute("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS"
                + " 'BEGIN RAISE ''no room'' USING ERRCODE = ''53100''; END'");
        for (String table : List.of("vaas_turn", "vaas_audit")) {
            tables.execute("CREATE TRIGGER no_room BEFORE INSERT ON " + table
                    + " EXECUTE FUNCTION no_room()");
        }
    }

    @Test
    void whereThereIsNoRoomAResetWorksAndTheNextTurnMakesItWell() throws Exception {
        SqlConversations in = open(tables.server());
        Memory memory = in.use("c").memory();
        Talk.say(memory, 1, 2);
        fill();
        assertThrows(MemoryFullException.class, () -> Talk.say(memory, 3, 3));
        assertFalse(in.isWritable());
        assertEquals(turns(1, 2), Talk.all(memory));
        assertEquals(4, memory.resetMemory().recordsRemoved().orElseThrow());
        assertEquals(0, tables.count("vaas_audit"));
        assertFalse(in.isWritable());
        tables.execute("DROP FUNCTION no_room CASCADE");
        Talk.say(memory, 4, 4);
        assertTrue(in.isWritable());
    }

    // Commits of which nothing is heard

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aCommitOfWhichNothingWasHeardIsSettledAndStoredOnce(int lost) throws Exception {
        Metrics metrics = new Metrics();
        try (Wire wire = new Wire(Postgres.shared().port())) {
            SqlConversations in = open(Tables.server(tables.url().replaceFirst(
                    ":[0-9]+/", ":" + wire.port() + "/")).metrics(metrics));
            try (Lease lease = in.use("c"); Place place = lease.enter("k", "q1")) {
                History read = lease.memory().latest(20);
                wire.lose(lost);
                MemoryRecord answer = stored(lease.memory().insert(read, "q1", "a1", "k"));
                assertTrue(wire.hasLost());
                assertEquals(answer, lease.memory().latest(2).records().get(1));
                assertEquals(turns(1, 1), Talk.all(lease.memory()));
            }
            assertEquals(0, tables.count("vaas_place"));
        }
        assertTrue(metrics.text().contains("vaas_database_settled_commits_total 1"),
                metrics.text());
        assertTrue(metrics.text().contains("vaas_database_errors_total{class=\"08\"}"));
    }

    @Test
    void anInterruptHurtsNothingAndIsKept() throws IOException {
        Memory memory = memory("c");
        History read = memory.latest(20);
        Thread.currentThread().interrupt();
        stored(memory.insert(read, "q1", "a1"));
        assertTrue(Thread.interrupted());
        assertEquals(turns(1, 1), Talk.all(memory));
    }

    // Limits and silence

    @Test
    void pastALimitTheOldestTurnsGo() throws IOException, SQLException {
        Memory memory = open(tables.server().maxRecords(16)).use("c").memory();
        Talk.say(memory, 1, 8);
        History read = memory.latest(20);
        Talk.say(memory, 9, 9);
        Await.until(() -> tables.count("vaas_turn") <= 7);
        assertEquals(turns(3, 9), Talk.all(memory));
        assertEquals(14, Long.parseLong(tables.value(
                "SELECT records FROM vaas_conversation WHERE session_id = 'c'")));
        stored(memory.insert(read, "q10", "a10"));
        assertEquals("retention 4", tables.value(
                "SELECT what || ' ' || records_removed FROM vaas_audit"));
    }

    @Test
    void aTurnThatIsAloneTooLargeTakesNoOthersWithIt() throws IOException, SQLException {
        SqlConversations in = open(tables.server().maxBytes(4000));
        Memory memory = in.use("c").memory();
        Talk.say(memory, 1, 3);
        stored(memory.insert(memory.latest(0), "large", "x".repeat(5000)));
        new Cut(in.context(), "c").run();
        assertEquals(8, Talk.all(memory).size());
        Talk.say(memory, 4, 20);
        new Cut(in.context(), "c").run();
        List<String> left = Talk.all(memory);
        assertEquals(List.of("q20", "a20"), left.subList(left.size() - 2, left.size()));
        assertTrue(left.size() < 40 && !left.contains("q1"), left.size() + " records");
        assertEquals(memory.export(null, 0).length(), Long.parseLong(tables.value(
                "SELECT bytes FROM vaas_conversation WHERE session_id = 'c'")));
    }

    @Test
    void byAgeEveryTurnGoesThatIsOldEnoughTheLastOneToo() throws IOException, SQLException {
        Memory memory = memory("c");
        Talk.say(memory, 1, 3);
        tables.execute("UPDATE vaas_turn SET time = time - interval '3 hours'"
                + " WHERE question IN ('\"q1\"', '\"q3\"')");
        SqlConversations in = open(tables.server().maxAge(Duration.ofHours(1)));
        new Cut(in.context(), "c").run();
        assertEquals(turns(2, 3), Talk.all(memory), "one that is behind takes nothing with it");
        new Cut(open(tables.server().maxAge(Duration.ofHours(1)).clock(LATER)).context(), "c")
                .run();
        assertEquals("empty", memory.latest(20).tag());
        assertEquals(1, tables.count("vaas_conversation"), "its row has gone as well");
    }

    @Test
    void aLimitIsKeptInThoseThatNobodyUses() throws IOException, SQLException {
        Talk.say(memory("c"), 1, 30);
        Talk.say(memory("d"), 1, 2);
        open(tables.server().maxRecords(8).maxAge(Duration.ofDays(1)));
        Await.until(() -> tables.count("vaas_turn") == 2 + 3);
    }

    @Test
    void whatWasLeftAloneIsForgottenBeforeItsNextUse() throws IOException, SQLException {
        for (String conversation : List.of("c", Conversations.SHARED)) {
            Memory memory = memory(conversation);
            stored(memory.insert(memory.latest(0), "q1", "a1", "k"));
            // Ahead for a moment only, or the server's own sweep would forget what comes.
            AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
            InstantSource time = () -> Instant.now().plus(ahead.get());
            SqlConversations server = open(tables.server().idle(Duration.ofHours(1))
                    .clock(time.withZone(ZoneOffset.UTC)));
            try (Lease lease = server.use(conversation)) {
                assertFalse(lease.isExpired());
                lease.expire();
                assertEquals(turns(1, 1), Talk.all(lease.memory()));
            }
            try (Lease lease = server.use(conversation);
                    Place place = lease.enter("k", "q2")) {
                ahead.set(Duration.ofHours(2));
                lease.expire();
                ahead.set(Duration.ZERO);
                assertEquals(Optional.empty(), lease.memory().byKey("k"));
                stored(lease.memory().insert(lease.memory().latest(20), "q2", "a2", "k"));
                assertEquals(turns(2, 2), Talk.all(lease.memory()));
            }
        }
        assertEquals("2", tables.value("SELECT count(*) FROM vaas_audit WHERE what = 'idle'"));
    }

    @Test
    void whatWasLeftAloneIsForgottenByTheSweepToo() throws IOException, SQLException {
        Talk.say(memory("c"), 1, 1);
        Talk.say(memory(Conversations.SHARED), 1, 1);
        SqlConversations in =
                open(tables.server().idle(Duration.ofHours(1)).clock(LATER));
        assertEquals(List.of(), in.list(null, 10).conversations());
        Await.until(() -> tables.count("vaas_turn") == 0);
    }

    // Connections

    @Test
    void fewConnectionsServeManyAndAreCounted() throws Exception {
        Metrics metrics = new Metrics();
        SqlConversations in = open(tables.server().connections(1).metrics(metrics));
        AtomicInteger done = new AtomicInteger();
        vaas.testing.Together.run(8, thread -> {
            Memory memory = in.use("c" + thread).memory();
            Talk.say(memory, 1, 10);
            done.addAndGet(Talk.all(memory).size());
        });
        assertEquals(160, done.get());
        assertTrue(metrics.text().contains("vaas_database_connections_in_use 0"));
        assertTrue(metrics.text().contains("vaas_database_connection_waits_total"));
    }
}
