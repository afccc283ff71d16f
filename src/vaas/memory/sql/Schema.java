package vaas.memory.sql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * The tables, which the first server makes.
 *
 * <p>A turn is a row; its texts and its key are JSON strings in UTF-8, as in a line of a file, so
 * that lengths, exports and prompts need no other form, and a text may hold U+0000. Places and
 * servers are of now: they are not logged, and gone after a crash of the database, as is whatever
 * they told of. No constraint is one that a text could break.
 */
final class Schema {
    static final int VERSION = 1;

    private static final Sql LOCK = new Sql("SELECT pg_advisory_xact_lock(7305808869229538927)");
    static final Sql IS_THERE = new Sql("SELECT to_regclass('vaas_schema') IS NOT NULL");
    private static final Sql VERSION_OF = new Sql("SELECT version FROM vaas_schema");
    private static final Sql CREATE = new Sql(
            "CREATE SEQUENCE vaas_sequence",
            // Room in each page keeps its updates out of the index.
            """
            CREATE TABLE vaas_conversation (
                session_id text COLLATE "C" PRIMARY KEY, generation bigint NOT NULL, last_id uuid,
                records bigint NOT NULL, bytes bigint NOT NULL, last_activity timestamptz NOT NULL)
            WITH (fillfactor = 50)""",
            """
            CREATE TABLE vaas_turn (
                session_id text COLLATE "C", answer_id uuid, question_id uuid NOT NULL,
                time timestamptz NOT NULL, question bytea, answer bytea, idempotency_key bytea,
                PRIMARY KEY (session_id, answer_id))""",
            """
            CREATE UNIQUE INDEX vaas_turn_key ON vaas_turn (session_id, idempotency_key)
            WHERE idempotency_key IS NOT NULL""",
            """
            CREATE UNLOGGED TABLE vaas_place (
                session_id text COLLATE "C", ticket bigint, chat uuid NOT NULL,
                server uuid NOT NULL, since timestamptz NOT NULL, key bytea, fingerprint bytea,
                PRIMARY KEY (session_id, ticket))""",
            """
            CREATE UNLOGGED TABLE vaas_server (
                server uuid PRIMARY KEY, alive_until timestamptz NOT NULL)""",
            """
            CREATE TABLE vaas_audit (
                time timestamptz, request_id text, remote_address text, what text,
                session_id text, sessions_reset bigint, generation bigint, records_removed bigint,
                bytes_removed bigint, milliseconds bigint, outcome text)""",
            "CREATE TABLE vaas_schema (version integer)",
            "INSERT INTO vaas_schema VALUES (" + VERSION + ")",
            """
            INSERT INTO vaas_conversation
            SELECT '', nextval('vaas_sequence'), NULL, 0, 0, clock_timestamp()""");

    /**
     * All statements find their rows by an index, whatever is asked for: one plan will do. What
     * waits for a lock when its connection is given up ends then, where the database can tell (14).
     */
    private static final Sql SETTLE = new Sql("""
            SELECT set_config('default_transaction_isolation', 'read committed', false),
                set_config('plan_cache_mode', 'force_generic_plan', false),
                pg_is_in_recovery(), (SELECT set_config(name, '2s', false) FROM pg_settings
                    WHERE name = 'client_connection_check_interval')""");

    private Schema() {}

    /** Gets a new connection ready; one that leads to a standby fails, for reading as well. */
    static Connection connected(Connection fresh) throws SQLException {
        try {
            if (SETTLE.rows(fresh, at -> at.getBoolean(3)).get(0)) {
                throw new SQLException("a standby", Trouble.READ_ONLY);
            }
            return fresh;
        } catch (SQLException | RuntimeException e) {
            fresh.close();
            throw e;
        }
    }

    /**
     * Makes the tables if they are not there; of several who do it at once, one does.
     *
     * @param on where no transaction is under way
     * @throws IOException if they are of another version
     */
    static void prepare(Connection on) throws SQLException, IOException {
        on.setAutoCommit(false);
        LOCK.run(on);
        if (!IS_THERE.rows(on, at -> at.getBoolean(1)).get(0)) {
            CREATE.run(on);
        }
        List<Integer> versions = VERSION_OF.rows(on, at -> at.getInt(1));
        on.commit();
        on.setAutoCommit(true);
        if (!versions.equals(List.of(VERSION))) {
            throw new IOException("the tables in the database are of version " + versions
                    + ", and this server knows version " + VERSION + " only");
        }
    }
}
