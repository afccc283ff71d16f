package vaas.memory.sql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import vaas.memory.Conversations;
import vaas.memory.MemoryFullException;
import vaas.memory.Receipt;
import vaas.memory.Requester;

/**
 * Forgets conversations: one, or a stretch of all, in a transaction, under the locks of their rows,
 * with a line in the audit, or without it where there is no room for that. The row of a named one
 * goes with its turns.
 */
final class Reset {
    private static final System.Logger LOG = System.getLogger(Reset.class.getName());
    /** So many are forgotten in one transaction when all are. */
    private static final int STRETCH = 100;

    private static final Sql LOCK = new Sql("""
            SELECT session_id, last_id, records, bytes FROM vaas_conversation
            WHERE session_id = $1 FOR UPDATE""");
    /** So that there is a row to be locked: a first turn that is on its way waits for it. */
    private static final Sql MAKE = new Sql("""
            INSERT INTO vaas_conversation
            SELECT $1, nextval('vaas_sequence'), NULL, 0, 0, clock_timestamp()
            ON CONFLICT DO NOTHING""");
    private static final Sql LOCK_STRETCH = new Sql("""
            SELECT session_id, last_id, records, bytes FROM vaas_conversation
            WHERE session_id > $1 ORDER BY session_id LIMIT $2 FOR UPDATE""");
    private static final Sql FORGET = new Sql(
            "DELETE FROM vaas_turn WHERE session_id = ANY ($1)",
            "DELETE FROM vaas_conversation WHERE session_id = ANY ($1) AND session_id <> ''", """
            UPDATE vaas_conversation
            SET generation = nextval('vaas_sequence'), last_id = NULL, records = 0, bytes = 0
            WHERE session_id = '' AND session_id = ANY ($1)""", """
            SELECT coalesce((SELECT generation FROM vaas_conversation
                WHERE session_id = '' AND session_id = ANY ($1)), nextval('vaas_sequence'))""");

    private final SqlContext context;
    private final String what;
    private final Requester by;
    private final long start = System.nanoTime();

    // Of all, so far.
    private long conversations;
    private long records;
    private long bytes;
    private String last = Conversations.SHARED;

    /** A conversation that is locked. */
    private record Held(String conversation, UUID newest, long records, long bytes) {
        static Held of(ResultSet at) throws SQLException {
            return new Held(at.getString(1), (UUID) at.getObject(2), at.getLong(3),
                    at.getLong(4));
        }

        String tag() {
            return newest == null ? "empty" : newest.toString();
        }
    }

    Reset(SqlContext context, String what, Requester by) {
        this.context = context;
        this.what = what;
        this.by = by;
    }

    /** Forgets one, if its tag is among these, or they are null; empty if it is not. */
    Optional<Receipt> of(String conversation, Set<String> tags) throws IOException {
        try {
            return context.database().transaction(what, on -> of(on, conversation, tags, true));
        } catch (MemoryFullException e) {
            Optional<Receipt> receipt = context.database().transaction(what,
                    on -> of(on, conversation, tags, false));
            LOG.log(System.Logger.Level.ERROR, "there was no room in the audit for a {0} by {1}",
                    what, by.logId());
            return receipt;
        } finally {
            context.metrics().reset.since(start);
        }
    }

    private Optional<Receipt> of(Connection on, String conversation, Set<String> tags,
            boolean audited) throws SQLException {
        Held held = locked(on, conversation);
        if (tags != null && !tags.contains(held.tag())) {
            return Optional.empty();
        }
        long generation = forget(on, List.of(held));
        if (audited) {
            Audit.of(conversation, what, by, generation, held.records, held.bytes, start)
                    .write(on, context);
        }
        return Optional.of(new Receipt(OptionalLong.of(held.records), held.bytes, generation,
                Optional.empty()));
    }

    /** Turns are only removed under the lock of their row, or one that comes then would stay. */
    private static Held locked(Connection on, String conversation) throws SQLException {
        List<Held> found = LOCK.rows(on, Held::of, conversation);
        while (found.isEmpty()) {
            MAKE.run(on, conversation);
            found = LOCK.rows(on, Held::of, conversation);
        }
        return found.get(0);
    }

    private static long forget(Connection on, List<Held> all) throws SQLException {
        return FORGET.rows(on, at -> at.getLong(1), (Object) all.stream().map(Held::conversation)
                .toArray(String[]::new)).get(0);
    }

    /** Forgets the shared one, and then all others. */
    Conversations.Total ofAll() throws IOException {
        String outcome = "failed";
        try {
            forgetAll(on -> List.of(locked(on, Conversations.SHARED)));
            int stretch;
            do {
                stretch = forgetAll(on -> LOCK_STRETCH.rows(on, Held::of, last, STRETCH));
            } while (stretch == STRETCH);
            outcome = "ok";
            return new Conversations.Total(conversations, OptionalLong.of(records), bytes);
        } finally {
            context.metrics().reset.since(start);
            auditAll(outcome);
        }
    }

    private int forgetAll(Database.Work<List<Held>> locking) throws IOException {
        List<Held> gone = context.database().transaction(what, on -> {
            List<Held> held = locking.on(on);
            forget(on, held);
            return held;
        });
        for (Held each : gone) {
            conversations += each.records > 0 ? 1 : 0;
            records += each.records;
            bytes += each.bytes;
            last = each.conversation;
        }
        return gone.size();
    }

    // Its failure is told in the log: what it tells of has happened.
    private void auditAll(String outcome) {
        try {
            context.database().run("audit", on -> Audit.ofAll(what, by, conversations, records,
                    bytes, start, outcome).write(on, context));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "{0} of {1} conversations by {2} could not be"
                    + " written to the audit: {3}", what, Long.toString(conversations),
                    by.logId(), e.getMessage());
        }
    }
}
