package vaas.memory.folder;

import java.time.Duration;
import java.util.Collection;
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
    private Runnable awaited = () -> { };

    SessionCount(long max) {
        this.max = max;
    }

    /** Names what is to be told that somebody waits for the first count. */
    synchronized void whenAwaited(Runnable hurry) {
        awaited = hurry;
    }

    synchronized boolean isCounted() {
        return counted;
    }

    /** Those that were there at the start have been counted: once, unless all went meanwhile. */
    synchronized void counted(long present) {
        stored += counted ? 0 : present;
        counted = true;
        notifyAll();
    }

    private synchronized void awaitCounted() {
        long end = System.nanoTime() + PATIENCE.toNanos();
        long left = PATIENCE.toNanos();
        if (!counted) {
            awaited.run();
        }
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

    /** A chat's turn has come in a conversation, which may be about to begin. */
    void begin(Session session) throws RefusedException {
        if (!session.memory().isStored()) {
            awaitCounted();
            reserve(session);
        }
    }

    private synchronized void reserve(Session session) throws RefusedException {
        if (!session.isCounted() && stored >= max) {
            throw new RefusedException(Reason.TOO_MANY_CONVERSATIONS);
        }
        count(session, true);
    }

    /** One has been opened, and was counted from its name. */
    synchronized void opened(Session session) {
        session.counted(session.memory().isStored());
    }

    /** Nobody uses it any more: what it is now counts. */
    synchronized void left(Session session, boolean isStored) {
        count(session, isStored);
    }

    /** All are gone. */
    synchronized void clear(Collection<Session> open) {
        open.forEach(session -> session.counted(false));
        stored = 0;
        counted = true;
        notifyAll();
    }

    private void count(Session session, boolean now) {
        stored += (now ? 1 : 0) - (session.isCounted() ? 1 : 0);
        session.counted(now);
    }

    synchronized long stored() {
        return Math.max(0, stored);
    }
}
