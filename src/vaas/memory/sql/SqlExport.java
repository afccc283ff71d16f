package vaas.memory.sql;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.stream.Stream;
import vaas.budget.Budget;
import vaas.memory.Export;
import vaas.memory.MemoryRecord;
import vaas.memory.line.Draft;

/**
 * A stretch of a conversation, read in pieces, each by a statement of its own: no connection is
 * held for a slow reader. So a reset ends it, and so does a limit that takes turns of it.
 */
record SqlExport(SqlContext context, String conversation, Stretch stretch, Budget.Share share)
        implements Export {
    /** Most turns of a piece, and most bytes of their texts; one turn always fits. */
    private static final int TURNS_MAX = 50;
    private static final long BYTES_MAX = 256 << 10;

    private static final UUID LAST = new UUID(-1, -1);
    private static final Sql STRETCH = new Sql("""
            WITH n AS (
                SELECT answer_id, BYTES AS size
                FROM vaas_turn WHERE session_id = $1 AND answer_id < $2
                ORDER BY answer_id DESC LIMIT $3)
            SELECT (SELECT generation FROM vaas_conversation WHERE session_id = $1),
                (SELECT answer_id FROM n ORDER BY answer_id LIMIT 1),
                (SELECT answer_id FROM n ORDER BY answer_id DESC LIMIT 1),
                (SELECT coalesce(sum(size), 0) FROM n)""".replace("BYTES", TurnRow.BYTES));
    private static final Found.Query PIECE =
            Found.Query.of("answer_id >= $4 AND answer_id <= $5", "ASC");

    /** From where to where it goes, ids of answers; null if it is empty. */
    private record Stretch(long generation, UUID first, UUID last, long bytes) {
        static Stretch of(ResultSet at) throws SQLException {
            return new Stretch(at.getLong(1), (UUID) at.getObject(2), (UUID) at.getObject(3),
                    at.getLong(4));
        }
    }

    /** Of the newest turns, or of all if that is 0, before a record's id, or the end if null. */
    static SqlExport of(SqlContext context, String conversation, UUID before, int turnsMax)
            throws IOException {
        Stretch stretch = context.database().run("stretch", on ->
                STRETCH.rows(on, Stretch::of, conversation, before == null ? LAST : before,
                        turnsMax == 0 ? Long.MAX_VALUE : (long) turnsMax).get(0));
        return new SqlExport(context, conversation, stretch, context.budget().share());
    }

    @Override
    public long length() {
        return stretch.bytes;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        long written = 0;
        Pieces pieces = new Pieces();
        for (List<TurnRow> piece = pieces.next(); piece != null; piece = pieces.next()) {
            for (TurnRow turn : piece) {
                byte[] lines = Draft.lines(turn.questionId(), turn.answerId(), turn.time(),
                        turn.question(), turn.answer(), turn.key());
                written += lines.length;
                out.write(lines);
            }
        }
        if (written != length()) {
            throw new IOException("a reset or a limit came while this was read");
        }
    }

    /** What can be read of it, as a lazy stream; ends early if a reset comes. */
    Stream<MemoryRecord> records() {
        Pieces pieces = new Pieces();
        return Stream.iterate(List.<TurnRow>of(), Objects::nonNull, it -> {
            try {
                return pieces.next();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }).flatMap(List::stream).flatMap(TurnRow::records).onClose(this::close);
    }

    /** Goes from piece to piece. */
    private final class Pieces {
        private UUID from = stretch.first;
        private int turns = 1; // of the next one: who wants but few of them does not wait for many
        private long charged; // for the last one, if that is large

        /** Null at the end, also if a reset has come. */
        List<TurnRow> next() throws IOException {
            if (from == null) {
                return null;
            }
            Found found = Found.read(PIECE, "piece", context, conversation, turns, BYTES_MAX,
                    from, stretch.last);
            turns = Math.min(TURNS_MAX, 2 * turns);
            if (!found.generation().equals(OptionalLong.of(stretch.generation))
                    || found.turns().isEmpty()) {
                return null;
            }
            long bytes = found.turns().stream().mapToLong(TurnRow::bytes).sum();
            share.giveBack(charged);
            charged = 0;
            share.take(bytes <= BYTES_MAX ? 0 : 2 * bytes); // it, and the lines made of it
            charged = bytes <= BYTES_MAX ? 0 : 2 * bytes;
            UUID last = found.turns().get(found.turns().size() - 1).answerId();
            from = last.equals(stretch.last) ? null : after(last);
            return found.turns();
        }
    }

    private static UUID after(UUID id) {
        long low = id.getLeastSignificantBits() + 1;
        return new UUID(id.getMostSignificantBits() + (low == 0 ? 1 : 0), low);
    }

    @Override
    public void close() {
        share.close();
    }
}
