package vaas.memory.file;

import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** A turn on its way to the file. Used by one thread at a time: who asks, then who writes. */
final class PendingTurn {
    private final Draft draft;
    private FileTurn place; // null before it has one
    private IOException failure; // why it could not be written; null unless that is so

    PendingTurn(Draft draft) {
        this.draft = draft;
    }

    String key() {
        return draft.key();
    }

    byte[] lines() {
        return draft.lines();
    }

    /** Gives it its place, ids and times; see {@link Draft#stamp}. */
    FileTurn stamp(UUID last, Instant now, RandomGenerator random, long offset)
            throws IOException {
        failure = null;
        place = draft.stamp(last, now, random, offset);
        return place;
    }

    void failed(IOException cause) {
        failure = cause;
    }

    boolean isWritten() {
        return place != null && failure == null;
    }

    /** Where it is, or could not be written; null before it was tried. */
    FileTurn place() {
        return place;
    }

    /** Throws if it could not be written. */
    void requireWritten() throws IOException {
        if (failure != null) {
            throw failure;
        }
    }
}
