package vaas.memory.sql;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import vaas.budget.Budget;
import vaas.memory.Conversations;
import vaas.memory.Export;

/** What an operator can do with the conversations in a database, by one transaction each. */
public final class DatabaseMaintenance {
    /** Turns with texts up to this length are fetched so many at a time, others one by one. */
    private static final int SHORT_BYTES = 64 << 10;
    private static final int ROWS = 50;

    private static final Sql KEEP_OUT = new Sql("""
            LOCK TABLE vaas_conversation, vaas_turn, vaas_server IN SHARE ROW EXCLUSIVE MODE""");
    private static final Sql AT_WORK = new Sql(
            "SELECT EXISTS (SELECT 1 FROM vaas_server WHERE alive_until > clock_timestamp())");
    private static final Sql IS_EMPTY = new Sql("SELECT NOT EXISTS (SELECT 1 FROM vaas_turn)");
    private static final Sql AUDIT = new Sql("""
            INSERT INTO vaas_audit (time, what, session_id, outcome)
            VALUES (clock_timestamp(), $1, $2, 'ok')""");
    private static final Sql SNAPSHOT =
            new Sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY");
    private static final Sql COUNTS = new Sql("""
            SELECT count(*) FILTER (WHERE session_id <> '' AND last_id IS NOT NULL),
                (SELECT 2 * count(*) FROM vaas_turn) FROM vaas_conversation""");
    /** Conversations whose row tells another sum than their turns. */
    private static final Sql WRONG_SUMS = new Sql("""
            SELECT coalesce(c.session_id, t.session_id) FROM vaas_conversation c FULL JOIN (
                SELECT session_id, 2 * count(*) AS records, sum(BYTES) AS bytes,
                    max(answer_id::text COLLATE "C") AS last_id
                FROM vaas_turn GROUP BY session_id) t ON t.session_id = c.session_id
            WHERE (c.records, c.bytes, c.last_id::text)
                IS DISTINCT FROM (coalesce(t.records, 0), coalesce(t.bytes, 0), t.last_id)
            ORDER BY 1""".replace("BYTES", TurnRow.BYTES));
    private static final String TURNS = """
            SELECT question_id, answer_id, time, idempotency_key, question, answer, session_id
            FROM vaas_turn WHERE TEXTS %s ORDER BY session_id, answer_id"""
            .replace("TEXTS", TurnRow.TEXTS);

    private final SqlConversations.Options options;
    private final PrintStream out;
    private final int lineBytesMax = Budget.ofThisProcess().lineBytes();

