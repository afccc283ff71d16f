package vaas.memory.sql;

import static vaas.testing.BenchTable.number;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import org.opentest4j.TestAbortedException;
import vaas.json.JsonString;
import vaas.memory.Conversations;
import vaas.memory.Conversations.Lease;
import vaas.memory.Conversations.Place;
import vaas.memory.History;
import vaas.memory.Memory;
import vaas.memory.line.MessageIds;
import vaas.testing.BenchTable;
import vaas.testing.Postgres;
import vaas.testing.Rounds;
import vaas.testing.Rounds.Result;
import vaas.testing.Talk;

/**
 * Measures the memory in a database beside the least that could do its work on as many connections:
 * one statement, prepared, into or out of a table with a primary key. Run by "make bench" where
 * there is a PostgreSQL; not a test.
 */
@SuppressWarnings("try") // places are given up at the end
final class SqlBench {
    private static final int CONNECTIONS = 8;
    private static final int TURNS = 100;
    private static final String QUESTION = "What did we say about the bench? ".repeat(4);
    private static final String ANSWER = "That it compares like with like. ".repeat(12);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static long sink; // results go here, so that no work can be left out

    private final Rounds rounds;
    private final SqlConversations conversations;
    private final Bare bare;

    private SqlBench(Rounds rounds, SqlConversations conversations, Bare bare) {
        this.rounds = rounds;
        this.conversations = conversations;
        this.bare = bare;
    }

    public static void main(String[] args) throws Exception {
        Rounds rounds = BenchTable.isQuick(args) ? new Rounds(3, 150_000_000, 250_000_000)
                : new Rounds(11, 150_000_000, 500_000_000);
        try (Postgres server = Postgres.own("fsync = on")) {
            String url = server.database();
            try (SqlConversations conversations = Tables.server(url).connections(CONNECTIONS)
                            .open();
                    Bare bare = new Bare(url, CONNECTIONS)) {
                SqlBench bench = new SqlBench(rounds, conversations, bare);
                for (int threads : new int[] {1, 8, 64}) {
                    bench.ownConversations(threads);
                }
                bench.oneConversation();
                bench.latest();
            }
        } catch (TestAbortedException e) {
            BenchTable.row("memory in a database", "", "",
                    e.getMessage().replaceFirst("Assumption failed: ", ""));
        }
    }

    private void ownConversations(int threads) throws Exception {
        List<Lease> leases = new ArrayList<>();
        List<History> fences = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Lease lease = conversations.use("turns-" + threads + "-" + i);
            leases.add(lease);
            fences.add(lease.memory().latest(0));
        }
        List<Result> results = rounds.compare(threads, bare::insert,
                thread -> Talk.stored(leases.get(thread).memory()
                        .insert(fences.get(thread), QUESTION, ANSWER)),
                thread -> chat("chat-" + threads + "-" + thread));
        leases.forEach(Lease::close);
        Result turn = results.get(0);
        BenchTable.row("turns stored in a database, " + of(threads),
                number(turn.aSecond(), 0) + " /s", number(turn.ratio(), 2),
                "of a bare INSERT of the same bytes, each in a conversation of its own, "
                        + CONNECTIONS + " connections, " + turn.spread());
        Result chat = results.get(1);
        BenchTable.row("a named chat on a database, model aside, " + of(threads),
                number(1e3 * threads / chat.aSecond(), 2) + " ms", number(chat.inverse(), 2),
                "bare INSERTs, as above");
    }

    private static String of(int threads) {
        return threads + (threads == 1 ? " thread" : " threads");
    }

    /** What a chat does with its memory. */
    private void chat(String conversation) throws Exception {
        try (Lease lease = conversations.use(conversation);
                Place place = lease.enter(null, QUESTION, PATIENCE)) {
            place.await(PATIENCE);
            lease.expire();
            Talk.stored(lease.memory().insert(lease.memory().latest(20), QUESTION, ANSWER));
        }
    }

    private void oneConversation() throws Exception {
        try (Lease lease = conversations.use(Conversations.SHARED)) {
            Memory memory = lease.memory();
            History fence = memory.latest(0);
            Rounds.Work turn = thread -> Talk.stored(memory.insert(fence, QUESTION, ANSWER));
            Result many = rounds.compareThreads(64, 1, turn);
            BenchTable.row("turns stored in one conversation, 64 threads",
                    number(many.aSecond(), 0) + " /s", number(many.ratio(), 2),
                    "of one thread, " + many.spread());
        }
    }

    private void latest() throws Exception {
        try (Lease lease = conversations.use("latest")) {
            Memory memory = lease.memory();
            for (int i = 0; i < TURNS; i++) {
                Talk.stored(memory.insert(memory.latest(0), QUESTION, ANSWER));
            }
            Result latest = rounds.compare(1, thread -> bare.select("latest"),
                    thread -> sink += memory.latest(20).records().size()).get(0);
            BenchTable.row("latest(20) of a database", number(1e3 / latest.aSecond(), 2) + " ms",
                    number(latest.inverse(), 2), "bare SELECTs of the same rows, the other way"
                            + " round " + latest.spread());
        }
    }

    /** The rival: as many connections, each with its two statements. */
    private static final class Bare implements AutoCloseable {
        private final BlockingQueue<Connected> free;

        private record Connected(Connection connection, PreparedStatement insert,
                PreparedStatement select) {
            static Connected to(String url) throws SQLException {
                Connection connection = Postgres.connect(url);
                return new Connected(connection,
                        connection.prepareStatement(
                                "INSERT INTO bare_turn VALUES (?, ?, ?, ?, ?, ?)"),
                        connection.prepareStatement("SELECT question_id, answer_id, time,"
                                + " question, answer FROM vaas_turn WHERE session_id = ?"
                                + " ORDER BY answer_id DESC LIMIT 10"));
            }
        }

        Bare(String url, int connections) throws SQLException {
            free = new ArrayBlockingQueue<>(connections);
            Postgres.execute(url, "CREATE TABLE bare_turn (session_id text COLLATE \"C\","
                    + " answer_id uuid, question_id uuid, time timestamptz, question bytea,"
                    + " answer bytea, PRIMARY KEY (session_id, answer_id))");
            for (int i = 0; i < connections; i++) {
                free.add(Connected.to(url + "?prepareThreshold=1"));
            }
        }

        void insert(int thread) throws Exception {
            Connected with = free.take();
            try {
                long now = System.currentTimeMillis();
                UUID asked = MessageIds.next(null, now, ThreadLocalRandom.current());
                with.insert.setString(1, "bare-" + thread);
                with.insert.setObject(2, MessageIds.next(asked, now, ThreadLocalRandom.current()));
                with.insert.setObject(3, asked);
                with.insert.setObject(4, OffsetDateTime.now());
                with.insert.setBytes(5, JsonString.quote(QUESTION));
                with.insert.setBytes(6, JsonString.quote(ANSWER));
                with.insert.executeUpdate();
            } finally {
                free.add(with);
            }
        }

        void select(String conversation) throws Exception {
            Connected with = free.take();
            try {
                with.select.setString(1, conversation);
                try (ResultSet rows = with.select.executeQuery()) {
                    while (rows.next()) {
                        sink += rows.getObject(1, UUID.class).hashCode()
                                + rows.getObject(2, UUID.class).hashCode()
                                + rows.getObject(3, OffsetDateTime.class).hashCode()
                                + rows.getBytes(4).length + rows.getBytes(5).length;
                    }
                }
            } finally {
                free.add(with);
            }
        }

        @Override
        public void close() throws SQLException {
            for (Connected each : free) {
                each.connection.close();
            }
        }
    }
}
