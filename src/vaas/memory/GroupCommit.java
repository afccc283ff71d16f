package vaas.memory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one thread at a time do the slow work on the disk for all that wait: the leader of a batch
 * forces it, a reset replaces the file. The right to do so is a flag, not a lock: while somebody
 * has it, no lock is held and others go on appending. A reset goes before the next batch.
 */
final class GroupCommit {
    private final ReentrantLock lock = new ReentrantLock();
    /** Signalled when the right falls free while somebody waits in {@link #begin}. */
    private final Condition free = lock.newCondition();
    private boolean taken; // guarded by lock
    private int exclusiveWaiting; // threads in begin(); guarded by lock

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
    final class Batch {
        private final Condition settled = lock.newCondition();
        private final List<Turn> turns = new ArrayList<>(); // guarded by the memory's write lock
        private IOException cause; // of FAILED; written before the outcome
        private volatile Outcome outcome; // null until settled; written under the lock

        List<Turn> turns() {
            return turns;
        }
    }

    Batch newBatch() {
        return new Batch();
    }

    /** Waits until the batch is settled, or makes the caller its leader, who must settle it. */
    boolean awaitOrLead(Batch batch) {
        lock.lock();
        try {
            while (batch.outcome == null && (taken || exclusiveWaiting > 0)) {
                batch.settled.awaitUninterruptibly();
            }
            boolean lead = batch.outcome == null;
            taken |= lead;
            return lead;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for the right to work on the disk alone. */
    void begin() {
        lock.lock();
        try {
            exclusiveWaiting++;
            while (taken) {
                free.awaitUninterruptibly();
            }
            exclusiveWaiting--;
            taken = true;
        } finally {
            lock.unlock();
        }
    }

    /** Settles a batch; only by whoever has the right. */
    void settle(Batch batch, Outcome outcome, IOException cause) {
        lock.lock();
        try {
            batch.cause = cause;
            batch.outcome = outcome;
            batch.settled.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Gives the right back.
     *
     * @param next the batch that is open now: one of those who wait for it becomes its leader
     */
    void end(Batch next) {
        lock.lock();
        try {
            taken = false;
            if (exclusiveWaiting > 0) {
                free.signal();
            } else {
                next.settled.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** True if the settled batch was forced, false if a reset removed it; throws why it failed. */
    boolean forced(Batch batch) throws IOException {
        if (batch.outcome == Outcome.FAILED) {
            throw new MemoryUnavailableException("the turn could not be forced to disk",
                    batch.cause);
        }
        return batch.outcome == Outcome.FORCED;
    }
}
