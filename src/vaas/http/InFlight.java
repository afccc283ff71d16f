package vaas.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Counts the requests under way, so that a stop can wait for them. The server's own count is wrong
 * for good after a handler's exception, or a client that left inside its body.
 */
public final class InFlight {
    // Guarded by this.
    private int count;
    private boolean stopping;
    private boolean seen; // whether a request has come or left
    private long lastSeenNanos;

    /** Counts a request in; false if it is to be refused, because the server stops. */
    public synchronized boolean enter() {
        see();
        count += stopping ? 0 : 1;
        return !stopping;
    }

    /** Counts out a request that was not refused. */
    public synchronized void leave() {
        see();
        count--;
        assert count >= 0 : "left more often than entered";
        notifyAll();
    }

    /** Refuses new requests from now on. */
    public synchronized void stop() {
        stopping = true;
    }

    /** Waits until none is under way; false if that takes too long, or at an interrupt. */
    public synchronized boolean awaitNone(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (count > 0) {
            if (!pause(end - System.nanoTime())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Waits until no request, not even one that is refused, has come or left for a while: one that
     * is just arriving would be cut off. False if that takes too long, or at an interrupt.
     */
    public synchronized boolean awaitQuiet(Duration quiet, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (!isQuiet(quiet)) {
            long now = System.nanoTime();
            if (!pause(Math.min(end - now, lastSeenNanos + quiet.toNanos() - now))) {
                return isQuiet(quiet);
            }
        }
        return true;
    }

    // False if there is nothing left to wait for, or the thread is interrupted, and stays so.
    private boolean pause(long nanos) {
        try {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
            return nanos > 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private boolean isQuiet(Duration quiet) {
        return !seen || System.nanoTime() - lastSeenNanos >= quiet.toNanos();
    }

    private void see() {
        seen = true;
        lastSeenNanos = System.nanoTime();
    }
}
