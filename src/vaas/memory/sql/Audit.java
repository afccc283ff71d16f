package vaas.memory.sql;

import java.sql.Connection;
import java.sql.SQLException;
import vaas.memory.Conversations;
import vaas.memory.Requester;

/** An entry in the table of who made the memory forget what, and when; never any content. */
record Audit(String what, Requester by, String conversation, Long conversations, Long generation,
        long records, long bytes, long startNanos, String outcome) {
    private static final Sql WRITE = new Sql(
            "INSERT INTO vaas_audit VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)");

    /** Of one conversation. */
    static Audit of(String conversation, String what, Requester by, long generation, long records,
            long bytes, long startNanos) {
        return new Audit(what, by, conversation.equals(Conversations.SHARED) ? null : conversation,
                null, generation, records, bytes, startNanos, "ok");
    }

    /** Of all. */
    static Audit ofAll(String what, Requester by, long conversations, long records, long bytes,
            long startNanos, String outcome) {
        return new Audit(what, by, null, conversations, null, records, bytes, startNanos, outcome);
    }

    Void write(Connection on, SqlContext context) throws SQLException {
        return WRITE.run(on, context.now(), by.requestId(), by.remoteAddress(), what, conversation,
                conversations, generation, records, bytes,
                (System.nanoTime() - startNanos) / 1_000_000, outcome);
    }
}
