package vaas.memory.file;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import vaas.memory.MemoryRecord;

/**
 * The newest whole turns, held in memory: an immutable value, so that a prompt is built without a
 * lock and without the disk. Bounded by turns and by bytes; but the newest turn, whatever its size,
 * belongs to every prompt. Turns leave by their place, oldest first, never by their id.
 */
final class Window {
    /** Most turns it holds, whatever is asked for; older ones are read from the file. */
    static final int TURNS_MAX = 512;

    private final Bounds bounds;
    private final List<FileTurn> turns; // oldest first
    private final List<MemoryRecord> records; // theirs, as every prompt wants them
    private final Older older;
    private final long bytes; // of all turns together

    /** How much may be held. */
    record Bounds(int turnsMax, long bytesMax) {}

    /** What is known of the turns before the oldest one that is held. */
    enum Older {
        /** There is none. */
        NONE,
        /** The next one would not fit beside these, so that no prompt holds it. */
        TOO_LONG,
        /** There may be some. */
        UNKNOWN
    }

    private Window(Bounds bounds, List<FileTurn> turns, Older older) {
        this.bounds = bounds;
        this.turns = turns;
        List<MemoryRecord> all = new ArrayList<>(2 * turns.size());
        long sum = 0;
        for (FileTurn turn : turns) { // with each turn that is stored: no streams
            all.add(turn.turn().question());
            all.add(turn.turn().answer());
            sum += turn.bytes();
        }
        this.records = Collections.unmodifiableList(all);
        this.older = older;
        this.bytes = sum;
    }

    /** A window of a memory without any turn. */
    static Window empty(Bounds bounds) {
        return new Window(bounds, List.of(), Older.NONE);
    }

    /** A window of turns that were read from the end of a file, within the bounds. */
    Window of(List<FileTurn> newest, Older before) {
        return new Window(bounds, List.copyOf(newest), before);
    }

    /** The window after more turns have come; older ones drop out. */
    Window with(List<FileTurn> newer) {
        List<FileTurn> all = new ArrayList<>(turns);
        all.addAll(newer);
        long left = bytes + newer.stream().mapToLong(FileTurn::bytes).sum();
        Older before = older;
        int dropped = 0;
        while (all.size() - dropped > bounds.turnsMax
                || left > bounds.bytesMax && all.size() - dropped > 1) {
            long gone = all.get(dropped++).bytes();
            before = left > bounds.bytesMax ? Older.TOO_LONG : Older.UNKNOWN;
            left -= gone;
        }
        return new Window(bounds, List.copyOf(all.subList(dropped, all.size())), before);
    }

    /** A window that holds nothing of turns that are there. */
    Window givenUp() {
        return new Window(bounds, List.of(), Older.UNKNOWN);
    }

    /** An empty window of the same size, of a memory without any turn. */
    Window cleared() {
        return empty(bounds);
    }

    /** The window after the beginning of the file has been dropped. */
    Window without(long droppedBytes) {
        List<FileTurn> kept = turns.stream().filter(it -> it.offset() >= droppedBytes)
                .map(it -> it.shifted(droppedBytes)).toList();
        return new Window(bounds, kept, kept.size() < turns.size() ? Older.NONE : older);
    }

    /** The records of at most so many newest turns; empty if only the file can tell. */
    Optional<List<MemoryRecord>> latest(int wanted) {
        if (wanted > turns.size() && older == Older.UNKNOWN) {
            return Optional.empty();
        }
        return Optional.of(wanted >= turns.size() ? records
                : records.subList(records.size() - 2 * wanted, records.size()));
    }

    /** Whether so many turns are held, unless they are too long. */
    boolean covers(int wanted) {
        return wanted <= bounds.turnsMax;
    }

    Bounds bounds() {
        return bounds;
    }

    /** All that it holds, oldest first. */
    List<FileTurn> turns() {
        return turns;
    }
}
