package vaas.memory.folder;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;

/**
 * How many named conversations are stored, and how many may be. Those that were there at the start
 * are counted behind; until then whoever would begin one waits, but not for long.
 */
final class SessionCount {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final long max;

    // Guarded by this.
    private long stored;
    private boolean counted;

    SessionCount(long max) {
        this.max = max;
    }

    /** Those that were there at the start have been counted. */
    synchronized void counted(long present) {
        stored += present;
        counted = true;
        notifyAll();
    }

    synchronized void awaitCounted() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long left = PATIENCE.toNanos();
        while (!counted && left > 0) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return; // let in, as after a long wait
            }
            left = end - System.nanoTime();
        }
    }

    /** One more is about to begin. */
    synchronized void begin() throws RefusedException {
        if (stored >= max) {
            throw new RefusedException(Reason.TOO_MANY_CONVERSATIONS);
        }
        stored++;
    }

    /** One is there, or gone, that was not counted so. */
    synchronized void change(int by) {
        stored += by;
    }

    /** All are gone. */
    synchronized void clear() {
        stored = 0;
        counted = true;
        notifyAll();
    }

    synchronized long stored() {
        return Math.max(0, stored);
    }
}
