package vaas.memory;

import java.util.List;

/**
 * A stretch of a conversation.
 *
 * @param records whole turns, oldest first
 * @param more whether there are older ones
 */
public record Page(List<MemoryRecord> records, boolean more) {
    /** Keeps a copy of the list. */
    public Page {
        records = List.copyOf(records);
    }
}
