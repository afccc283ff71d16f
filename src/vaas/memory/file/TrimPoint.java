package vaas.memory.file;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.Limits;
import vaas.memory.line.RecordLine;

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
     * Finds it, reading no more than what goes, and a turn; a file that has outgrown its limit in
     * bytes is looked through for a turn that no cut could make fit.
     *
     * @param wanted asked again and again; once it says no, nothing is to go
     */
    static TrimPoint find(Disk.Handle file, Snapshot snapshot, Limits limits, Instant now,
            int lineBytesMax, BooleanSupplier wanted) throws IOException {
        LargeTurn large = limits.bytesLeft(snapshot.end()) == Long.MAX_VALUE ? LargeTurn.NONE
                : LargeTurn.newest(file, snapshot.end(), limits, wanted);
        Search search = new Search(snapshot, limits, now, large);
        LineReader lines = new LineReader(file, 0, snapshot.end(), lineBytesMax);
        while (search.goesOn && lines.next()) {
            if (!wanted.getAsBoolean()) {
                return NOTHING;
            }
            search.take(lines);
        }
        return search.found;
    }

    /** The newest turn that is alone past the limit. */
    private record LargeTurn(long offset, long bytes) {
        static final LargeTurn NONE = new LargeTurn(-1, 0);

        static LargeTurn newest(Disk.Handle file, long end, Limits limits, BooleanSupplier wanted)
                throws IOException {
            LineReader lines = new LineReader(file, 0, end, 0);
            LargeTurn newest = NONE;
            long question = -1; // where it begins, while its answer has not come
            while (wanted.getAsBoolean() && lines.next()) {
                Role role = lines.head().role();
                if (role == Role.USER) {
                    question = lines.lineOffset();
                } else if (role == Role.ASSISTANT && question >= 0) {
                    long bytes = lines.offset() - question;
                    newest = limits.isTooLarge(bytes) ? new LargeTurn(question, bytes) : newest;
                    question = -1;
                }
            }
            return newest;
        }

        /** What it adds to what lies behind an offset. */
        long bytesBehind(long where) {
            return where <= offset ? bytes : 0;
        }
    }

    /**
     * The turns are passed one by one. By size, one after the other goes until the rest is within
     * the limits, but none that no whole turn follows: the newest one stays. The newest turn that
     * is alone past the limit is left out of the sum, so that no others go for its sake; it goes
     * when it is the oldest. By age goes the longest run of turns each of which is too old or dated
     * after now, and whose last is too old: so a turn of a clock that was ahead goes with the next
     * one, and one of a clock that was behind takes nothing with it.
     */
    private static final class Search {
        private final long records;
        private final long end;
        private final long recordsLeft;
        private final long bytesLeft;
        private final Instant oldest;
        private final Instant now;
        private final LargeTurn large; // left out of the sum
        private TrimPoint found = NOTHING;
        private TrimPoint outgrown; // goes because of its size once a whole turn follows; or null
        private boolean bySize = true; // the turns so far all go because of their number or size
        private boolean byAge = true; // the turns so far may all go because of their age
        private boolean goesOn = true;
        private long passed; // records
        private MemoryRecord question; // of which the answer comes next; null if none waits

        Search(Snapshot snapshot, Limits limits, Instant now, LargeTurn large) {
            this.records = snapshot.tally().records();
            this.end = snapshot.end();
            this.recordsLeft = limits.recordsLeft(snapshot.tally().known().orElse(0));
            this.bytesLeft = limits.bytesLeft(end - large.bytes);
            this.oldest = limits.oldest(now);
            this.now = now;
            this.large = large;
        }

        void take(LineReader lines) throws IOException {
            byte[] line = lines.line();
            Optional<MemoryRecord> record = RecordLine.decode(line);
            long before = passed;
            passed += lines.head().ours() ? 1 : 0;
            if (record.isEmpty()) {
                question = lines.isTooLong() || !RecordLine.isBlank(line) ? null : question;
            } else if (record.get().role() == Role.USER) {
                question = record.get();
                long offset = lines.lineOffset();
                bySize &= records - before > recordsLeft
                        || end - offset - large.bytesBehind(offset) > bytesLeft;
            } else if (question != null) {
                turn(new TrimPoint(lines.offset(), passed));
                question = null;
            }
            goesOn = bySize || byAge || outgrown != null;
        }

        private void turn(TrimPoint behind) {
            Instant when = question.timestamp();
            found = outgrown == null ? found : outgrown;
            outgrown = bySize ? behind : null;
            byAge &= when.isBefore(oldest) || when.isAfter(now);
            if (byAge && when.isBefore(oldest)) {
                found = behind;
            }
        }
    }
}
