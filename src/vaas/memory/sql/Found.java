package vaas.memory.sql;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;

/**
 * What one statement finds of a conversation: how it is, and some of its turns.
 *
 * @param generation empty if it has no row
 * @param newest id of its newest record, null if it holds none
 * @param lastActivity null if it has no row
 * @param seen turns that were looked at, be they too long to be fetched
 * @param turns in the order of the statement, at least one if there is any
 */
record Found(OptionalLong generation, UUID newest, Instant lastActivity, long seen,
        List<TurnRow> turns) {
    /** So much text is fetched at once; of more, its length is asked for first. */
    private static final long FREE_BYTES = 256 << 10;
    /** What the driver takes of the heap for each byte of a text. */
    private static final int COST_FACTOR = 2;

    /** A statement that finds turns; {@link #read} gives it its first four parameters. */
    static Sql statement(String where, String order) {
        return new Sql("""
                SELECT c.generation, c.last_id, c.last_activity, t.seen, t.total,
                    t.question_id, t.answer_id, t.time, t.idempotency_key,
                    CASE WHEN t.total <= $4 THEN t.question END,
                    CASE WHEN t.total <= $4 THEN t.answer END
                FROM vaas_conversation c LEFT JOIN LATERAL (
                    SELECT * FROM (
                        SELECT n.*, sum(size) OVER in_order AS total,
                            row_number() OVER in_order AS place, count(*) OVER () AS seen
                        FROM (
                            SELECT *, coalesce(octet_length(question), 0)
                                + coalesce(octet_length(answer), 0) AS size
                            FROM vaas_turn WHERE session_id = $1 AND WHERE_CLAUSE
                            ORDER BY answer_id ORDER_CLAUSE LIMIT $2) n
                        WINDOW in_order AS (ORDER BY answer_id ORDER_CLAUSE)) m
                    WHERE place = 1 OR total <= $3) t ON true
                WHERE c.session_id = $1 ORDER BY t.answer_id ORDER_CLAUSE"""
                .replace("WHERE_CLAUSE", where).replace("ORDER_CLAUSE", order));
    }

    /**
     * Runs such a statement. The rows are chosen by their lengths, and where they are long, their
     * texts are fetched only once there is room for them in the heap.
     *
     * @param turnsMax most turns
     * @param bytesMax most bytes of their texts; one turn always fits
     * @param more parameters from the fifth on
     */
    static Found read(Sql statement, String name, SqlContext context, String conversation,
            long turnsMax, long bytesMax, Object... more) throws IOException {
        Object[] arguments = new Object[4 + more.length];
        arguments[0] = conversation;
        arguments[1] = turnsMax;
        arguments[2] = bytesMax;
        System.arraycopy(more, 0, arguments, 4, more.length);
        try (Budget.Share share = context.budget().share()) {
            for (long fetched = FREE_BYTES; ; ) {
                arguments[3] = fetched;
                List<Line> lines = context.database().run(name,
                        on -> statement.rows(on, Line::of, arguments));
                long wanted = lines.stream().mapToLong(Line::total).max().orElse(0);
                if (wanted <= fetched) {
                    return of(lines);
                }
                share.take(wanted * COST_FACTOR);
                fetched = wanted;
            }
        }
    }

    private static Found of(List<Line> lines) {
        return lines.isEmpty() ? new Found(OptionalLong.empty(), null, null, 0, List.of())
                : lines.get(0).head().with(lines.stream().map(Line::turn)
                        .flatMap(Optional::stream).toList());
    }

    private Found with(List<TurnRow> found) {
        return new Found(generation, newest, lastActivity, seen, found);
    }

    /** Records of the turns that can be read, oldest first. */
    List<MemoryRecord> records() {
        return turns.stream().sorted(TurnRow.BY_ID).flatMap(it -> it.turn().stream())
                .flatMap(it -> List.of(it.question(), it.answer()).stream()).toList();
    }

    /** A row: the conversation with one of the turns, or with none. */
    private record Line(Found head, long total, Optional<TurnRow> turn) {
        static Line of(ResultSet at) throws SQLException {
            Found head = new Found(OptionalLong.of(at.getLong(1)), (UUID) at.getObject(2),
                    Sql.time(at, 3), at.getLong(4), List.of());
            UUID answer = (UUID) at.getObject(7);
            return new Line(head, at.getLong(5), answer == null ? Optional.empty()
                    : Optional.of(new TurnRow((UUID) at.getObject(6), answer, Sql.time(at, 8),
                            at.getBytes(9), at.getBytes(10), at.getBytes(11))));
        }
    }
}
