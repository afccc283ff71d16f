package vaas.memory.file;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/**
 * Where a file is to begin in future: behind the last turn that goes. What lies before it and can't
 * be read goes with it; without a turn that has to go, nothing does.
 *
 * @param offset of the first byte that stays; 0 if all does
 * @param records that go
 */
record TrimPoint(long offset, long records) {
    private static final TrimPoint NOTHING = new TrimPoint(0, 0);

    /**
     * Finds it, reading no more than what goes, and a turn.
     *
     * @param wanted asked again and again; once it says no, nothing is to go
     */
    static TrimPoint find(Disk.Handle file, Snapshot snapshot, Limits limits, Instant now,
            int lineBytesMax, BooleanSupplier wanted) throws IOException {
        Search search = new Search(snapshot, limits, now);
        LineReader lines = new LineReader(file, 0, snapshot.end(), lineBytesMax);
        while (search.goesOn && lines.next()) {
            if (!wanted.getAsBoolean()) {
                return NOTHING;
            }
            search.take(lines);
        }
        return search.found;
    }

    /**
     * The turns are passed one by one. By size, one after the other goes until the rest is within
     * the limits, but never the newest. By age goes the longest run of turns each of which is too
     * old or dated after now, and whose last is too old: so a turn of a clock that was ahead goes
     * with the next one, and one of a clock that was behind takes nothing with it.
     */
    private static final class Search {
        private final Snapshot snapshot;
        private final long recordsLeft;
        private final long bytesLeft;
        private final Instant oldest;
        private final Instant now;
        private TrimPoint found = NOTHING;
        private boolean bySize = true; // the turns so far all go because of their number or size
        private boolean byAge = true; // the turns so far may all go because of their age
        private boolean goesOn = true;
        private long passed; // records
        private MemoryRecord question; // of which the answer comes next; null if none waits

        Search(Snapshot snapshot, Limits limits, Instant now) {
            this.snapshot = snapshot;
            this.recordsLeft = limits.recordsLeft(snapshot);
            this.bytesLeft = limits.bytesLeft(snapshot);
            this.oldest = limits.oldest(now);
            this.now = now;
        }

        void take(LineReader lines) throws IOException {
            byte[] line = lines.line();
            Optional<MemoryRecord> record = RecordLine.decode(line);
            passed += lines.head().ours() ? 1 : 0;
            if (record.isEmpty()) {
                question = lines.isTooLong() || !RecordLine.isBlank(line) ? null : question;
            } else if (record.get().role() == Role.USER) {
                question = record.get();
                bySize &= isTooMuch(passed - 1, lines.lineOffset());
                goesOn = bySize || byAge;
            } else if (question != null) {
                turn(record.get(), lines.offset());
                question = null;
            }
        }

        private boolean isTooMuch(long recordsBefore, long offset) {
            return snapshot.tally().records() - recordsBefore > recordsLeft
                    || snapshot.end() - offset > bytesLeft;
        }

        private void turn(MemoryRecord answer, long end) {
            Instant when = question.timestamp();
            boolean newest = answer.messageId().equals(snapshot.newest());
            byAge &= when.isBefore(oldest) || when.isAfter(now);
            if (bySize && !newest || byAge && when.isBefore(oldest)) {
                found = new TrimPoint(end, passed);
            }
            bySize &= !newest;
            goesOn = bySize || byAge;
        }
    }
}
