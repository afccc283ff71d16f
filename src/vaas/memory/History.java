package vaas.memory;

import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is remembered at one moment, and the fence for what is built on it: a turn goes back into
 * the memory together with the history that it answers, and is not stored if a reset has come in
 * between. Immutable.
 */
public final class History {
    private final long generation;
    private final UUID newest; // null if nothing is remembered
    private final List<MemoryRecord> records;

    /**
     * Made by a memory.
     *
     * @param generation the fence: changes with every reset
     * @param newest id of the newest record, whether it is among these or not; null if there is
     *     none
     * @param records whole turns, oldest first
     */
    public History(long generation, UUID newest, List<MemoryRecord> records) {
        this.generation = generation;
        this.newest = newest;
        this.records = List.copyOf(records);
    }

    /** Tells one life of a conversation from the next; changes with every reset. */
    public long generation() {
        return generation;
    }

    /** Id of the newest record, whether it is among these or not. */
    public Optional<UUID> newest() {
        return Optional.ofNullable(newest);
    }

    /** Whole turns, oldest first. */
    public List<MemoryRecord> records() {
        return records;
    }

    /** Names the state of the conversation: the newest record's id, or "empty". */
    public String tag() {
        return newest == null ? "empty" : newest.toString();
    }

    /** Tells numbers, never content. */
    @Override
    public String toString() {
        return "History[generation " + generation + ", " + records.size() + " records]";
    }
}
