package vaas.memory.file;

import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;
import vaas.memory.line.Draft;

/** A turn on its way to the file. Used by one thread at a time: who asks, then who writes. */
final class PendingTurn {
    private final Draft draft;
    private final String key; // or null
    private FileTurn place; // null before it has one
    private Throwable failure; // why it could not be written; null unless that is so

    PendingTurn(Draft draft, String key) {
        this.draft = draft;
        this.key = key;
    }

    /** Null if there is none. */
    String key() {
        return key;
    }

    byte[] lines() {
        return draft.lines();
    }

    /** Gives it its place, ids and times; see {@link Draft#stamp}. */
    FileTurn stamp(UUID last, Instant now, RandomGenerator random, long offset)
            throws IOException {
        failure = null;
        place = new FileTurn(draft.stamp(last, now, random), key, offset,
                offset + lines().length);
        return place;
    }

    void failed(Throwable cause) {
        failure = cause;
    }

    boolean isWritten() {
        return place != null && failure == null;
    }

    /** Where it is, or could not be written; null before it was tried. */
    FileTurn place() {
        return place;
    }

    /** Throws what kept it from being written. */
    void requireWritten() throws IOException {
        if (failure instanceof IOException e) {
            throw e;
        } else if (failure instanceof RuntimeException e) {
            throw e;
        } else if (failure instanceof Error e) {
            throw e;
        }
    }
}
