package vaas.memory.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import vaas.memory.MemoryUnavailableException;

/** The turns that share one sync, and what has become of them. */
final class Batch {
    private final List<FileTurn> turns = new ArrayList<>(); // guarded by the journal's write lock
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

    List<FileTurn> turns() {
        return turns;
    }

    boolean isSettled() {
        return outcome.isDone();
    }

    /** They are on disk. */
    void synced() {
        outcome.complete(true);
    }

    /** A reset came before they were. */
    void reset() {
        outcome.complete(false);
    }

    /** They can't be brought to disk. */
    void failed(Throwable cause) {
        outcome.completeExceptionally(cause);
    }

    /**
     * Waits for the outcome; an interrupt is kept for the caller.
     *
     * @return false if a reset came first
     * @throws MemoryUnavailableException if they could not be synced
     */
    boolean await() throws IOException {
        try {
            return outcome.join();
        } catch (CompletionException e) {
            throw new MemoryUnavailableException("the turn could not be brought to disk: "
                    + e.getCause().getMessage(), e.getCause());
        }
    }
}
