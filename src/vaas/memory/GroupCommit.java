package vaas.memory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thread at a time do the slow work on the disk for all that wait: whoever begins a batch
 * forces it, a reset replaces the file. The right to do so is a flag, not a lock: while somebody
 * has it, no lock is held and others go on appending. A reset goes before the next batch.
 */
final class GroupCommit {
    /** After this long a waiter looks whether the batch's leader is still there. */
    private static final long PATIENCE_SECONDS = 1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition free = lock.newCondition();
    private boolean taken; // guarded by lock
    private int replacing; // threads that wait to replace the file; guarded by lock

    /** What became of a batch. */
    enum Outcome {
        /** On disk. */
        FORCED,
        /** A reset removed it before it was acknowledged. */
        RESET,
        /** Not on disk. */
        FAILED
    }

    /** The turns that share one force. */
    static final class Batch {
        private final CountDownLatch settled = new CountDownLatch(1);
        private final List<Turn> turns = new ArrayList<>(); // guarded by the memory's write lock
        private IOException cause; // of FAILED; written before the outcome
        private volatile Outcome outcome; // null until settled

        List<Turn> turns() {
            return turns;
        }

        boolean isSettled() {
            return outcome != null;
        }

        /** Tells what has become of it; only whoever has the right to commit knows. */
        void settle(Outcome what, IOException why) {
            cause = why;
            outcome = what;
            settled.countDown();
        }

        /** Waits until it is settled; false if that takes so long that its leader may be gone. */
        boolean await() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return settled.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** True if it was forced, false if a reset removed it; throws why it failed. */
        boolean forced() throws IOException {
            if (outcome == Outcome.FAILED) {
                throw new MemoryUnavailableException(
                        "the turn could not be forced to disk", cause);
            }
            return outcome == Outcome.FORCED;
        }
    }

    /** Waits for the right to force, which whoever replaces the file gets first. */
    void beginForce() {
        lock.lock();
        try {
            while (taken || replacing > 0) {
                free.awaitUninterruptibly();
            }
            taken = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the right to replace the file. */
    void beginReplace() {
        lock.lock();
        try {
            replacing++;
            while (taken) {
                free.awaitUninterruptibly();
            }
            replacing--;
            taken = true;
        } finally {
            lock.unlock();
        }
    }

    /** Gives the right back. */
    void end() {
        lock.lock();
        try {
            taken = false;
            free.signalAll(); // a leader and a few resets at most
        } finally {
            lock.unlock();
        }
    }
}
