package vaas.memory.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import vaas.memory.MemoryAwayException;

/**
 * The one thread of a server that tells others that it is alive, by the database's clock, and
 * removes places that nobody has: those of servers that are dead, and those of its own chats that
 * have ended. Where the database was away at the start, it makes the tables once it comes.
 */
final class Heartbeat implements Runnable {
    private static final System.Logger LOG = System.getLogger(Heartbeat.class.getName());
    static final Duration BEAT = Duration.ofSeconds(2);

    /** Has a server live, the fourth parameter, which a crash of the database has made unknown. */
    static final String BEGIN = """
            INSERT INTO vaas_server VALUES ($4, clock_timestamp() + interval '6 seconds')
            ON CONFLICT DO NOTHING""";
    private static final Sql ALIVE = new Sql("""
            INSERT INTO vaas_server VALUES ($1, clock_timestamp() + interval '6 seconds')
            ON CONFLICT (server) DO UPDATE SET alive_until = EXCLUDED.alive_until""",
            "DELETE FROM vaas_server WHERE alive_until < clock_timestamp() - interval '1 minute'");
    private static final Sql OF_THE_DEAD = new Sql("""
            DELETE FROM vaas_place p WHERE NOT EXISTS (SELECT 1 FROM vaas_server s
                WHERE s.server = p.server AND s.alive_until > clock_timestamp())
            RETURNING session_id""");
    /** Whether all columns are there; out of the catalogue, for a table may be locked for long. */
    private static final Sql COLUMNS = new Sql("""
            SELECT count(*) = 19 FROM pg_attribute WHERE NOT attisdropped AND (
                attrelid = to_regclass('vaas_conversation') AND attname IN ('session_id',
                    'generation', 'last_id', 'records', 'bytes', 'last_activity')
                OR attrelid = to_regclass('vaas_turn') AND attname IN ('session_id', 'answer_id',
                    'question_id', 'time', 'question', 'answer', 'idempotency_key')
                OR attrelid = to_regclass('vaas_place') AND attname IN ('session_id', 'ticket',
                    'chat', 'since', 'key', 'fingerprint'))""");
    private static final Sql MINE = new Sql(
            "SELECT session_id, chat FROM vaas_place WHERE server = $1");
    private static final Sql GONE = new Sql("DELETE FROM vaas_place WHERE server = $1",
            "DELETE FROM vaas_server WHERE server = $1");

    /** Whose chat was taken for dead may be back: that its row has gone would be a reset to it. */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private final SqlContext context;
    private final Map<String, Patience> left = new TreeMap<>(); // by conversation

    /** A place that this server has. */
    private record Mine(String conversation, UUID chat) {}

    Heartbeat(SqlContext context) {
        this.context = context;
    }

    /** Makes the tables, and tells that this server is there; throws as the former does. */
    void begin() throws SQLException, IOException {
        context.database().prepare();
        beat();
    }

    @Override
    public void run() {
        try {
            if (context.database().isReady()) {
                beat();
            } else {
                begin();
            }
        } catch (SQLException e) {
            context.database().met(e, "start");
        } catch (MemoryAwayException e) {
            LOG.log(System.Logger.Level.DEBUG, "the database: {0}", e.getMessage());
        } catch (IOException | RuntimeException | Error e) { // it has to go on
            LOG.log(System.Logger.Level.WARNING, "the database: {0}", e.toString());
        }
    }

    /** Tells that this server is alive, and removes what nobody has. */
    void beat() throws IOException {
        List<String> deserted = context.database().run("server", on -> {
            ALIVE.run(on, context.server());
            context.database().altered(!COLUMNS.rows(on, at -> at.getBoolean(1)).get(0));
            return OF_THE_DEAD.rows(on, at -> at.getString(1));
        });
        Patience grace = Patience.of(GRACE);
        deserted.forEach(conversation -> left.put(conversation, grace));
        for (String conversation : Set.copyOf(left.keySet())) {
            if (left.get(conversation).isOver()) {
                SqlPlace.leave(context, conversation, null);
                left.remove(conversation);
            }
        }
        List<Mine> mine = context.database().run("server", on -> MINE.rows(on,
                at -> new Mine(at.getString(1), (UUID) at.getObject(2)), context.server()));
        for (Mine place : mine) { // a chat is known here before its place is there
            if (!context.running().contains(place.chat)) {
                SqlPlace.leave(context, place.conversation, place.chat);
            }
        }
    }

    /** Tells that this server is gone, if that can be told. */
    void end() {
        if (!context.database().isWritable()) {
            return;
        }
        try {
            context.database().run("server", Patience.of(BEAT),
                    on -> GONE.run(on, context.server()));
        } catch (IOException e) {
            assert true; // it is dead soon
        }
    }
}
