package vaas.memory.file;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.disk.Closeables;
import vaas.memory.Export;
import vaas.memory.History;
import vaas.memory.MemoryRecord;

/** The newest turns: from the window without a lock or the disk, else from the file's end. */
final class HistoryReader {
    private final FileContext context;
    private final Journal journal;
    private final Current current;
    private final Damage damage;
    /** One reads for all that wait for a window; taken before any other lock. */
    private final ReentrantLock refilling = new ReentrantLock();

    HistoryReader(FileContext context, Journal journal, Current current, Damage damage) {
        this.context = context;
        this.journal = journal;
        this.current = current;
        this.damage = damage;
    }

    /** The first snapshot of a file that has just been opened. */
    static Snapshot first(FileContext context, MemoryFile file, Damage damage)
            throws IOException {
        Window.Bounds bounds = context.windowBounds();
        NewestTurns.Found tail;
        try {
            tail = tail(context, file, damage, bounds);
        } catch (OverBudgetException e) { // who shares the budget holds too much: later, then
            tail = tail(context, file, damage, new Window.Bounds(0, 0));
        }
        return new Snapshot(0, 0, file.end(), tail.newest(),
                Window.empty(bounds).of(tail.turns(), tail.older()), Tally.unknown(file.end()));
    }

    private static NewestTurns.Found tail(FileContext context, MemoryFile file, Damage damage,
            Window.Bounds bounds) throws IOException {
        try (FileVersion.Reader reader = file.reader();
                Budget.Share share = context.budget().share()) {
            return NewestTurns.before(reader.handle(), file.end(), bounds,
                    context.lineBytesMax(), damage, share);
        }
    }

    /** The newest turns, at most so many. */
    History latest(int turns) throws IOException {
        journal.health().requireOpen();
        Snapshot now = current.get();
        Optional<List<MemoryRecord>> held = now.window().latest(turns);
        current.touch();
        if (held.isPresent()) {
            return history(now, held.get());
        }
        return now.window().covers(turns) ? refilled(turns) : read(turns, turns, false);
    }

    private History refilled(int turns) throws IOException {
        refilling.lock();
        try {
            Snapshot now = current.get();
            Optional<List<MemoryRecord>> held = now.window().latest(turns);
            return held.isPresent() ? history(now, held.get())
                    : read(context.windowBounds().turnsMax(), turns, true);
        } finally {
            refilling.unlock();
        }
    }

    private History read(int turnsMax, int turns, boolean refill) throws IOException {
        Window.Bounds bounds = new Window.Bounds(turnsMax, context.windowBounds().bytesMax());
        return stable(reading -> {
            try (Budget.Share share = context.budget().share()) {
                NewestTurns.Found found = NewestTurns.before(reading.handle(),
                        reading.snapshot().end(), bounds, context.lineBytesMax(), damage, share);
                if (refill) {
                    current.refill(reading.snapshot(),
                            reading.snapshot().window().of(found.turns(), found.older()));
                }
                List<MemoryRecord> records = found.records();
                return history(reading.snapshot(), records.subList(
                        Math.max(0, records.size() - 2 * turns), records.size()));
            }
        });
    }

    /** The file as it is, or its newer part. */
    Export export(UUID before, int turnsMax) throws IOException {
        Reading reading = journal.read();
        try {
            return FileExport.of(current, reading, before, turnsMax, context);
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, reading);
            throw e;
        }
    }

    /** Something that is done with an open file. */
    interface Action<T> {
        T read(Reading reading) throws IOException;
    }

    /** Does it until the file has not been replaced meanwhile, and so perhaps emptied. */
    <T> T stable(Action<T> action) throws IOException {
        while (true) {
            try (Reading reading = journal.read()) {
                T found = action.read(reading);
                if (current.get().fileVersion() == reading.snapshot().fileVersion()) {
                    return found;
                }
            }
        }
    }

    private static History history(Snapshot snapshot, List<MemoryRecord> records) {
        return new History(snapshot.generation(), snapshot.newest(), records);
    }
}
