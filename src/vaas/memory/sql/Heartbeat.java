package vaas.memory.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
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
            "DELETE FROM vaas_server WHERE alive_until < clock_timestamp() - interval '1 minute'",
            """
            DELETE FROM vaas_place p WHERE NOT EXISTS (SELECT 1 FROM vaas_server s
                WHERE s.server = p.server AND s.alive_until > clock_timestamp())""");
    /** Finds nothing, but whether the tables are as they were made. */
    private static final Sql TABLES = new Sql("""
            SELECT c.session_id, c.generation, c.last_id, c.records, c.bytes, c.last_activity,
                t.session_id, t.answer_id, t.question_id, t.time, t.question, t.answer,
                t.idempotency_key, p.session_id, p.ticket, p.chat, p.since, p.key, p.fingerprint
            FROM vaas_conversation c, vaas_turn t, vaas_place p WHERE false""");
    private static final Sql MINE = new Sql(
            "SELECT session_id, chat FROM vaas_place WHERE server = $1");
    private static final Sql GONE = new Sql("DELETE FROM vaas_place WHERE server = $1",
            "DELETE FROM vaas_server WHERE server = $1");

    private final SqlContext context;

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
        List<Mine> mine = context.database().run("server", on -> {
            ALIVE.run(on, context.server());
            try {
                TABLES.run(on);
                context.database().altered(false);
            } catch (SQLException e) {
                context.database().altered(Trouble.of(e) == Trouble.OTHER);
                throw e;
            }
            return MINE.rows(on, at -> new Mine(at.getString(1), (UUID) at.getObject(2)),
                    context.server());
        });
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
