package vaas.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
    /** Most text it holds, so that a few huge messages can't fill the heap: less on a small one. */
    static final int CHARS_MAX =
            (int) Math.min(4 << 20, Runtime.getRuntime().maxMemory() / 256);

    private final int recordsMax;
    private final List<MemoryRecord> records; // whole turns, oldest first
    private final boolean all; // no whole turn is older than these
    private final long chars; // of all records together

    private Window(int recordsMax, List<MemoryRecord> records, boolean all, long chars) {
        this.recordsMax = recordsMax;
        this.records = records;
        this.all = all;
        this.chars = chars;
    }

    /** A window of a memory without any turn. */
    static Window empty(int recordsMax) {
        return new Window(wholeTurns(Math.min(recordsMax, RECORDS_MAX)), List.of(), true, 0);
    }

    /** The window after more turns have come; older ones drop out. */
    Window with(Iterable<Turn> turns) {
        List<MemoryRecord> newer = new ArrayList<>(records);
        long newerChars = chars;
        for (Turn turn : turns) {
            newer.add(turn.question());
            newer.add(turn.answer());
            newerChars += turn.chars();
        }
        int dropped = 0;
        while (newer.size() - dropped > recordsMax || newerChars > CHARS_MAX) {
            newerChars -= newer.get(dropped++).content().length();
            newerChars -= newer.get(dropped++).content().length();
        }
        MemoryRecord[] kept = newer.subList(dropped, newer.size()).toArray(new MemoryRecord[0]);
        return new Window(recordsMax, Collections.unmodifiableList(Arrays.asList(kept)),
                all && dropped == 0, newerChars);
    }

    /** The same window, where the caller knows that older turns exist that it does not hold. */
    Window withOlder() {
        return new Window(recordsMax, records, false, chars);
    }

    /** An empty window of the same size, of a memory without any turn. */
    Window cleared() {
        return new Window(recordsMax, List.of(), true, 0);
    }

    /** The window without a record and all that is older; null drops nothing. */
    Window after(UUID lastDropped) {
        List<MemoryRecord> kept = records.stream().filter(it -> lastDropped == null
                || it.messageId().compareTo(lastDropped) > 0).toList();
        return new Window(recordsMax, kept, all || kept.size() < records.size(),
                kept.stream().mapToLong(it -> it.content().length()).sum());
    }

    /** The newest whole turns of at most n records; empty if only the file can tell. */
    Optional<List<MemoryRecord>> latest(int n) {
        int wanted = Math.min(wholeTurns(n), all ? records.size() : Integer.MAX_VALUE);
        return wanted > records.size() ? Optional.empty()
                : Optional.of(records.subList(records.size() - wanted, records.size()));
    }

    /** Whether as many records as these are held, unless they are too long. */
    boolean covers(int n) {
        return wholeTurns(n) <= recordsMax;
    }

    /** The newest whole turns of at most n records, among those that are held. */
    List<MemoryRecord> newest(int n) {
        int held = Math.min(wholeTurns(n), records.size());
        return records.subList(records.size() - held, records.size());
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
