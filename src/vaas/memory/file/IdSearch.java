package vaas.memory.file;

import java.io.IOException;
import java.util.UUID;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;

/**
 * Finds a place in a file by id: a binary search over its bytes, since ids rise with the lines.
 * Some twenty reads of a kilobyte at a million records; nothing is held, built or waited for.
 */
final class IdSearch {
    private static final int PROBE_BYTES = 1024;
    private static final int LONG_PROBE_BYTES = 64 << 10;

    private final Disk.Handle file;
    private final long end;
    private final UUID id;
    private final int lineBytesMax;
    // A record that begins before low has a smaller id, one that begins at high or behind does not.
    private long low;
    private long high;
    private long found; // where the first record begins that is known to have no smaller id

    private IdSearch(Disk.Handle file, long end, UUID id, int lineBytesMax) {
        this.file = file;
        this.end = end;
        this.id = id;
        this.lineBytesMax = lineBytesMax;
        this.high = end;
        this.found = end;
    }

    /**
     * Where the first record begins whose id is not smaller; the end if there is none.
     *
     * @param end where the file ends for readers
     */
    static long firstNotBefore(Disk.Handle file, long end, UUID id, int lineBytesMax)
            throws IOException {
        IdSearch search = new IdSearch(file, end, id, lineBytesMax);
        while (search.high - search.low > PROBE_BYTES) {
            search.halve();
        }
        while (search.low < search.high && search.step(search.low)) {
            // record by record, through what is left
        }
        return search.found;
    }

    private void halve() throws IOException {
        long middle = low + (high - low) / 2;
        long start = lineStart(middle - 1);
        long before = low;
        if (start < 0 || !step(start) || low == before) { // what is behind is of no interest
            high = Math.min(high, middle);
        }
    }

    /** Takes the first record from a line's beginning into account; false if there is none. */
    private boolean step(long start) throws IOException {
        LineReader lines = new LineReader(file, start, end, lineBytesMax, PROBE_BYTES);
        while (lines.next() && lines.lineOffset() < high) {
            UUID there = id(lines);
            if (there != null && MessageIds.compare(there, id) >= 0) {
                found = lines.lineOffset();
                high = found;
                return true;
            } else if (there != null) {
                low = lines.offset();
                return true;
            }
        }
        return false;
    }

    private static UUID id(LineReader lines) throws IOException {
        UUID id = lines.head().id();
        return id != null ? id : RecordLine.decode(lines.line())
                .map(MemoryRecord::messageId).orElse(null);
    }

    /** Offset after the first line feed at or behind an offset, or -1 if there is none till high. */
    private long lineStart(long from) throws IOException {
        byte[] probe = new byte[PROBE_BYTES];
        for (long at = from; at < high; ) {
            int read = file.read(at, probe, 0, (int) Math.min(probe.length, high - at));
            if (read <= 0) {
                return -1;
            }
            int newline = LineReader.newline(probe, 0, read);
            if (newline >= 0) {
                return at + newline + 1;
            }
            at += read;
            probe = probe.length < LONG_PROBE_BYTES ? new byte[LONG_PROBE_BYTES] : probe;
        }
        return -1;
    }
}
