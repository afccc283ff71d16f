package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BooleanSupplier;
import vaas.disk.Closeables;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.line.Draft;

/** Appends turns and syncs them in groups; the package has the life of a turn, and all locks. */
final class Journal implements Closeable {
    private final FileContext context;
    private final Current current;
    private final Keys keys;
    private final Health health;
    private final SplittableRandom random = new SplittableRandom(); // guarded by the write lock
    /**
     * The right to sync or to replace the file. Fair: who replaces the file waits for one sync at
     * most. Taken before the lock, and held while the disk works, which the lock never is.
     */
    private final Semaphore commit = new Semaphore(1, true);

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ReentrantReadWriteLock.ReadLock readLock = lock.readLock();
    private final ReentrantReadWriteLock.WriteLock writeLock = lock.writeLock();

    // Guarded by lock.
    private final MemoryFile file;
    private Batch open = new Batch(); // replaced only by whoever has the right to commit
    private UUID lastId; // null until the first record

    /** Takes over an open file, and what is known of it. */
    Journal(FileContext context, MemoryFile file, Current current, Keys keys, Health health) {
        this.context = context;
        this.file = file;
        this.current = current;
        this.keys = keys;
        this.health = health;
        this.lastId = current.get().newest();
    }

    Health health() {
        return health;
    }

    /** Opens the file to be read without a lock: only a reset changes what the snapshot covers. */
    Reading read() throws IOException {
        readLock.lock();
        try {
            health.requireOpen();
            return new Reading(file.reader(), current.get());
        } finally {
            readLock.unlock();
        }
    }

    /** Throws if no turn can be stored, as far as the file tells without being written. */
    void requireUnchanged() throws IOException {
        readLock.lock();
        try {
            health.requireWritable();
            file.requireLength();
        } finally {
            readLock.unlock();
        }
        file.requireInPlace();
    }

    /**
     * Stores a turn; see {@link vaas.memory.Memory#insert}.
     *
     * @return null if there is a turn with this key, to be looked up without the lock
     */
    Insertion insert(History read, Draft draft, String key) throws IOException {
        long start = System.nanoTime();
        FileTurn turn;
        Batch batch;
        boolean leads;
        writeLock.lock();
        context.metrics().lockWait.since(start);
        try {
            if (read.generation() != current.get().generation()) {
                return fenced();
            } else if (key != null && keys.answer(key).isPresent()) {
                return null;
            }
            turn = append(draft, key);
            batch = open;
            leads = batch.turns().size() == 1;
        } finally {
            writeLock.unlock();
            health.tell();
        }
        if (leads) { // it syncs for all, unless a reset or another thread does
            syncIf(() -> !batch.isSettled());
        }
        if (!batch.await()) {
            return fenced();
        }
        context.metrics().appended(start);
        return new Insertion.Stored(turn.turn().answer());
    }

    private Insertion fenced() {
        context.metrics().fenced.increment();
        return new Insertion.Fenced();
    }

    private FileTurn append(Draft draft, String key) throws IOException {
        assert lock.isWriteLockedByCurrentThread();
        health.requireWritable();
        Instant now = context.clock().instant().truncatedTo(ChronoUnit.MILLIS);
        FileTurn turn = new FileTurn(draft.stamp(lastId, now, random), key, file.end(),
                file.end() + draft.lines().length);
        health.writes(true);
        try {
            file.append(draft.lines());
        } catch (MemoryUnavailableException e) { // another program has changed it
            health.refuse(e);
            throw e;
        }
        health.writes(false);
        lastId = turn.turn().answer().messageId();
        open.turns().add(turn);
        keys.add(turn);
        return turn;
    }

    /** Returns when all that was appended before is durable, or gone. */
    void settle() {
        syncIf(this::someWait);
    }

    private boolean someWait() {
        readLock.lock();
        try {
            return !open.turns().isEmpty();
        } finally {
            readLock.unlock();
        }
    }

