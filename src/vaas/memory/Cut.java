package vaas.memory;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * Where a file is to begin in future: at a turn, with what lies before it dropped.
 *
 * @param offset of the first line that stays, or the end if none does
 * @param records readable ones that go
 * @param damagedLines that go with them
 * @param lastDropped id of the newest readable record that goes, null if none does
 */
record Cut(long offset, long records, long damagedLines, UUID lastDropped) {
    /** What is to be left; reading ends at the first turn with which all of it holds. */
    record Target(long recordsMax, long bytesMax, Instant oldest) {
        private boolean holds(long records, long bytes, Instant first) {
            return records <= recordsMax && bytes <= bytesMax && !first.isBefore(oldest);
        }
    }

    /**
     * Finds the cut, reading only what is dropped.
     *
     * @param records readable ones in the file
     */
    static Cut find(Disk.Handle file, long end, long records, Target target) throws IOException {
        LineReader lines = new LineReader(file, 0, end);
        long passed = 0;
        long damaged = 0;
        UUID last = null;
        while (lines.next()) {
            Optional<MemoryRecord> found = RecordLine.decode(lines.line());
            boolean turn = found.isPresent() && found.get().role() == Role.USER;
            if (turn && target.holds(records - passed, end - lines.lineOffset(),
                    found.get().timestamp())) {
                return new Cut(lines.lineOffset(), passed, damaged, last);
            }
            passed += found.isPresent() ? 1 : 0;
            damaged += found.isPresent() ? 0 : 1;
            last = found.map(MemoryRecord::messageId).orElse(last);
        }
        return new Cut(end, passed, damaged, last);
    }
}
