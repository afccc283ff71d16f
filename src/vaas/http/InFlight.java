package vaas.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Counts the requests under way, so that a stop can wait for them. The server's own count is wrong
 * for good after a handler's exception, or a client that left inside its body.
 */
public final class InFlight {
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition none = lock.newCondition();
    private int count; // guarded by lock
    private boolean stopping; // guarded by lock
    private long lastSeen = System.nanoTime() - QUIET_NANOS; // a request came or left; by lock

    /** Counts a request in; false if it is to be refused, because the server stops. */
    public boolean enter() {
        lock.lock();
        try {
            lastSeen = System.nanoTime();
            count += stopping ? 0 : 1;
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    /** Counts out a request that was not refused. */
    public void leave() {
        lock.lock();
        try {
            count--;
            lastSeen = System.nanoTime();
            if (count == 0) {
                none.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Refuses new requests from now on. */
    public void stop() {
        lock.lock();
        try {
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until none is under way; false if that takes longer than it may. */
    public boolean awaitNone(Duration patience) {
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

    /**
     * Waits until no request, not even one that is refused, has come for a moment: one that is
     * just arriving would be cut off. False if that takes longer than it may.
     */
    public boolean awaitQuiet(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        lock.lock();
        try {
            long quiet = lastSeen + QUIET_NANOS;
            while (quiet - System.nanoTime() > 0 && end - System.nanoTime() > 0) {
                none.awaitNanos(Math.min(quiet, end) - System.nanoTime());
                quiet = lastSeen + QUIET_NANOS;
            }
            return quiet - System.nanoTime() <= 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