    private void syncIf(BooleanSupplier due) {
        beginCommit();
        try {
            if (due.getAsBoolean()) {
                sync();
            }
        } finally {
            endCommit();
        }
    }

    /** Syncs the open batch and shows it to readers; the caller has the right to commit. */
    private void sync() {
        Batch batch = openAnother();
        long start = System.nanoTime();
        try {
            file.requireInPlace();
            file.sync();
            current.publish(now -> now.with(batch.turns()), batch.turns());
            batch.synced();
        } catch (Throwable e) { // whatever it is, those who wait must hear of it
            refuseWrites(e, batch);
            return;
        }
        context.metrics().synced(start, batch.turns().size());
        Snapshot now = current.get();
        if (context.limits().exceededBy(now.tally().known().orElse(0), now.end())) {
            context.overLimits().accept(context.conversation());
        }
    }

    private Batch openAnother() {
        writeLock.lock();
        try {
            Batch batch = open;
            open = new Batch();
            return batch;
        } finally {
            writeLock.unlock();
        }
    }

    /** What the disk can't be trusted with is not taken any more; the caller may commit. */
    void refuseWrites(Throwable cause) {
        refuseWrites(cause, openAnother());
    }

    // What was written but not synced was never acknowledged, so it is cut off if that can be.
    private void refuseWrites(Throwable cause, Batch batch) {
        List<FileTurn> lost = new ArrayList<>(batch.turns());
        writeLock.lock();
        try {
            Batch later = openAnother(); // with the lock: no turn comes between this and the cut
            lost.addAll(later.turns());
            lost.forEach(keys::remove);
            health.refuse(cause);
            Closeables.after(cause, () -> file.truncate(current.get().end())); // or at opening
            batch.failed(cause);
            later.failed(cause);
        } finally {
            writeLock.unlock();
        }
    }

    /** Waits for the right to sync or to replace the file, interrupted or not. */
    void beginCommit() {
        commit.acquireUninterruptibly();
    }

    /** Gives it back. */
    void endCommit() {
        commit.release();
        health.tell();
    }

    /**
     * Lets an empty file take the place of the present one; turns that wait for their sync are not
     * remembered, and a refusal of writes ends. The caller has the right to commit.
     *
     * @param commitPoint after which nothing is remembered; throws if nothing has changed
     * @return what was remembered
     */
    Snapshot forget(Swap commitPoint) throws IOException {
        writeLock.lock();
        try {
            Snapshot old = current.get();
            current.publish(Snapshot::hidden); // where the file itself is cut, nobody may see half
            commitPoint.run();
            current.publish(Snapshot::reset);
            keys.clear();
            health.recovered();
            openAnother().reset();
            return old;
        } finally {
            writeLock.unlock();
        }
    }

    /** Until it is closed, by the same thread, nobody begins to read the file or appends. */
    Runnable suspend() {
        writeLock.lock();
        current.publish(Snapshot::hidden); // nor is a window read
        return writeLock::unlock;
    }

    /**
     * Lets the newer part of the file take its place; turns that wait for their sync then wait for
     * that of the new file. The caller has the right to commit.
     *
     * @param records that go
     */
    void drop(long bytes, long records, Swap commitPoint) throws IOException {
        writeLock.lock();
        try {
            commitPoint.run();
            current.publish(now -> now.without(bytes, records));
            open.turns().replaceAll(turn -> turn.shifted(bytes));
        } finally {
            writeLock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        beginCommit();
        try {
            while (!closedIfIdle()) {
                sync();
            }
        } finally {
            endCommit();
        }
    }

    private boolean closedIfIdle() throws IOException {
        writeLock.lock();
        try {
            if (!health.isClosed() && open.turns().isEmpty()) {
                health.close();
                current.close();
                file.close();
            }
            return health.isClosed();
        } finally {
            writeLock.unlock();
        }
    }
}
