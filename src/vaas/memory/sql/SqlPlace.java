package vaas.memory.sql;

import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.UUID;
import vaas.json.JsonString;
import vaas.memory.Conversations;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;

/**
 * A place in the line of a conversation: a row with a ticket, so that all servers see it. Tickets
 * are given one at a time in a conversation, under a lock of the transaction; the conversation's
 * row is made before, so that there is something that a reset can take away. Its turn has come when
 * no smaller ticket of a living server is in its way. Used by one thread.
 */
final class SqlPlace implements Conversations.Place {
    /** Most that wait; who is at work is not among them. */
    private static final int WAITING_MAX = 16;
    private static final Duration LOOK_MIN = Duration.ofMillis(10);
    private static final Duration LOOK_MAX = Duration.ofMillis(100);
    private static final System.Logger LOG = System.getLogger(SqlPlace.class.getName());

    /** The lock under which places of a conversation come, and its row comes and goes with them. */
    private static final String LOCK =
            "SELECT pg_advisory_xact_lock(hashtextextended($1, 7305808869229538928))";
    private static final String LIVING = """
            vaas_place p JOIN vaas_server s ON s.server = p.server
            WHERE p.session_id = $1 AND s.alive_until > clock_timestamp()""";
    // Asked again, it finds the place that it has.
    private static final Sql ENTER = new Sql(LOCK, """
            INSERT INTO vaas_conversation
            SELECT $1, nextval('vaas_sequence'), NULL, 0, 0, clock_timestamp()
            WHERE CASE WHEN EXISTS (SELECT 1 FROM vaas_conversation WHERE session_id = $1)
                THEN false ELSE $1 = '' OR $2 >
                (SELECT count(*) FROM vaas_conversation WHERE session_id <> '') END
            ON CONFLICT DO NOTHING""", Heartbeat.BEGIN, """
            WITH line AS (SELECT p.ticket, p.key, p.fingerprint FROM LIVING AND p.chat <> $3),
            seen AS (SELECT
                (SELECT ticket FROM vaas_place WHERE session_id = $1 AND chat = $3) AS mine,
                (SELECT min(ticket) FROM line WHERE $1 <> '' OR key = $5) AS first,
                (SELECT count(*) - count(DISTINCT CASE WHEN $1 <> '' THEN '' ELSE key END)
                    FROM line) AS waiting,
                EXISTS (SELECT 1 FROM line WHERE key = $5 AND fingerprint <> $6) AS reused),
            entered AS (
                INSERT INTO vaas_place
                SELECT $1, nextval('vaas_sequence'), $3, $4, clock_timestamp(), $5, $6 FROM seen
                WHERE mine IS NULL AND NOT reused AND (first IS NULL OR waiting < $7)
                    AND EXISTS (SELECT 1 FROM vaas_conversation WHERE session_id = $1)
                RETURNING ticket)
            SELECT coalesce(mine, ticket), first, reused, c.generation,
                CASE WHEN c.generation IS NULL THEN $2 <=
                    (SELECT count(*) FROM vaas_conversation WHERE session_id <> '') END
            FROM seen LEFT JOIN entered ON true
            LEFT JOIN vaas_conversation c ON c.session_id = $1""".replace("LIVING", LIVING));
    private static final Sql LOOK = new Sql("""
            SELECT NOT EXISTS (SELECT 1 FROM vaas_place WHERE session_id = $1 AND ticket = $2)
                OR NOT EXISTS (SELECT 1 FROM LIVING AND p.ticket < $2
                    AND ($1 <> '' OR p.key = $3))""".replace("LIVING", LIVING));
    private static final Sql LEAVE = new Sql(LOCK,
            "DELETE FROM vaas_place WHERE session_id = $1 AND chat = $2", """
            DELETE FROM vaas_conversation c WHERE session_id = $1 AND session_id <> ''
                AND last_id IS NULL
                AND NOT EXISTS (SELECT 1 FROM vaas_place p WHERE p.session_id = c.session_id)""");

