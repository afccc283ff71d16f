package vaas.memory;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Where about a record lies, by its id, and how many there are. One entry for every
 * {@link #RECORDS_PER_ENTRY} records keeps it at 1 MiB a million records. The file is read once,
 * in short steps beside other work; until that is done a search is only longer, never wrong.
 */
final class SparseIndex {
    /** 16 bytes an entry, so one byte a record. */
    static final int RECORDS_PER_ENTRY = 16;

    private static final System.Logger LOG = System.getLogger(SparseIndex.class.getName());
    private static final int LINES_PER_STEP = 2048;

    /** Held for one step, so that two threads may share the reading. Taken before the other. */
    private final ReentrantLock stepping = new ReentrantLock();
    /** Guards what follows; held for moments, never while reading. */
    private final ReentrantLock lock = new ReentrantLock();

    private final String fileName; // for log lines
    private long[] idHighs = new long[16]; // most significant halves, rising
    private long[] offsets = new long[16]; // of the lines that have those ids
    private int entries;
    private long records;
    private long damagedLines;
    private long sinceEntry = RECORDS_PER_ENTRY; // records; so the first one gets an entry
    private long scanned; // all before this offset is counted here
    private long end; // all before this offset is in the file, durably

    /** An index of a file of {@code end} durable bytes, none of them read yet. */
    SparseIndex(String fileName, long end) {
        this.fileName = fileName;
        this.end = end;
    }

    /** The index of the file's empty successor. */
    SparseIndex cleared() {
        return new SparseIndex(fileName, 0);
    }

    /** The index of a file whose beginning has been dropped; this one has read all of it. */
    SparseIndex without(Cut cut) {
        lock.lock();
        try {
            SparseIndex rest = new SparseIndex(fileName, end - cut.offset());
            for (int entry = 0; entry < entries; entry++) {
                if (offsets[entry] >= cut.offset()) {
                    rest.enter(idHighs[entry], offsets[entry] - cut.offset());
                }
            }
            rest.scanned = scanned - cut.offset();
            rest.records = records - cut.records();
            rest.damagedLines = damagedLines - cut.damagedLines();
            rest.sinceEntry = sinceEntry;
            return rest;
        } finally {
            lock.unlock();
        }
    }

    /** Takes in turns that have become durable right behind all others. */
    void append(Iterable<Turn> turns) {
        lock.lock();
        try {
            for (Turn turn : turns) {
                if (scanned == end) {
                    add(turn.question(), turn.offset());
                    add(turn.answer(), turn.offset());
                    scanned = turn.end();
                }
                end = turn.end();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Reads a short stretch that was there at open; false when nothing is left to read. */
    boolean step(Disk.Handle file) throws IOException {
        stepping.lock();
        try {
            return stepHeld(file);
        } finally {
            stepping.unlock();
        }
    }

    /** Ends the reading: what has not been counted by now is taken as nothing. */
    void stop() {
        lock.lock();
        try {
            scanned = end;
        } finally {
            lock.unlock();
        }
    }

    /** Number of readable records, unless the file has not been read to its end yet. */
    OptionalLong records() {
        lock.lock();
        try {
            return scanned == end ? OptionalLong.of(records) : OptionalLong.empty();
        } finally {
            lock.unlock();
        }
    }

    /** Number of readable records among what has been read. */
    long count() {
        lock.lock();
        try {
            return records;
        } finally {
            lock.unlock();
        }
    }

    /** Number of damaged lines found so far. */
    long damagedLines() {
        lock.lock();
        try {
            return damagedLines;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Where the line of an id is, if it is anywhere.
     *
     * @param start offset of a line at or before it
     * @param end offset of a line after it
     */
    record Stretch(long start, long end) {}

    Stretch find(UUID id) {
        lock.lock();
        try {
            int at = Arrays.binarySearch(idHighs, 0, entries, id.getMostSignificantBits());
            int entry = at >= 0 ? at : -at - 2;
            return new Stretch(entry < 0 ? 0 : offsets[entry],
                    entry + 1 < entries ? offsets[entry + 1] : end);
        } finally {
            lock.unlock();
        }
    }

    private boolean stepHeld(Disk.Handle file) throws IOException {
        long from;
        long to;
        lock.lock();
        try {
            from = scanned;
            to = end;
        } finally {
            lock.unlock();
        }
        if (from == to) {
            return false;
        }
        LineReader reader = new LineReader(file, from, to);
        for (int lines = 0; lines < LINES_PER_STEP; lines++) {
            if (!reader.next()) {
                return reader.offset() == to || stopped();
            }
            take(RecordLine.decode(reader.line()), reader);
        }
        return true;
    }

    // The file ends early: a reset has emptied it, so nothing is left to count.
    private boolean stopped() {
        stop();
        return false;
    }

    private void take(Optional<MemoryRecord> found, LineReader reader) {
        lock.lock();
        try {
            if (found.isPresent()) {
                add(found.get(), reader.lineOffset());
            } else {
                damagedLines++;
            }
            scanned = reader.offset();
        } finally {
            lock.unlock();
        }
        if (found.isEmpty()) {
            LOG.log(System.Logger.Level.WARNING, "{0}: skipping a damaged line of {1} bytes at byte"
                    + " {2}", fileName, Long.toString(reader.offset() - reader.lineOffset()),
                    Long.toString(reader.lineOffset()));
        }
    }

    // An entry whose id turns out to be too large is damaged and goes, or it would mislead every
    // later search; with one that is too small, only a good entry goes, which does no harm.
    private void add(MemoryRecord found, long offset) {
        records++;
        sinceEntry++;
        long idHigh = found.messageId().getMostSignificantBits();
        if (entries > 0 && idHigh < idHighs[entries - 1]) {
            entries--;
        }
        boolean rising = entries == 0 || idHigh > idHighs[entries - 1];
        if (sinceEntry > RECORDS_PER_ENTRY && rising && found.role() == Role.USER) {
            enter(idHigh, offset);
            sinceEntry = 1;
        }
    }

    private void enter(long idHigh, long offset) {
        if (entries == idHighs.length) {
            int larger = entries + Math.max(16, entries / 8); // an eighth: slack stays small
            idHighs = Arrays.copyOf(idHighs, larger);
            offsets = Arrays.copyOf(offsets, larger);
        }
        idHighs[entries] = idHigh;
        offsets[entries++] = offset;
    }
}
