package vaas.memory.file;

import java.io.IOException;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.line.LineHead;
import vaas.memory.line.MessageIds;

/**
 * Finds a place in a file by id: an interpolation search over its bytes, since ids rise with the
 * lines, and begin with their time. Some five reads of a kilobyte where turns came evenly, and at
 * most twice those of a binary search, twenty at a million records; nothing is held, built or
 * waited for. What it has passed over without a line of ours it does not read again.
 */
final class IdSearch {
    private static final int PROBE_BYTES = 1024;
    private static final int LONG_PROBE_BYTES = 64 << 10;
    /** So much of a line tells its id. */
    private static final int HEAD_BYTES = 128;

    private final Disk.Handle file;
    private final long end;
    private final UUID id;
    private final int lineBytesMax;
    private final Budget budget;
    // A record that begins before low has a smaller id, one that begins at high or behind does not.
    private long low;
    private long high;
    private UUID lowId; // of the record that begins right before low; null before the first
    private long found; // where the first record begins that is known to have no smaller id
    private UUID foundId; // null while there is none

    private byte[] probe = new byte[PROBE_BYTES];
    private long probeOffset; // file offset of probe[0]
    private int probeLength;

    private IdSearch(Disk.Handle file, long end, UUID id, int lineBytesMax, Budget budget) {
        this.file = file;
        this.end = end;
        this.id = id;
        this.lineBytesMax = lineBytesMax;
        this.budget = budget;
        this.high = end;
        this.found = end;
    }

    /**
     * Where the first record begins whose id is not smaller; the end if there is none.
     *
     * @param end where the file ends for readers
     * @param budget is charged while a line is read whole, which those of ours never are
     */
    static long firstNotBefore(Disk.Handle file, long end, UUID id, int lineBytesMax,
            Budget budget) throws IOException {
        IdSearch search = new IdSearch(file, end, id, lineBytesMax, budget);
        search.narrow(Math.max(0, end - PROBE_BYTES));
        while (search.high - search.low > PROBE_BYTES) {
            long width = search.high - search.low;
            search.narrow(search.likely());
            if (search.high - search.low > width / 2) { // turns did not come evenly
                search.narrow(search.middle());
            }
        }
        while (search.low < search.high && search.step(search.low)) {
            // record by record, through what is left
        }
        return search.found;
    }

    private long middle() {
        return low + (high - low) / 2;
    }

    /** Half a probe before the place where the id would be if ids rose evenly. */
    private long likely() {
        long ids = lowId == null || foundId == null ? 0 : distance(lowId, foundId);
        if (ids <= 0) {
            return middle();
        }
        double share = (double) distance(lowId, id) / ids;
        long place = low + (long) (share * (found - low)) - PROBE_BYTES / 2;
        return Math.max(low, Math.min(place, high - 1));
    }

    private static long distance(UUID from, UUID to) {
        return (to.getMostSignificantBits() >>> 1) - (from.getMostSignificantBits() >>> 1);
    }

    /** Looks at the first record at or behind an offset, and at those that were read with it. */
    private void narrow(long from) throws IOException {
        long before = low;
        if (!step(from) || low == before) { // what is behind is of no interest
            high = Math.min(high, from);
        }
        while (low > before && holdsNext() && step(low)) {
            // costs no read
        }
    }

    private boolean holdsNext() {
        if (!holds(low - 1, 1)) {
            return false;
        }
        int newline = LineReader.newline(probe, (int) (low - 1 - probeOffset), probeLength);
        long next = probeOffset + newline + 1;
        return newline >= 0 && next < high && holds(next, (int) Math.min(HEAD_BYTES, end - next));
    }

    /** Takes the first record at or behind an offset into account; false if there is none. */
    private boolean step(long from) throws IOException {
        long at = from == 0 ? 0 : behindNewline(from - 1);
        while (at >= 0 && at < high) {
            UUID there = idAt(at);
            if (there != null) {
                take(there, at);
                return true;
            }
            at = behindNewline(at);
        }
        return false;
    }

    private void take(UUID there, long at) {
        if (MessageIds.compare(there, id) < 0) {
            low = at + 1;
            lowId = there;
        } else {
            found = at;
            foundId = there;
            high = at;
        }
    }

    /** The id of the line that begins at an offset; null if the line can't be read. */
    private UUID idAt(long at) throws IOException {
        if (!holds(at, (int) Math.min(HEAD_BYTES, end - at))) {
            fill(at, PROBE_BYTES);
        }
        int start = (int) (at - probeOffset);
        LineHead head = LineHead.of(probe, start, probeLength);
        return head.id() != null ? head.id() : isObject(start) ? decodedId(at) : null;
    }

    // As any JSON that holds a record does, whoever wrote it.
    private boolean isObject(int start) {
        int i = start + LineHead.markLength(probe, start, probeLength);
        while (i < probeLength && (probe[i] == ' ' || probe[i] == '\t')) {
            i++;
        }
        return i < probeLength && probe[i] == '{';
    }

    private UUID decodedId(long at) throws IOException {
        LineReader line = new LineReader(file, at, end, lineBytesMax, PROBE_BYTES);
        return line.next() ? line.record(budget).map(MemoryRecord::messageId).orElse(null) : null;
    }

    /** Offset after the first line feed at or behind an offset; -1 if there is none before high. */
    private long behindNewline(long from) throws IOException {
        int size = PROBE_BYTES;
        for (long at = from; at < high; ) {
            if (!holds(at, 1)) {
                fill(at, size);
                size = LONG_PROBE_BYTES;
            }
            int stop = (int) Math.min(probeLength, high - probeOffset);
            int newline = LineReader.newline(probe, (int) (at - probeOffset), stop);
            if (newline >= 0) {
                return probeOffset + newline + 1;
            } else if (probeLength == 0) {
                return -1; // emptied meanwhile, by a reset
            }
            at = probeOffset + stop;
        }
        return -1;
    }

    private boolean holds(long at, int count) {
        return at >= probeOffset && at + count <= probeOffset + probeLength;
    }

    private void fill(long at, int size) throws IOException {
        probe = probe.length < size ? new byte[size] : probe;
        probeOffset = at;
        probeLength = LineReader.readFully(file, at, probe, (int) Math.min(size, end - at));
    }
}
