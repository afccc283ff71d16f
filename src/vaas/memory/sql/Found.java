package vaas.memory.sql;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
 * @param turns those that were fetched, in the order of the statement
 */
record Found(OptionalLong generation, UUID newest, Instant lastActivity, int seen,
        List<TurnRow> turns) {
    private static final Found NOTHING = new Found(OptionalLong.empty(), null, null, 0, List.of());
    /** So much text is fetched at once; of more, its length is asked for first. */
    private static final long FREE_BYTES = 256 << 10;
    /** What the driver takes of the heap for each byte of a text. */
    private static final int COST_FACTOR = 2;

    /** A statement that finds turns; {@link #read} gives it its first three parameters. */
    static Sql statement(String where, String order) {
        return new Sql("""
                SELECT c.generation, c.last_id, c.last_activity, t.total,
                    t.question_id, t.answer_id, t.time, t.idempotency_key,
                    CASE WHEN t.total <= $3 THEN t.question END,
                    CASE WHEN t.total <= $3 THEN t.answer END
                FROM vaas_conversation c LEFT JOIN LATERAL (
                    SELECT *, sum(size) OVER (ORDER BY answer_id ORDER_CLAUSE) AS total FROM (
                        SELECT *, coalesce(octet_length(question), 0)
                            + coalesce(octet_length(answer), 0) AS size
                        FROM vaas_turn WHERE session_id = $1 AND WHERE_CLAUSE
                        ORDER BY answer_id ORDER_CLAUSE LIMIT $2) n) t ON true
                WHERE c.session_id = $1 ORDER BY t.answer_id ORDER_CLAUSE"""
                .replace("WHERE_CLAUSE", where).replace("ORDER_CLAUSE", order));
    }

    /**
     * Runs such a statement. The turns are chosen by their lengths, and where they are long, their
     * texts are fetched only once there is room for them in the heap.
     *
     * @param turnsMax most turns
     * @param bytesMax most bytes of their texts; one turn always fits
     * @param more parameters from the fourth on
     */
    static Found read(Sql statement, String name, SqlContext context, String conversation,
            long turnsMax, long bytesMax, Object... more) throws IOException {
        Object[] arguments = new Object[3 + more.length];
        arguments[0] = conversation;
        arguments[1] = turnsMax;
        System.arraycopy(more, 0, arguments, 3, more.length);
        try (Budget.Share share = context.budget().share()) {
            for (long fetched = FREE_BYTES; ; ) {
                arguments[2] = fetched;
                Lines lines = new Lines();
                context.database().run(name,
                        on -> statement.rows(on, lines.begun()::add, arguments));
                long wanted = lines.wanted(bytesMax);
                if (wanted <= fetched) {
                    return lines.found(wanted);
                }
                share.take(wanted * COST_FACTOR);
                fetched = wanted;
            }
        }
    }

    /** Rows as they come: the conversation with a turn each, or with none. */
    private static final class Lines {
        private final List<TurnRow> turns = new ArrayList<>();
        private final List<Long> totals = new ArrayList<>(); // of the texts up to each turn
        private Found head = NOTHING;

        Lines begun() { // where it is run again
            turns.clear();
            totals.clear();
            head = NOTHING;
            return this;
        }

        Void add(ResultSet at) throws SQLException {
            if (head == NOTHING) {
                head = new Found(OptionalLong.of(at.getLong(1)), (UUID) at.getObject(2),
                        Sql.time(at, 3), 0, List.of());
            }
            UUID answer = (UUID) at.getObject(6);
            if (answer != null) {
                totals.add(at.getLong(4));
                turns.add(new TurnRow((UUID) at.getObject(5), answer, Sql.time(at, 7),
                        at.getBytes(8), at.getBytes(9), at.getBytes(10)));
            }
            return null;
        }

        /** Bytes of the texts that fit, and of the first in any case. */
        long wanted(long bytesMax) {
            return totals.stream().mapToLong(it -> it).filter(it -> it <= bytesMax).max()
                    .orElse(totals.isEmpty() ? 0 : totals.get(0));
        }

        Found found(long wanted) {
            int fetched = (int) totals.stream().filter(it -> it <= wanted).count();
            return new Found(head.generation, head.newest, head.lastActivity, turns.size(),
                    List.copyOf(turns.subList(0, fetched)));
        }
    }

    /** Records of the turns that can be read, oldest first. */
    List<MemoryRecord> records() {
        return turns.stream().sorted(TurnRow.BY_ID).flatMap(it -> it.turn().stream())
                .flatMap(it -> List.of(it.question(), it.answer()).stream()).toList();
    }
}
