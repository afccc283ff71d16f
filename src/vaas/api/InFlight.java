package vaas.api;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests under way, so that a stop can wait for them. The server's own count is wrong
 * for good after a handler's exception, or a client that left inside its body.
 */
final class InFlight {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int count; // guarded by lock
    private boolean stopping; // guarded by lock

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

    /** Waits until none is under way; false if that takes longer than it may. */
    boolean awaitNone(Duration patience) {
        lock.lock();
        try {
            long nanos = patience.toNanos();
            while (count > 0 && nanos > 0) {
                nanos = none.awaitNanos(nanos);
            }
            return count == 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
