package vaas.memory.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;
import vaas.memory.Page;
import vaas.memory.Turn;

/** Reads what lies at, or before, a record that is told by its id. */
final class Pages {
    /** Most text of a page; but one turn always fits. */
    private static final long PAGE_BYTES_MAX = 4 << 20;

    private Pages() {}

    /** The record of an id. */
    static Optional<MemoryRecord> byId(Reading reading, UUID id, int lineBytesMax, Damage damage)
            throws IOException {
        LineReader line = new LineReader(reading.handle(), IdSearch.firstNotBefore(
                reading.handle(), reading.snapshot().end(), id, lineBytesMax),
                reading.snapshot().end(), lineBytesMax, 1024);
        if (!line.next() || line.head().id() != null && !line.head().id().equals(id)) {
            return Optional.empty();
        }
        Optional<MemoryRecord> found = RecordLine.decode(line.line());
        if (found.isEmpty()) {
            damage.met(line.lineOffset(), line.length());
        }
        return found.filter(it -> it.messageId().equals(id));
    }

    /** The turn whose answer has an id. */
    static Optional<Turn> turnOf(Reading reading, UUID answer, int lineBytesMax, Damage damage,
            Budget budget) throws IOException {
        LineReader line = new LineReader(reading.handle(), IdSearch.firstNotBefore(
                reading.handle(), reading.snapshot().end(), answer, lineBytesMax),
                reading.snapshot().end(), lineBytesMax, 1024);
        if (!line.next()) {
            return Optional.empty();
        }
        try (Budget.Share share = budget.share()) {
            List<FileTurn> turns = NewestTurns.before(reading.handle(), line.offset(),
                    new Window.Bounds(1, PAGE_BYTES_MAX), lineBytesMax, damage, share).turns();
            return turns.stream().map(FileTurn::turn)
                    .filter(it -> it.answer().messageId().equals(answer)).findFirst();
        }
    }

    /**
     * Whole turns that are older than a record.
     *
     * @param turnsMax at least 1
     * @param disordered whether ids are known to fall somewhere, so that a search may mislead
     */
    static Page before(Reading reading, UUID id, int turnsMax, boolean disordered,
            int lineBytesMax, Damage damage, Budget budget) throws IOException {
        long end = disordered ? placeFromEnd(reading, id, lineBytesMax) : -1;
        if (end < 0) {
            end = IdSearch.firstNotBefore(
                    reading.handle(), reading.snapshot().end(), id, lineBytesMax);
        }
        try (Budget.Share share = budget.share()) {
            NewestTurns.Found found = NewestTurns.before(reading.handle(), end,
                    new Window.Bounds(turnsMax + 1, PAGE_BYTES_MAX), lineBytesMax, damage, share);
            boolean more = found.turns().size() > turnsMax;
            List<MemoryRecord> records = found.records();
            return new Page(more ? records.subList(2, records.size()) : records,
                    more || found.older() == Window.Older.TOO_LONG);
        }
    }

    /** Where the line of an id begins, looked for by reading back; -1 if it is nowhere. */
    private static long placeFromEnd(Reading reading, UUID id, int lineBytesMax)
            throws IOException {
        BackwardReader lines = new BackwardReader(
                reading.handle(), reading.snapshot().end(), lineBytesMax);
        while (lines.previous()) {
            if (id.equals(lines.head().id())) {
                return lines.lineOffset();
            }
        }
        return -1;
    }
}
