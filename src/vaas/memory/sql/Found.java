package vaas.memory.sql;

import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;
import vaas.memory.line.MessageIds;

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
                    SELECT c.generation, c.last_id, c.last_activity, t.size, t.fits,
                        t.question_id, t.answer_id, t.time, t.idempotency_key,
                        CASE WHEN t.fits THEN t.question END, CASE WHEN t.fits THEN t.answer END
                    FROM vaas_conversation c LEFT JOIN LATERAL (
                        SELECT *, FITS <= $3 AS fits FROM (
                            SELECT *, TEXTS AS size FROM vaas_turn
                            WHERE session_id = $1 AND WHERE_CLAUSE
                            ORDER BY answer_id ORDER_CLAUSE LIMIT $2) n) t ON true
                    WHERE c.session_id = $1 ORDER BY t.answer_id ORDER_CLAUSE"""
                    .replace("TEXTS", TurnRow.TEXTS)
                    .replace("WHERE_CLAUSE", where).replace("ORDER_CLAUSE", order);
            return new Query(new Sql(ofBoth.replace("FITS", "size")), new Sql(ofBoth.replace(
                    "FITS", "sum(size) OVER (ORDER BY answer_id " + order + ")")));
        }
    }

    /** The conversation with one of its turns, or with null. */
    private record Row(Found head, TurnRow turn, long size, boolean fetched) {
        static Row of(ResultSet at) throws SQLException {
            return new Row(new Found(OptionalLong.of(at.getLong(1)), (UUID) at.getObject(2),
                    Sql.time(at, 3), 0, List.of()), TurnRow.of(at, 6), at.getLong(4),
                    at.getBoolean(5));
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
                Sql next = statement;
                List<Row> rows = context.database().run(name,
                        on -> next.rows(on, Row::of, arguments));
                List<Row> turns = rows.stream().filter(it -> it.turn != null).toList();
                List<Row> wanted = turns.subList(0, wanted(turns, bytesMax));
                if (wanted.stream().allMatch(Row::fetched)) {
                    Found head = rows.isEmpty() ? NOTHING : rows.get(0).head;
                    return new Found(head.generation, head.newest, head.lastActivity,
                            turns.size(), wanted.stream().map(Row::turn).toList());
                }
                long bytes = wanted.stream().mapToLong(Row::size).sum();
                arguments[2] = bytes;
                share.take(bytes * COST_FACTOR);
                statement = query.upToSum;
            }
        }
    }

    /** Turns whose texts fit; the first does in any case. */
    private static int wanted(List<Row> turns, long bytesMax) {
        int wanted = 0;
        long bytes = 0;
        for (Row turn : turns) {
            bytes += turn.size;
            wanted += wanted == 0 || bytes <= bytesMax ? 1 : 0;
        }
        return wanted;
    }

    /** Records of the turns that can be read, oldest first. */
    List<MemoryRecord> records() {
        return turns.stream()
                .sorted((a, b) -> MessageIds.compare(a.answerId(), b.answerId()))
                .flatMap(TurnRow::records).toList();
    }
}
