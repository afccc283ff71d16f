package vaas.memory.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.testing.Talk.stored;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.memory.Conversations;
import vaas.memory.Conversations.Lease;
import vaas.memory.Conversations.Place;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryRecord;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;
import vaas.memory.Requester;
import vaas.testing.Await;
import vaas.testing.Postgres;
import vaas.testing.Talk;
import vaas.testing.Together;

/** Several servers on one database. */
@Timeout(120)
@SuppressWarnings("try") // what is closed early is closed again
class SqlServersTest {
    private static final Duration LONG = Duration.ofSeconds(60);

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

    private SqlConversations server() throws IOException {
        return server(tables.server());
    }

    private SqlConversations server(SqlConversations.Options options) throws IOException {
        SqlConversations server = options.open();
        servers.add(server);
        return server;
    }

    private static Reason refused(org.junit.jupiter.api.function.Executable action) {
        return assertThrows(RefusedException.class, action).reason();
    }

    private static void chat(Conversations in, String conversation, int turn) throws IOException {
        try (Lease lease = in.use(conversation); Place place = lease.enter(null, "q" + turn)) {
            assertTrue(place.await(LONG));
            stored(lease.memory().insert(lease.memory().latest(20), "q" + turn, "a" + turn));
        }
    }

    /** The name of a server that others take for a living one, until it is let die. */
    private UUID stranger() throws SQLException {
        UUID name = UUID.randomUUID();
        tables.execute("INSERT INTO vaas_server VALUES ('" + name + "', 'infinity')");
        return name;
    }

    private void die(UUID server) throws SQLException {
        tables.execute("UPDATE vaas_server SET alive_until = now() - interval '1 second'"
                + " WHERE server = '" + server + "'");
    }

    private void place(UUID server, String conversation) throws SQLException {
        tables.execute("INSERT INTO vaas_place SELECT '" + conversation + "',"
                + " nextval('vaas_sequence'), gen_random_uuid(), '" + server + "', now()");
    }

    // Order

    @Test
    void inANamedOneEachWaitsForThoseBeforeOnWhateverServer() throws IOException, SQLException {
        try (Lease a = server().use("c"); Lease b = server().use("c");
                Place first = a.enter(null, "q1"); Place second = b.enter(null, "q2");
                Place third = a.enter(null, "q3")) {
            assertTrue(first.await(Duration.ZERO));
            assertFalse(second.await(Duration.ZERO));
            stored(a.memory().insert(a.memory().latest(20), "q1", "a1"));
            assertEquals(2, tables.count("vaas_place"), "the turn took its place with it");
            assertFalse(third.await(Duration.ZERO));
            assertTrue(second.await(Duration.ZERO));
            assertEquals(turns(1, 1), Talk.latest(b.memory(), 20));
            second.close();
            assertTrue(third.await(Duration.ZERO));
        }
        assertEquals(0, tables.count("vaas_place"));
    }

    @Test
    void chatsOfManyServersComeOneAfterTheOtherEachWithThoseBefore() throws Exception {
        List<SqlConversations> three = List.of(server(), server(), server());
        List<Integer> seen = Together.results(6, thread -> {
            int most = 0;
            for (int i = 0; i < 4; i++) {
                try (Lease lease = three.get((thread + i) % 3).use("c");
                        Place place = lease.enter(null, "q")) {
                    assertTrue(place.await(LONG));
                    History read = lease.memory().latest(100);
                    most = Math.max(most, read.records().size());
                    stored(lease.memory().insert(read, "q", "a" + read.records().size()));
                }
            }
            return most;
        });
        assertEquals(46, seen.stream().mapToInt(it -> it).max().orElse(0));
        try (Lease lease = three.get(0).use("c")) {
            List<MemoryRecord> all = lease.memory().latest(100).records();
            for (int i = 0; i < 48; i += 2) {
                assertEquals("a" + i, all.get(i + 1).content(), "answered with those before");
            }
        }
    }

