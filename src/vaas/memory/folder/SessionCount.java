package vaas.memory.folder;

import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;

/**
 * How many named conversations are stored, and how many may be. Those that were there at the start
 * are counted behind; until then whoever would begin one waits, but not for long.
 */
final class SessionCount {
    private static final int PATIENCE_SECONDS = 2;

    private final long max;

    private final CountDownLatch counted = new CountDownLatch(1);
    private volatile Runnable awaited = () -> { };
    private long stored; // guarded by this

    SessionCount(long max) {
        this.max = max;
    }

    /** Names what is to be told that somebody waits for the first count. */
    void whenAwaited(Runnable hurry) {
        awaited = hurry;
    }

    boolean isCounted() {
        return counted.getCount() == 0;
    }

    /** Those that were there at the start have been counted: once, unless all went meanwhile. */
    synchronized void counted(long present) {
        stored += isCounted() ? 0 : present;
        counted.countDown();
    }

    /** A chat's turn has come in a conversation, which may be about to begin. */
    void begin(Session session) throws RefusedException {
        if (!session.memory.isStored()) {
            if (!isCounted()) {
                awaited.run();
            }
            try {
                counted.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            } catch (InterruptedException e) { // let in, as after a long wait
                Thread.currentThread().interrupt();
            }
            reserve(session);
        }
    }

    private synchronized void reserve(Session session) throws RefusedException {
        if (!session.counted && stored >= max) {
            throw new RefusedException(Reason.TOO_MANY_CONVERSATIONS);
        }
        count(session, true);
    }

    /** One has been opened, and was counted from its name. */
    synchronized void opened(Session session) {
        session.counted = session.memory.isStored();
    }

    /** All are gone. */
    synchronized void clear(Collection<Session> open) {
        open.forEach(session -> session.counted = false);
        stored = 0;
        counted.countDown();
    }

    /** What it is now counts, when nobody uses it any more. */
    synchronized void count(Session session, boolean isStored) {
        stored += (isStored ? 1 : 0) - (session.counted ? 1 : 0);
        session.counted = isStored;
    }

    synchronized long stored() {
        return Math.max(0, stored);
    }
}
