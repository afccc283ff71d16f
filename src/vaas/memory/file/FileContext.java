package vaas.memory.file;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.memory.Conversations;
import vaas.memory.Requester;
import vaas.memory.line.Limits;
import vaas.memory.line.RecordLine;

/**
 * What all memory files of a folder share, and the name of one.
 *
 * @param conversation its name
 * @param disk where they are
 * @param clock for ids, times and age
 * @param opened when the folder was, by the system's clock: what was written since is ours, and
 *     synced
 * @param budget that windows and readings are charged to
 * @param windowRecords how many of the newest records to hold in memory
 * @param limits past which the oldest turns go
 * @param backups folder where a reset keeps the old file; empty: it is wiped
 * @param audit who made them forget what
 * @param metrics what they count and time
 * @param overLimits is told, by the thread that stored a turn, which conversation has outgrown a
 *     limit
 */
public record FileContext(String conversation, Disk disk, Clock clock, Instant opened,
        Budget budget, int windowRecords, Limits limits, Optional<Path> backups, Audit audit,
        MemoryMetrics metrics, Consumer<String> overLimits) {
    /** The same for another conversation. */
    public FileContext of(String other) {
        return new FileContext(other, disk, clock, opened, budget, windowRecords, limits, backups,
                audit, metrics, overLimits);
    }

    boolean isShared() {
        return conversation.equals(Conversations.SHARED);
    }

    void audit(Audit.What what, Requester by, long generation, OptionalLong records, long bytes,
            long startNanos, Audit.Outcome outcome) {
        audit.write(new Audit.Entry(what, by, isShared() ? null : conversation, generation,
                records, bytes, (System.nanoTime() - startNanos) / 1_000_000, outcome));
    }

    Window.Bounds windowBounds() {
        return new Window.Bounds(Math.min(turns(windowRecords), Window.TURNS_MAX),
                budget.historyBytes());
    }

    int lineBytesMax() {
        return Math.min(RecordLine.BYTES_MAX, budget.lineBytes());
    }

    /** Whole turns of at most so many records; but one record means the newest turn. */
    static int turns(int records) {
        return records == 1 ? 1 : records / 2;
    }

    static void requireAtLeast(int least, int n) {
        if (n < least) {
            throw new IllegalArgumentException("n is " + n + ", expected at least " + least);
        }
    }
}