    @Test
    void inTheSharedOneOnlyThoseWithTheSameKeyWait() throws IOException {
        try (Lease a = server().use(Conversations.SHARED);
                Lease b = server().use(Conversations.SHARED);
                Place first = a.enter("k", "q"); Place free = b.enter(null, "q");
                Place other = b.enter("l", "q"); Place repeat = b.enter("k", "q")) {
            assertTrue(first.await(Duration.ZERO) && free.await(Duration.ZERO)
                    && other.await(Duration.ZERO));
            assertFalse(repeat.await(Duration.ofMillis(1)));
            first.close();
            assertTrue(repeat.await(Duration.ZERO));
        }
    }

    @Test
    void sixteenWaitAndNoMore() throws IOException {
        SqlConversations other = server();
        try (Lease a = server().use("c"); Lease b = other.use("c")) {
            List<Place> places = new ArrayList<>();
            for (int i = 0; i < 17; i++) {
                places.add((i % 2 == 0 ? a : b).enter(null, "q"));
            }
            assertEquals(Reason.LINE_FULL, refused(() -> a.enter(null, "q")));
            assertEquals(Reason.LINE_FULL, refused(() -> b.enter(null, "q")));
            other.use("d").enter(null, "q").close();
            places.get(0).close();
            assertTrue(places.get(1).await(Duration.ZERO));
            b.enter(null, "q").close();
            places.forEach(Place::close);
        }
    }

