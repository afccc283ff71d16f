package vaas.memory.sql;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import vaas.memory.Requester;
import vaas.memory.line.Limits;
import vaas.memory.line.MessageIds;

/**
 * Lets go the oldest turns of a conversation that is past a limit, under the lock of its row. By
 * records and bytes it is cut to a part of the limit, but never to nothing, and the newest turn
 * that is alone past the limit is left out of the sum, so that no others go for its sake. By age
 * goes the longest run of turns each of which is too old or dated after now, and whose last is too
 * old.
 */
record Cut(SqlContext context, String conversation) {
    private static final Sql LOCK = new Sql("""
            SELECT records, bytes FROM vaas_conversation WHERE session_id = $1 FOR UPDATE""");
    private static final Sql BY_RECORDS = new Sql("""
            SELECT answer_id FROM vaas_turn WHERE session_id = $1
            ORDER BY answer_id DESC OFFSET $2 LIMIT 1""");
    private static final Sql BY_BYTES = new Sql("""
            WITH sized AS (
                SELECT answer_id, BYTES AS size FROM vaas_turn WHERE session_id = $1),
            counted AS (
                SELECT answer_id, CASE WHEN size > $2 AND 1 = row_number() OVER (
                    PARTITION BY size > $2 ORDER BY answer_id DESC) THEN 0 ELSE size END AS size
                FROM sized),
            summed AS (
                SELECT answer_id, row_number() OVER newest AS place, sum(size) OVER newest AS total
                FROM counted WINDOW newest AS (ORDER BY answer_id DESC))
            SELECT answer_id FROM summed
            WHERE place > 1 AND total > $3 AND (SELECT sum(size) FROM counted) > $2
            ORDER BY answer_id DESC LIMIT 1""".replace("BYTES", TurnRow.BYTES));
    private static final Sql BY_AGE = new Sql("""
            SELECT answer_id FROM vaas_turn WHERE session_id = $1 AND time < $2
            AND answer_id < coalesce(
                (SELECT answer_id FROM vaas_turn WHERE session_id = $1
                    AND time >= $2 AND time <= $3 ORDER BY answer_id LIMIT 1),
                'ffffffff-ffff-ffff-ffff-ffffffffffff')
            ORDER BY answer_id DESC LIMIT 1""");
    private static final Sql CUT = new Sql("""
            WITH gone AS (DELETE FROM vaas_turn WHERE session_id = $1 AND answer_id <= $2
                RETURNING BYTES AS size)
            UPDATE vaas_conversation
            SET records = records - 2 * (SELECT count(*) FROM gone),
                bytes = bytes - (SELECT coalesce(sum(size), 0) FROM gone),
                last_id = CASE WHEN last_id > $2 THEN last_id END
            WHERE session_id = $1
            RETURNING generation, (SELECT 2 * count(*) FROM gone),
                (SELECT coalesce(sum(size), 0) FROM gone), last_id"""
            .replace("BYTES", TurnRow.BYTES));

    /** What went. */
    private record Gone(long generation, long records, long bytes, boolean all) {
        static Gone of(ResultSet at) throws SQLException {
            return new Gone(at.getLong(1), at.getLong(2), at.getLong(3),
                    at.getObject(4) == null);
        }
    }

    /** Does it, and writes it down. */
    void run() throws IOException {
        long start = System.nanoTime();
        Optional<Gone> gone = context.database().transaction("retention", on -> {
            Optional<Gone> went = cut(on);
            if (went.isPresent()) {
                Audit.of(conversation, "retention", Requester.SELF, went.get().generation,
                        went.get().records, went.get().bytes, start).write(on, context);
            }
            return went;
        });
        context.metrics().retained.add(gone.map(Gone::records).orElse(0L));
        if (gone.isPresent() && gone.get().all) {
            SqlPlace.leave(context, conversation, null);
        }
    }

    private Optional<Gone> cut(Connection on) throws SQLException {
        List<long[]> sizes = LOCK.rows(on,
                at -> new long[] {at.getLong(1), at.getLong(2)}, conversation);
        if (sizes.isEmpty()) {
            return Optional.empty();
        }
        Limits limits = context.limits();
        long records = limits.recordsLeft(sizes.get(0)[0]);
        long bytes = limits.bytesLeft(sizes.get(0)[1]);
        Optional<UUID> last = Stream.of(
                records == Long.MAX_VALUE ? null : id(on, BY_RECORDS, conversation, records / 2),
                bytes == Long.MAX_VALUE ? null : id(on, BY_BYTES, conversation,
                        limits.maxBytes().getAsLong(), bytes),
                limits.maxAge().isEmpty() ? null : byAge(on))
                .filter(Objects::nonNull).max(MessageIds::compare);
        return last.isEmpty() ? Optional.empty() : Optional.of(CUT.rows(on, Gone::of, conversation,
                last.get()).get(0));
    }

    private UUID byAge(Connection on) throws SQLException {
        Instant now = context.now();
        return id(on, BY_AGE, conversation, context.limits().oldest(now), now);
    }

    private static UUID id(Connection on, Sql statement, Object... arguments)
            throws SQLException {
        return statement.rows(on, at -> (UUID) at.getObject(1), arguments).stream()
                .findFirst().orElse(null);
    }
}
