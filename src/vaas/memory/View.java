package vaas.memory;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * What readers see: an immutable value, published after each force and by each reset. Only the
 * index inside grows, and it may lag behind without harm.
 *
 * @param generation resets since the memory was opened
 * @param epoch replacements of the file since then: resets and rewrites
 * @param base bytes that rewrites have dropped in this generation: with it, an offset in the file
 *     becomes one that stays the same
 * @param end offset after the last durable turn
 * @param window the newest turns
 * @param index where the records of this generation lie
 */
record View(long generation, long epoch, long base, long end, Window window,
        SparseIndex index) {
    /** How much of the file opening may read to fill the window. */
    private static final long OPEN_READ_BYTES = 16 << 20;

    /** The first view of a file, with the newest id in it, null if there is none. */
    record Opening(View view, UUID lastId) {}

    /** Reads the tail of a file; the index is left to be filled. */
    static Opening open(Disk.Handle reader, MemoryFile file, int windowRecords)
            throws IOException {
        Tail.Turns tail = Tail.wholeTurns(reader, file.end(), windowRecords, OPEN_READ_BYTES);
        Window window = Window.empty(windowRecords).with(tail.list());
        View view = new View(0, 0, 0, file.end(), tail.complete() ? window : window.withOlder(),
                new SparseIndex(file.path().toString(), file.end()));
        return new Opening(view, tail.newest().map(MemoryRecord::messageId).orElse(null));
    }

    /** The view after more turns have become durable. */
    View with(List<Turn> turns) {
        return new View(generation, epoch, base, turns.get(turns.size() - 1).end(),
                window.with(turns), index);
    }

    /** The view after a reset. */
    View reset() {
        return new View(generation + 1, epoch + 1, 0, 0, window.cleared(), index.cleared());
    }

    /** The view after a rewrite. */
    View without(Cut cut) {
        return new View(generation, epoch + 1, base + cut.offset(), end - cut.offset(),
                window.after(cut.lastDropped()), index.without(cut));
    }

    /** The newest whole turns of at most n records, from the file. */
    List<MemoryRecord> latest(Disk.Handle reader, int n) throws IOException {
        return Tail.wholeTurns(reader, end, n, Long.MAX_VALUE).list().stream()
                .flatMap(turn -> Stream.of(turn.question(), turn.answer()))
                .toList();
    }

    /**
     * The record of an id: a small read, since the index tells between which lines it is. Where the
     * index is still being made, rising ids end the search: two, since one may be damaged.
     */
    Optional<MemoryRecord> byMessageId(Disk.Handle reader, UUID id) throws IOException {
        SparseIndex.Stretch stretch = index.find(id);
        LineReader lines = new LineReader(reader, stretch.start(), Math.min(end, stretch.end()));
        for (int larger = 0; larger < 2 && lines.next(); ) {
            Optional<MemoryRecord> found = RecordLine.decode(lines.line());
            int order = found.map(it -> it.messageId().compareTo(id)).orElse(-1);
            if (order == 0) {
                return found;
            }
            larger = order > 0 ? larger + 1 : 0;
        }
        return Optional.empty();
    }
}
