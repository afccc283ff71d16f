package vaas.memory;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The newest whole turns, held in memory: an immutable value, so that a prompt is built without a
 * lock and without the disk. Bounded by records and by text.
 */
final class Window {
    /** Most records it holds, whatever is asked for; older ones are read from the file. */
    static final int RECORDS_MAX = 1024;
    /** Most text it holds, so that a few huge messages can't fill the heap. */
    static final int CHARS_MAX = 4 << 20;

    private final int recordsMax;
    private final List<MemoryRecord> records; // whole turns, oldest first
    private final boolean all; // no whole turn is older than these

    private Window(int recordsMax, List<MemoryRecord> records, boolean all) {
        this.recordsMax = recordsMax;
        this.records = records;
        this.all = all;
    }

    /** A window of a memory without any turn. */
    static Window empty(int recordsMax) {
        return new Window(wholeTurns(Math.min(recordsMax, RECORDS_MAX)), List.of(), true);
    }

    /** The window after more turns have come; older ones drop out. */
    Window with(Iterable<Turn> turns) {
        Deque<MemoryRecord> newer = new ArrayDeque<>(records);
        long chars = newer.stream().mapToLong(r -> r.content().length()).sum();
        boolean complete = all;
        for (Turn turn : turns) {
            newer.add(turn.question());
            newer.add(turn.answer());
            chars += turn.question().content().length() + turn.answer().content().length();
            while (newer.size() > recordsMax || chars > CHARS_MAX && !newer.isEmpty()) {
                chars -= newer.remove().content().length() + newer.remove().content().length();
                complete = false;
            }
        }
        MemoryRecord[] array = newer.toArray(new MemoryRecord[0]);
        return new Window(
                recordsMax, Collections.unmodifiableList(Arrays.asList(array)), complete);
    }

    /** The same window, where the caller knows that older turns exist that it does not hold. */
    Window withOlder() {
        return new Window(recordsMax, records, false);
    }

    /** An empty window of the same size, of a memory without any turn. */
    Window cleared() {
        return new Window(recordsMax, List.of(), true);
    }

    /** The window without what is older than a record; empty if there is none to begin with. */
    Window from(UUID firstKept) {
        List<MemoryRecord> kept = records.stream().filter(it -> firstKept != null
                && it.messageId().compareTo(firstKept) >= 0).toList();
        return new Window(recordsMax, kept, all || kept.size() < records.size());
    }

    /** The newest whole turns of at most n records; empty if only the file can tell. */
    Optional<List<MemoryRecord>> latest(int n) {
        int wanted = Math.min(wholeTurns(n), all ? records.size() : Integer.MAX_VALUE);
        return wanted > records.size() ? Optional.empty()
                : Optional.of(records.subList(records.size() - wanted, records.size()));
    }

    /** All that it holds, oldest first. */
    List<MemoryRecord> records() {
        return records;
    }

    /** Records that fit when only whole turns count: n or one less. */
    static int wholeTurns(int n) {
        return n & ~1;
    }
}
