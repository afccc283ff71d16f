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
    static Optional<MemoryRecord> byId(Reading reading, UUID id, Damage damage,
            FileContext context) throws IOException {
        LineReader line = lineOf(reading, id, context);
        if (!line.next() || line.head().id() != null && !line.head().id().equals(id)) {
            return Optional.empty();
        }
        Optional<MemoryRecord> found = line.record(context.budget());
        if (found.isEmpty()) {
            damage.met(line.lineOffset(), line.length());
        }
        return found.filter(it -> it.messageId().equals(id));
    }

    /** The turn whose answer has an id. */
    static Optional<Turn> turnOf(Reading reading, UUID answer, Damage damage,
            FileContext context) throws IOException {
        LineReader line = lineOf(reading, answer, context);
        if (!line.next()) {
            return Optional.empty();
        }
        try (Budget.Share share = context.budget().share()) {
            List<FileTurn> turns = NewestTurns.before(reading.handle(), line.offset(),
                    new Window.Bounds(1, PAGE_BYTES_MAX), context.lineBytesMax(),
                    damage, share).turns();
            return turns.stream().map(FileTurn::turn)
                    .filter(it -> it.answer().messageId().equals(answer)).findFirst();
        }
    }

    /**
     * Whole turns that are older than a record.
     *
     * @param turnsMax at least 1
     * @param ordered whether ids are known to rise everywhere, so that no search can mislead
     */
    static Page before(Reading reading, UUID id, int turnsMax, boolean ordered, Damage damage,
            FileContext context) throws IOException {
        long end = place(reading, id, ordered, context);
        try (Budget.Share share = context.budget().share()) {
            NewestTurns.Found found = NewestTurns.before(reading.handle(), end,
                    new Window.Bounds(turnsMax + 1, PAGE_BYTES_MAX), context.lineBytesMax(),
                    damage, share);
            boolean more = found.turns().size() > turnsMax;
            List<MemoryRecord> records = found.records();
            return new Page(more ? records.subList(2, records.size()) : records,
                    more || found.older() == Window.Older.TOO_LONG);
        }
    }

    /** Where the line of an id begins, or would. */
    static long place(Reading reading, UUID id, boolean ordered, FileContext context)
            throws IOException {
        LineReader line = lineOf(reading, id, context);
        long found = line.lineOffset();
        if (ordered || line.next() && id.equals(line.head().id())) {
            return found;
        }
        BackwardReader lines = new BackwardReader(
                reading.handle(), reading.snapshot().end(), context.lineBytesMax());
        while (lines.previous()) {
            if (id.equals(lines.head().id())) {
                return lines.lineOffset();
            }
        }
        return found; // it is nowhere
    }

    /** Before the first line whose id is not smaller. */
    private static LineReader lineOf(Reading reading, UUID id, FileContext context)
            throws IOException {
        long end = reading.snapshot().end();
        return new LineReader(reading.handle(), IdSearch.firstNotBefore(reading.handle(), end, id,
                context.lineBytesMax(), context.budget()), end, context.lineBytesMax(), 1024);
    }
}
