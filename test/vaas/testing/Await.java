package vaas.testing;

import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Waits for a state, however long that takes: the time allowed to a test ends it. */
public final class Await {
    private static final long LOOK_NANOS = 300_000;
    private static final long LOOK_NANOS_MAX = 20_000_000;

    private Await() {}

    /**
     * Waits until this is so; for what nothing else tells. The longer that takes, the less often
     * it looks, for to look may be a request.
     */
    public static void until(Callable<Boolean> state) {
        try {
            for (long nanos = LOOK_NANOS; !state.call();
                    nanos = Math.min(nanos + nanos / 8, LOOK_NANOS_MAX)) {
                pause(nanos);
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    /** Leaves the cores, of which there are few, to those who bring it about. */
    public static void pause() throws InterruptedException {
        pause(LOOK_NANOS);
    }

    private static void pause(long nanos) throws InterruptedException {
        if (Thread.interrupted()) { // by the time allowed to a test
            throw new InterruptedException("waited in vain");
        }
        LockSupport.parkNanos(nanos);
    }

    /** Leaves the cores to others for a moment, and takes no notice of an interrupt. */
    public static void deafly() {
        Thread.interrupted();
        LockSupport.parkNanos(LOOK_NANOS);
    }

    /** The same where it can not be told at times, while files come and go. */
    public static void untilSeen(Callable<Boolean> state) {
        until(() -> {
            try {
                return state.call();
            } catch (IOException e) {
                return false;
            }
        });
    }

    /** Waits for a latch where nothing may be thrown. */
    public static void latch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * Waits until so many threads wait inside any of these methods, each "Class.method": for what
     * only a thread's state can tell.
     */
    public static void waitingIn(int threads, String... methods) {
        until(() -> Thread.getAllStackTraces().entrySet().stream().filter(entry ->
                entry.getKey().getState() == Thread.State.WAITING
                        && Arrays.stream(entry.getValue()).anyMatch(frame ->
                        Arrays.stream(methods).anyMatch((frame.getClassName() + "."
                                + frame.getMethodName())::endsWith))).count() >= threads);
    }

    /** Waits until a thread waits for another, or for a time. */
    public static void waiting(Thread thread) {
        until(() -> {
            if (!thread.isAlive()) {
                throw new IllegalStateException("it has ended instead of waiting");
            }
            return thread.getState() == Thread.State.WAITING
                    || thread.getState() == Thread.State.TIMED_WAITING;
        });
    }
}
