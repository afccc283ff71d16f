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

    /**
     * Two statements that find the same turns. Texts come with them where they are short, which is
     * four times as quick, or up to a sum.
     */
    record Query(Sql ofShort, Sql upToSum) {
        /** Of the turns that a clause tells apart; {@link #read} gives its first parameters. */
        static Query of(String where, String order) {
            String ofBoth = """
                    SELECT c.generation, c.last_id, c.last_activity, t.size,
                        t.question_id, t.answer_id, t.time, t.idempotency_key, t.fits,
                        CASE WHEN t.fits THEN t.question END, CASE WHEN t.fits THEN t.answer END
                    FROM vaas_conversation c LEFT JOIN LATERAL (
                        SELECT *, FITS <= $3 AS fits FROM (
                            SELECT *, coalesce(octet_length(question), 0)
                                + coalesce(octet_length(answer), 0) AS size
                            FROM vaas_turn WHERE session_id = $1 AND WHERE_CLAUSE
                            ORDER BY answer_id ORDER_CLAUSE LIMIT $2) n) t ON true
                    WHERE c.session_id = $1 ORDER BY t.answer_id ORDER_CLAUSE"""
                    .replace("WHERE_CLAUSE", where).replace("ORDER_CLAUSE", order);
            return new Query(new Sql(ofBoth.replace("FITS", "size")), new Sql(ofBoth.replace(
                    "FITS", "sum(size) OVER (ORDER BY answer_id " + order + ")")));
        }
    }

    /**
     * Runs such a query. The turns are chosen by their lengths, and where they are long, their
     * texts are fetched only once there is room for them in the heap.
     *
     * @param turnsMax most turns
     * @param bytesMax most bytes of their texts; one turn always fits
     * @param more parameters from the fourth on
     */
    static Found read(Query query, String name, SqlContext context, String conversation,
            long turnsMax, long bytesMax, Object... more) throws IOException {
        Object[] arguments = new Object[3 + more.length];
        arguments[0] = conversation;
        arguments[1] = turnsMax;
        arguments[2] = FREE_BYTES / Math.max(1, turnsMax);
        System.arraycopy(more, 0, arguments, 3, more.length);
        Sql statement = query.ofShort;
        try (Budget.Share share = context.budget().share()) {
            while (true) {
                Lines lines = new Lines();
                Sql next = statement;
                context.database().run(name,
                        on -> next.rows(on, lines.begun()::add, arguments));
                int wanted = lines.wanted(bytesMax);
                if (lines.fetched >= wanted) {
                    return lines.found(wanted);
                }
                arguments[2] = lines.bytes(wanted);
                share.take(lines.bytes(wanted) * COST_FACTOR);
                statement = query.upToSum;
            }
        }
    }

    /** Rows as they come: the conversation with a turn each, or with none. */
    private static final class Lines {
        private final List<TurnRow> turns = new ArrayList<>();
        private final List<Long> totals = new ArrayList<>(); // of the texts up to each turn
        private int fetched; // turns, before the first without its texts
        private Found head = NOTHING;

        Lines begun() { // where it is run again
            turns.clear();
            totals.clear();
            fetched = 0;
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
                fetched += at.getBoolean(9) && fetched == turns.size() ? 1 : 0;
                totals.add(bytes(turns.size()) + at.getLong(4));
                turns.add(new TurnRow((UUID) at.getObject(5), answer, Sql.time(at, 7),
                        at.getBytes(8), at.getBytes(10), at.getBytes(11)));
            }
            return null;
        }

        /** Bytes of the texts of so many turns. */
        long bytes(int first) {
            return first == 0 ? 0 : totals.get(first - 1);
        }

        /** Turns whose texts fit; the first does in any case. */
        int wanted(long bytesMax) {
            int fit = (int) totals.stream().filter(it -> it <= bytesMax).count();
            return Math.max(fit, Math.min(1, totals.size()));
        }

        Found found(int wanted) {
            return new Found(head.generation, head.newest, head.lastActivity, turns.size(),
                    List.copyOf(turns.subList(0, wanted)));
        }
    }

    /** Records of the turns that can be read, oldest first. */
    List<MemoryRecord> records() {
        return turns.stream().sorted(TurnRow.BY_ID).flatMap(it -> it.turn().stream())
                .flatMap(it -> List.of(it.question(), it.answer()).stream()).toList();
    }
}
