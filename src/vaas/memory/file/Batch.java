package vaas.memory.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import vaas.memory.MemoryUnavailableException;

/** The turns that share one sync, and what has become of them. */
final class Batch {
    /** Guarded by the journal's write lock until the batch is taken to be written. */
    private final List<PendingTurn> turns = new ArrayList<>();
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

    List<PendingTurn> turns() {
        return turns;
    }

    /** Whether a turn with a key is among them. */
    boolean hasKey(String key) {
        return turns.stream().anyMatch(it -> key.equals(it.key()));
    }

    boolean isSettled() {
        return outcome.isDone();
    }

    /** All that could be written are on disk. */
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
