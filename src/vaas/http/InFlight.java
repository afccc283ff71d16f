package vaas.http;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/**
 * Counts the requests under way, so that a stop can wait for them. The server's own count is wrong
 * for good after a handler's exception, or a client that left inside its body.
 */
public final class InFlight {
    private static final long LOOK_MILLIS = 20; // whoever leaves wakes those who wait at once

    // Guarded by this.
    private int count;
    private boolean stopping;
    /** When a request has come or left; long ago as long as none has. */
    private long lastSeenNanos = System.nanoTime() - Long.MAX_VALUE / 2;

    /** Counts a request in; false if it is to be refused, because the server stops. */
    public synchronized boolean enter() {
        lastSeenNanos = System.nanoTime();
        count += stopping ? 0 : 1;
        return !stopping;
    }

    /** Counts out a request that was not refused. */
    public synchronized void leave() {
        lastSeenNanos = System.nanoTime();
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
        return await(() -> count == 0, patience);
    }

    /**
     * Waits until no request, not even one that is refused, has come or left for a while: one that
     * is just arriving would be cut off. False if that takes too long, or at an interrupt.
     */
    public synchronized boolean awaitQuiet(Duration quiet, Duration patience) {
        return await(() -> System.nanoTime() - lastSeenNanos >= quiet.toNanos(), patience);
    }

    // An interrupted thread stays so.
    private boolean await(BooleanSupplier state, Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (!state.getAsBoolean() && end - System.nanoTime() > 0) {
                wait(LOOK_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return state.getAsBoolean();
    }
}