    @Test
    void whoWaitsWhenItsServerIsClosedHearsOfIt() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        SqlConversations closing = server();
        try (Lease a = server().use("c"); Place first = a.enter(null, "1");
                Place second = closing.use("c").enter(null, "2")) {
            assertTrue(first.await(Duration.ZERO));
            Future<Boolean> waits = threads.submit(() -> second.await(LONG));
            closing.close();
            assertThrows(Exception.class, waits::get);
        } finally {
            threads.shutdownNow();
        }
    }

    // Servers that die

    @Test
    void aPlaceOfADeadServerIsInNobodysWay() throws IOException, SQLException {
        SqlConversations in = server();
        UUID dead = stranger();
        place(dead, "c");
        try (Lease lease = in.use("c"); Place place = lease.enter(null, "q")) {
            assertFalse(place.await(Duration.ZERO));
            die(dead);
            assertTrue(place.await(Duration.ZERO));
        }
    }

    @Test
    void placesOfTheDeadAndOfChatsThatHaveEndedAreRemoved() throws Exception {
        SqlConversations in = server();
        UUID dead = stranger();
        place(dead, "theirs");
        tables.execute("INSERT INTO vaas_conversation SELECT name, 1, NULL, 0, 0, now()"
                + " FROM unnest(ARRAY['theirs', 'mine']) name");
        place(in.context().server(), "mine");
        try (Lease lease = in.use("running"); Place running = lease.enter(null, "q")) {
            die(dead);
            new Heartbeat(in.context()).beat();
            assertEquals("running", tables.value("SELECT string_agg(session_id, ' ')"
                    + " FROM vaas_place"));
            assertEquals("running theirs", tables.value("SELECT string_agg(session_id, ' '"
                    + " ORDER BY session_id) FROM vaas_conversation WHERE session_id <> ''"),
                    "who was taken for dead may be back");
        }
    }

    /** As it is while an operator packs it. */
    @Test
    @Timeout(60)
    void aServerLivesWhileATableIsLocked() throws Exception {
        server(tables.server().timeout(Duration.ofMinutes(10))); // who waits for it, waits long
        String until = "SELECT max(alive_until) FROM vaas_server";
        try (Connection operator = Postgres.connect(tables.url());
                Statement lock = operator.createStatement()) {
            operator.setAutoCommit(false);
            lock.execute("LOCK TABLE vaas_turn");
            String first = tables.value(until);
            Await.until(() -> !first.equals(tables.value(until)));
            String second = tables.value(until);
            Await.until(() -> !second.equals(tables.value(until)));
        }
    }

    @Test
    void rowsThatNothingWasEverSaidToAreRemoved() throws Exception {
        server().close();
        for (String[] row : new String[][] {{"dead", "3"}, {"new", "0"}}) {
            tables.execute("INSERT INTO vaas_conversation SELECT '" + row[0] + "', 1, NULL, 0, 0,"
                    + " now() - interval '" + row[1] + " minutes'");
        }
        server();
        Await.until(() -> "new".equals(tables.value("SELECT string_agg(session_id, ' ')"
                + " FROM vaas_conversation WHERE session_id <> ''")));
    }

    @Test
    void aFirstChatThatWasTakenForDeadIsStoredIfNobodySpokeMeanwhile() throws Exception {
        SqlConversations frozen = server();
        SqlConversations other = server();
        try (Lease lease = frozen.use("c"); Place place = lease.enter(null, "q1")) {
            History read = lease.memory().latest(20);
            die(frozen.context().server());
            new Heartbeat(other.context()).beat();
            stored(lease.memory().insert(read, "q1", "a1"));
            assertEquals(turns(1, 1), Talk.all(lease.memory()));
        }
    }

    @Test
    void whoWasTakenForDeadInMidChatIsOvertakenAndAsksAgain() throws IOException, SQLException {
        SqlConversations frozen = server();
        SqlConversations other = server();
        try (Lease lease = frozen.use("c"); Place place = lease.enter("k", "q1")) {
            History read = lease.memory().latest(20);
            tables.execute("DELETE FROM vaas_place");
            chat(other, "c", 2);
            assertEquals(new Insertion.Overtaken(),
                    lease.memory().insert(read, "q1", "a1", "k"));
            assertEquals(turns(2, 2), Talk.all(lease.memory()));
            stored(lease.memory().insert(lease.memory().latest(20), "q1", "a1", "k"));
            assertEquals(List.of("q2", "a2", "q1", "a1"), Talk.all(lease.memory()));
        }
    }

    @Test
    void afterACrashOfTheDatabaseThoseWhoComeStandInLineAgain() throws IOException, SQLException {
        try (Lease a = server().use("c"); Lease b = server().use("c");
                Place first = a.enter(null, "q1"); Place second = b.enter(null, "q2")) {
            tables.execute("TRUNCATE vaas_place, vaas_server"); // which a crash does
            assertTrue(second.await(Duration.ZERO), "it takes another place");
            try (Place third = a.enter(null, "q3")) {
                assertFalse(third.await(Duration.ZERO), "servers are known again");
            }
        }
    }

    // Keys

    @Test
    void aRepeatOnAnotherServerWaitsAndFindsTheTurn() throws IOException {
        for (String conversation : List.of("c", Conversations.SHARED)) {
            try (Lease a = server().use(conversation); Lease b = server().use(conversation);
                    Place first = a.enter("k", "q"); Place repeat = b.enter("k", "q")) {
                assertEquals(Reason.KEY_REUSED, refused(() -> b.enter("k", "other")));
                assertEquals(Optional.empty(), a.memory().byKey("k"));
                assertFalse(repeat.await(Duration.ZERO));
                History read = a.memory().latest(20);
                MemoryRecord answer = stored(a.memory().insert(read, "q", "a", "k"));
                assertTrue(repeat.await(Duration.ZERO));
                assertEquals(answer, b.memory().byKey("k").orElseThrow().answer());
                assertEquals(Insertion.Present.class, b.memory().insert(
                        b.memory().latest(20), "q", "other", "k").getClass());
            }
        }
    }

    @Test
    void whereTheFirstFailsItsRepeatTriesForItself() throws IOException {
        try (Lease a = server().use("c"); Lease b = server().use("c");
                Place first = a.enter("k", "q"); Place repeat = b.enter("k", "q")) {
            first.close();
            assertTrue(repeat.await(Duration.ZERO));
            assertEquals(Optional.empty(), b.memory().byKey("k"));
            stored(b.memory().insert(b.memory().latest(20), "q", "a", "k"));
        }
    }

    // Fence and reset

    @Test
    void aResetOnAnotherServerFencesTheChatThatRuns() throws IOException {
        SqlConversations other = server();
        SqlConversations in = server();
        for (String conversation : List.of("new", "old", Conversations.SHARED)) {
            if (conversation.equals("old")) {
                chat(other, "old", 1);
            }
            try (Lease lease = in.use(conversation); Place place = lease.enter("k", "q")) {
                History read = lease.memory().latest(20);
                other.use(conversation).memory().resetMemory();
                other.use(conversation).memory().resetMemory();
                assertEquals(new Insertion.Fenced(),
                        lease.memory().insert(read, "late", "late", "k"));
                assertEquals(List.of(), Talk.all(lease.memory()));
                assertEquals(Optional.empty(), other.use(conversation).memory().byKey("k"));
            }
        }
    }

    @Test
    void anOldChatDoesNotMatchAConversationThatWasMadeAgain() throws IOException {
        SqlConversations other = server();
        try (Lease lease = server().use("c"); Place place = lease.enter(null, "q")) {
            History read = lease.memory().latest(20);
            other.use("c").memory().resetMemory();
            try (Lease next = other.use("c"); Place second = next.enter(null, "q1")) {
                assertFalse(second.await(Duration.ZERO));
                assertEquals(new Insertion.Fenced(), lease.memory().insert(read, "late", "x"));
            }
        }
    }

    @Test
    void aResetWhileAPlaceIsTakenRefusesNobody() throws IOException, SQLException {
        SqlConversations in = server();
        chat(in, "c", 1);
        tables.execute("CREATE SEQUENCE once; CREATE FUNCTION forget() RETURNS trigger"
                + " LANGUAGE plpgsql AS 'BEGIN IF nextval(''once'') = 1 THEN"
                + " DELETE FROM vaas_conversation; END IF; RETURN NULL; END'");
        tables.execute("CREATE TRIGGER forget AFTER INSERT ON vaas_conversation"
                + " EXECUTE FUNCTION forget()"); // as the second of two statements sees it
        chat(in, "c", 2);
    }

    @Test
    void chatsAndResetsOfThreeServersLeaveWholeTurnsOfOneLife() throws Exception {
        List<SqlConversations> three = List.of(server(), server(), server());
        Together.run(4, thread -> {
            for (int i = 0; i < 25; i++) {
                if (thread == 3) {
                    three.get(i % 3).use("c").memory().resetMemory();
                    continue;
                }
                try (Lease lease = three.get(thread).use("c");
                        Place place = lease.enter(null, "q")) {
                    assertTrue(place.await(LONG));
                    History read = lease.memory().latest(20);
                    String life = "g" + read.generation();
                    read.records().forEach(it -> assertEquals(life, it.content()));
                    lease.memory().insert(read, life, life);
                }
            }
        });
        assertEquals(tables.value("SELECT 2 * count(*) FROM vaas_turn"), Optional.ofNullable(
                tables.value("SELECT records FROM vaas_conversation WHERE session_id = 'c'"))
                .orElse("0"));
        assertEquals(0, tables.count("vaas_place"));
    }

    @Test
    void aResetOfAllForgetsWhatEveryServerHas() throws IOException, SQLException {
        SqlConversations in = server();
        SqlConversations other = server();
        chat(in, Conversations.SHARED, 1);
        for (int i = 0; i < 3; i++) {
            chat(in, "c" + i, i);
        }
        try (Lease lease = other.use("c1"); Place place = lease.enter(null, "q")) {
            History read = lease.memory().latest(20);
            Conversations.Total total = in.resetAll(Requester.SELF);
            assertEquals(4, total.conversations());
            assertEquals(8, total.recordsRemoved().orElseThrow());
            assertEquals(new Insertion.Fenced(), lease.memory().insert(read, "late", "x"));
        }
        assertEquals(0, tables.count("vaas_turn"));
        assertEquals(1, tables.count("vaas_conversation"), "the shared one");
        assertEquals("4 8", tables.value("SELECT sessions_reset || ' ' || records_removed"
                + " FROM vaas_audit WHERE what = 'reset_all'"));
        assertEquals(0, in.resetAll(Requester.SELF).conversations());
    }

    // A standby

    /** Which connection waits for it; null if none does. */
    private static String waits(Postgres primary) throws SQLException {
        return Postgres.value(primary.url("postgres"),
                "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
    }

    /** A server keeps to a new setting only some time after it was told: once a commit waits. */
    private static void letCommitsWait(Postgres primary) throws SQLException {
        primary.execute("ALTER SYSTEM SET synchronous_standby_names = 'none'");
        primary.execute("SELECT pg_reload_conf()");
        new Thread(new FutureTask<>(() -> {
            while (true) { // until it is killed
                primary.execute("ALTER ROLE " + Postgres.STRANGER + " LOGIN");
            }
        })).start();
        Await.until(() -> waits(primary) != null);
        primary.execute("SELECT pg_terminate_backend(" + waits(primary) + ")");
        Await.until(() -> waits(primary) == null);
    }

    @Test
    void aTurnThatIsFoundIsNotAcknowledgedBeforeTheStandbyHasIt() throws Exception {
        try (Postgres primary = Postgres.own();
                SqlConversations in = Tables.server(primary.database()).open();
                Lease lease = in.use("c"); Place place = lease.enter(null, "q")) {
            History read = lease.memory().latest(20);
            letCommitsWait(primary);
            FutureTask<Insertion> inserted =
                    new FutureTask<>(() -> lease.memory().insert(read, "q", "a"));
            new Thread(inserted).start();
            Await.until(() -> waits(primary) != null);
            String first = waits(primary);
            primary.execute("SELECT pg_terminate_backend(" + first + ")"); // nothing is heard
            Await.until(() -> inserted.isDone()
                    || waits(primary) != null && !first.equals(waits(primary)));
            assertFalse(inserted.isDone());
            primary.execute("ALTER SYSTEM RESET synchronous_standby_names");
            primary.execute("SELECT pg_reload_conf()");
            stored(inserted.get());
            assertEquals(List.of("q", "a"), Talk.all(lease.memory()));
        }
    }

    // Clocks

    @Test
    void idsRiseWithTheTurnsThoughOneClockIsAnHourBehind() throws IOException {
        SqlConversations right = server();
        SqlConversations behind = server(tables.server().clock(
                Clock.offset(Clock.systemUTC(), Duration.ofHours(-1))));
        for (String conversation : List.of("c", Conversations.SHARED)) {
            for (int i = 1; i <= 6; i++) {
                chat(i % 2 == 0 ? behind : right, conversation, i);
            }
            try (Lease lease = right.use(conversation)) {
                List<MemoryRecord> all = lease.memory().latest(20).records();
                assertEquals(turns(1, 6), Talk.texts(all));
                assertEquals(Talk.texts(all), Talk.all(lease.memory()));
                for (int i = 1; i < all.size(); i++) {
                    assertTrue(all.get(i - 1).messageId().toString()
                            .compareTo(all.get(i).messageId().toString()) < 0);
                }
            }
        }
    }

    @Test
    void whatAServerWithALateClockHasStoredIsNotOldForOthers() throws IOException {
        chat(server(tables.server().clock(
                Clock.offset(Clock.systemUTC(), Duration.ofHours(-1)))), "c", 1);
        try (Lease lease = server(tables.server().idle(Duration.ofMinutes(30))).use("c")) {
            assertFalse(lease.isExpired());
            lease.expire();
            assertEquals(turns(1, 1), Talk.all(lease.memory()));
        }
    }

    // How many

    @Test
    void noMoreBeginThanMayBeStoredByAllServersTogether() throws IOException, SQLException {
        SqlConversations a = server(tables.server().maxConversations(2));
        SqlConversations b = server(tables.server().maxConversations(2));
        chat(a, "a", 1);
        try (Lease lease = b.use("b"); Place place = lease.enter(null, "q")) {
            assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(a, "c", 1)));
        }
        assertEquals(2, tables.count("vaas_conversation"), "a first chat that fails leaves none");
        chat(a, "c", 1);
        assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(b, "b", 1)));
        chat(b, "a", 2);
        chat(b, Conversations.SHARED, 1);
        try (Lease lease = a.use("a"); Place place = lease.enter(null, "q")) {
            b.use("a").memory().resetMemory();
            chat(b, "b", 1); // in its stead
            assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> lease.memory().latest(20)));
        }
    }

    // Schema

    @Test
    void severalThatMakeTheTablesAtOnceDoNoHarm() throws Exception {
        CyclicBarrier together = new CyclicBarrier(4);
        servers.addAll(Together.results(4, thread -> {
            together.await();
            return tables.open();
        }));
        assertEquals(1, tables.count("vaas_schema"));
        for (SqlConversations server : servers) {
            chat(server, "c", 1);
        }
    }

    @Test
    void tablesOfALaterVersionEndTheStart() throws IOException, SQLException {
        server().close();
        tables.execute("UPDATE vaas_schema SET version = 2");
        IOException refused = assertThrows(IOException.class, tables::open);
        assertEquals("the tables in the database are of version [2], and this server knows"
                + " version 1 only", refused.getMessage());
    }
}