    private final SqlContext context;
    private final String conversation;
    private final byte[] key; // a JSON string, or null
    private final byte[] fingerprint;
    final UUID chat = UUID.randomUUID();
    private volatile State state;
    private boolean gone; // its row is
    private volatile boolean begun; // its turn has come, be it that it was taken for dead since
    private volatile boolean closed;

    /**
     * What was found when it was taken or looked at.
     *
     * @param ticket null if none was given
     * @param first the smallest that is in its way; null if none is
     * @param generation null if the conversation has no row
     * @param tooMany whether that is because there are too many
     */
    private record State(Long ticket, Long first, boolean reused, Long generation,
            boolean tooMany) {
        static State of(ResultSet at) throws SQLException {
            return new State((Long) at.getObject(1), (Long) at.getObject(2), at.getBoolean(3),
                    (Long) at.getObject(4), at.getBoolean(5));
        }

        /** Whether a reset took the row away between the statements. */
        boolean isWithoutRow() {
            return generation == null && !reused && !tooMany;
        }

        boolean isNext() {
            return first == null || ticket < first;
        }
    }

    /** Names one, of a question and the key that it came with, or null. */
    SqlPlace(SqlContext context, String conversation, String key, String text) {
        this.context = context;
        this.conversation = conversation;
        this.key = key == null ? null : JsonString.quote(key);
        this.fingerprint = fingerprint(JsonString.quote(text));
    }

    /** Tells texts apart without keeping them. */
    static byte[] fingerprint(byte[] json) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(json);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e); // every JDK has it
        }
    }

    /** Takes it, or finds it again, with the conversation's row. */
    void take() throws IOException {
        context.running().add(chat);
        do {
            state = context.database().run("place", on -> ENTER.rows(on, State::of, conversation,
                    context.conversationsMax(), chat, context.server(), key, fingerprint,
                    WAITING_MAX).get(0));
        } while (state.isWithoutRow());
        if (state.ticket == null || state.generation == null) {
            throw new RefusedException(state.reused ? Reason.KEY_REUSED
                    : state.generation == null ? Reason.TOO_MANY_CONVERSATIONS : Reason.LINE_FULL);
        }
        begun |= state.isNext();
    }

    /** {@inheritDoc} It is looked for at growing intervals. */
    @Override
    public boolean await(Duration patience) throws IOException {
        if (state.isNext()) {
            return true;
        }
        context.waiting().incrementAndGet();
        try {
            return awaitNext(Patience.of(patience));
        } finally {
            context.waiting().decrementAndGet();
        }
    }

    private boolean awaitNext(Patience patience) throws IOException {
        Duration pause = LOOK_MIN;
        while (!state.isNext()) {
            if (hasCome()) {
                take(); // what was found before may be of the past
            } else if (patience.isOver()) {
                return false;
            } else {
                context.database().sleep(patience.atMost(pause).left());
                pause = pause.multipliedBy(2).compareTo(LOOK_MAX) < 0
                        ? pause.multipliedBy(2) : LOOK_MAX;
            }
        }
        return true;
    }

    private boolean hasCome() throws IOException {
        return context.database().run("turn in line", on -> LOOK.rows(on,
                at -> at.getBoolean(1), conversation, state.ticket, key).get(0));
    }

    /** Its row is gone, with the turn that was stored. */
    void left() {
        gone = true;
    }

    /** Gives it up; where that can't be done now, it is done behind. */
    @Override
    public void close() {
        if (!gone && !closed && context.database().isReachable()) {
            try {
                leave(context, conversation, chat);
            } catch (IOException e) {
                LOG.log(System.Logger.Level.DEBUG, "a place stays for now: {0}", e.getMessage());
            }
        }
        closed = true;
        context.running().remove(chat);
    }

    /** Whether its turn has come, and it has not been given up. */
    boolean hasTurn() {
        return !closed && begun;
    }

    /** Removes a place, and the conversation's row if nothing was said, and nobody is about to. */
    static void leave(SqlContext context, String conversation, UUID chat) throws IOException {
        context.database().run("leave", on -> LEAVE.run(on, conversation, chat));
    }
}
