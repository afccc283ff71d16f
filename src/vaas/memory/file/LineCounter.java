package vaas.memory.file;

import java.io.IOException;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import vaas.disk.Disk;
import vaas.memory.line.LineHead;
import vaas.memory.line.MessageIds;

/**
 * Counts the records of a file by their lines' first bytes, at about the speed of a loop that
 * counts line ends; and sees whether ids rise.
 */
final class LineCounter {
    private long records;
    private boolean ordered = true;
    private boolean whole = true; // it was wanted to the end

    private LineCounter() {}

    /** Number of records before an offset; does not look at ids, which takes as long again. */
    static long records(Disk.Handle file, long end) throws IOException {
        LineReader lines = new LineReader(file, 0, end, 0);
        long records = 0;
        while (lines.next()) {
            records += lines.isOurs() ? 1 : 0;
        }
        return records;
    }

    /**
     * Counts what lies before an offset.
     *
     * @param wanted asked after each line
     */
    static LineCounter count(Disk.Handle file, long end, BooleanSupplier wanted)
            throws IOException {
        LineCounter counter = new LineCounter();
        LineReader lines = new LineReader(file, 0, end, 0);
        UUID last = null;
        while (lines.next()) {
            LineHead head = lines.head();
            counter.records += head.ours() ? 1 : 0;
            if (head.id() != null) {
                counter.ordered &= last == null || MessageIds.compare(last, head.id()) < 0;
                last = head.id();
            }
            if (!wanted.getAsBoolean()) {
                counter.whole = false;
                return counter;
            }
        }
        return counter;
    }

    long records() {
        return records;
    }

    /** Whether ids rise from line to line. */
    boolean isOrdered() {
        return ordered;
    }

    /** Whether it has come to the end. */
    boolean isWhole() {
        return whole;
    }
}