    /** Prepares it; out never gets any content. */
    public DatabaseMaintenance(SqlConversations.Options options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    /**
     * Opens the conversations as they are, without limits by which any would be cut.
     *
     * @throws IOException as {@link SqlConversations.Options#open} does
     */
    public SqlConversations open() throws IOException {
        return options.unlimited().open();
    }

    private <T> T transaction(String name, Database.Work<T> work) throws IOException {
        try (Connection on = options.connect()) {
            on.setAutoCommit(false);
            T done = work.on(on);
            on.commit();
            return done;
        } catch (SQLException e) {
            throw new IOException("the database: " + Trouble.told(e, name).getMessage());
        }
    }

    private static boolean is(Connection on, Sql question) throws SQLException {
        return question.rows(on, at -> at.getBoolean(1)).get(0);
    }

    private static void requireNoServer(Connection on) throws SQLException, IOException {
        if (is(on, AT_WORK)) {
            throw new IOException("a server is at work on the database, or was 6 s ago: stop it");
        }
    }

    /**
     * Checks that no server uses it, as for a copy that is to be whole.
     *
     * @throws IOException if one does, or it can't be reached
     */
    public void requireStopped() throws IOException {
        transaction("look", on -> {
            if (is(on, Schema.IS_THERE)) {
                requireNoServer(on);
            }
            return null;
        });
    }

    /**
     * Takes in all that others hold, with ids, times and keys: either all of it, or nothing.
     *
     * @param source which stay as they are
     * @throws IOException if there are turns in the database, a server uses it, or anything fails
     */
    public void importFrom(Conversations source) throws IOException {
        long[] sums = new long[3];
        transaction("import", on -> {
            Schema.prepare(on);
            on.setAutoCommit(false);
            KEEP_OUT.run(on);
            requireNoServer(on);
            if (!is(on, IS_EMPTY)) {
                throw new IOException("there are conversations in the database: reset them first");
            }
            source.each(lease -> {
                try {
                    LinesIn lines = new LinesIn(on, lease.conversation(), lineBytesMax);
                    try (Export export = lease.memory().export(null, 0)) {
                        export.writeTo(lines);
                    }
                    long records = lines.end();
                    sums[0] += records > 0 ? 1 : 0;
                    sums[1] += records;
                    sums[2] += told(lines, lease.conversation());
                } catch (SQLException e) {
                    throw Trouble.told(e, "import");
                }
            });
            return AUDIT.run(on, "import", null);
        });
        out.println("imported " + sums[0] + " conversations, " + sums[1] + " records"
                + (sums[2] == 0 ? "" : "; " + sums[2] + " lines were left out"));
    }

    private long told(LinesIn lines, String conversation) {
        if (lines.leftOut() > 0) {
            out.println(name(conversation) + ": " + lines.leftOut()
                    + " lines are damaged, half of a turn, or there before, and are left out");
        }
        return lines.leftOut();
    }

    private static String name(String conversation) {
        return conversation.equals(Conversations.SHARED) ? "the shared conversation"
                : "session " + conversation;
    }

    /**
     * Brings a file of lines, a backup or an export, into an empty conversation; servers may be at
     * work meanwhile.
     *
     * @throws IOException if it is not empty, there is no record in the file, or anything fails
     */
    public void restore(String file, String conversation) throws IOException {
        if (!conversation.isEmpty() && !Conversations.NAME.matcher(conversation).matches()) {
            throw new IOException("that can't be the name of a session");
        }
        Path source = Path.of(file);
        if (!Files.isRegularFile(source)) {
            throw new IOException("there is no file " + file);
        }
        long records = transaction("restore", on -> {
            Schema.prepare(on);
            on.setAutoCommit(false);
            LinesIn lines = new LinesIn(on, conversation, lineBytesMax);
            Files.copy(source, lines);
            long restored = lines.end();
            if (told(lines, conversation) > 0 && restored == 0) {
                throw new IOException(file + " is not restored: there is no turn in it");
            }
            AUDIT.run(on, "restore", conversation.equals(Conversations.SHARED) ? null
                    : conversation);
            return restored;
        });
        out.println("restored " + records + " records");
    }

    /**
     * Checks all conversations, changing nothing, also while servers are at work: whether each turn
     * can be read, and whether the rows of conversations tell the sums of their turns.
     *
     * @return whether all is well
     * @throws IOException if the database can't be read
     */
    public boolean verify() throws IOException {
        return transaction("verify", on -> {
            SNAPSHOT.run(on);
            if (!is(on, Schema.IS_THERE)) {
                out.println("there are no tables yet");
                return true;
            }
            long problems = unreadable(on, "<= " + SHORT_BYTES, ROWS)
                    + unreadable(on, "> " + SHORT_BYTES, 1);
            for (String conversation : WRONG_SUMS.rows(on, at -> at.getString(1))) {
                out.println(name(conversation) + ": its row does not tell the sum of its turns");
                problems++;
            }
            out.println(COUNTS.rows(on, at -> at.getLong(1) + " named conversations, "
                    + at.getLong(2) + " records in all").get(0));
            out.println(problems == 0 ? "all is well"
                    : problems + (problems == 1 ? " problem" : " problems"));
            return problems == 0;
        });
    }

    private long unreadable(Connection on, String texts, int rows) throws SQLException {
        long problems = 0;
        try (Statement statement = on.createStatement()) {
            statement.setFetchSize(rows);
            ResultSet at = statement.executeQuery(TURNS.formatted(texts));
            while (at.next()) {
                TurnRow turn = TurnRow.of(at, 1);
                if (turn.turn().isEmpty()) {
                    out.println(name(at.getString(7)) + ": the turn " + turn.answerId()
                            + " can't be read");
                    problems++;
                }
            }
        }
        return problems;
    }
}
