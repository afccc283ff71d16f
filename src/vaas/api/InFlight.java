package vaas.api;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests under way, so that a stop can wait for them. The server's own count is wrong
 * for good after a handler's exception, or a client that left inside its body.
 */
final class InFlight {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int count; // guarded by lock
    private boolean stopping; // guarded by lock
    private long lastLeft = System.nanoTime() - QUIET_NANOS; // guarded by lock

    /** Counts a request in; false if it is to be refused, because the server stops. */
    boolean enter() {
        lock.lock();
        try {
            count++;
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    /** Counts a request out, a refused one too. */
    void leave() {
        lock.lock();
        try {
            count--;
            lastLeft = System.nanoTime();
            if (count == 0) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new requests from now on. */
    void stop() {
        lock.lock();
        try {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until none is under way, and none has been for a moment: a request that is just
     * arriving would be cut off. False if that takes longer than it may.
     */
    boolean awaitQuiet(Duration patience) {
        lock.lock();
        try {
            long end = System.nanoTime() + patience.toNanos();
            while (!isQuiet() && System.nanoTime() < end) {
                none.awaitNanos(Math.min(QUIET_NANOS, end - System.nanoTime()));
            }
            return count == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean isQuiet() {
        return count == 0 && System.nanoTime() - lastLeft >= QUIET_NANOS;
    }
}
