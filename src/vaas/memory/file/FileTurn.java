package vaas.memory.file;

import java.util.List;
import vaas.memory.MemoryRecord;
import vaas.memory.Turn;

/**
 * A turn with its place in the file.
 *
 * @param key it was stored with; null if none, or not known
 * @param offset of the question's line
 * @param end offset after the answer's line
 */
record FileTurn(Turn turn, String key, long offset, long end) {
    /** Size of its texts as JSON. */
    long bytes() {
        return (long) turn.question().json().length() + turn.answer().json().length();
    }

    List<MemoryRecord> records() {
        return List.of(turn.question(), turn.answer());
    }

    /** The same turn in a file whose beginning has been dropped. */
    FileTurn shifted(long bytes) {
        return new FileTurn(turn, key, offset - bytes, end - bytes);
    }

    /** Leaves key and texts out. */
    @Override
    public String toString() {
        return "FileTurn[" + offset + " to " + end + "]";
    }
}
