package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
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
    /**
     * The right to write, to sync or to replace the file: who has it finds nothing in the file that
     * is not durable. Fair: who replaces the file waits for one sync at most. Taken before the
     * lock, and held while the disk syncs, which the lock never is.
     */
    private final Semaphore commit = new Semaphore(1, true);

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ReentrantReadWriteLock.ReadLock readLock = lock.readLock();
    private final ReentrantReadWriteLock.WriteLock writeLock = lock.writeLock();

    // Guarded by lock.
    private final MemoryFile file;
    private final Appender appender;
    private Batch open = new Batch(); // replaced only by whoever has the right to commit

    /** Takes over an open file, and what is known of it. */
    Journal(FileContext context, MemoryFile file, Current current, Keys keys, Health health) {
        this.context = context;
        this.file = file;
        this.current = current;
        this.keys = keys;
        this.health = health;
        this.appender = new Appender(context, file, keys, health, current.get().newest());
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
        PendingTurn turn = new PendingTurn(draft, key);
        Batch batch;
        boolean leads;
        writeLock.lock();
        context.metrics().lockWait.since(start);
        try {
            batch = open;
            if (read.generation() != current.get().generation()) {
                return fenced();
            } else if (key != null && (keys.answer(key).isPresent() || batch.hasKey(key))) {
                return null;
            }
            health.requireWritable();
            leads = batch.turns().isEmpty();
            batch.turns().add(turn);
        } finally {
            writeLock.unlock();
        }
        if (leads) { // it writes and syncs for all, unless a reset or another thread does
            syncIf(() -> !batch.isSettled());
        }
        if (!batch.await()) {
            return fenced();
        }
        turn.requireWritten();
        context.metrics().appended(start);
        return new Insertion.Stored(turn.place().turn().answer());
    }

    private Insertion fenced() {
        context.metrics().fenced.increment();
        return new Insertion.Fenced();
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

    /**
     * Writes and syncs the open batch and shows it to readers; the caller has the right to commit.
     */
    private void sync() {
        Batch batch = open; // which only whoever may commit replaces
        long start = System.nanoTime();
        try {
            List<FileTurn> written = append(batch);
            if (!written.isEmpty()) {
                file.requireInPlace();
                file.sync();
                current.publish(now -> now.with(written), written);
                context.metrics().synced(start, written.size());
            }
            batch.synced();
        } catch (Throwable e) { // whatever it is, those who wait must hear of it
            refuseWrites(e, batch);
            return;
        }
        Snapshot now = current.get();
        if (context.limits().exceededBy(now.tally().known().orElse(0), now.end())) {
            context.overLimits().accept(context.conversation());
        }
    }

    // In one hold of the lock: a key is always found, in the open batch or among those written.
    private List<FileTurn> append(Batch batch) throws MemoryUnavailableException {
        writeLock.lock();
        try {
            openAnother();
            return appender.append(batch.turns());
        } finally {
            writeLock.unlock();
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
        writeLock.lock();
        try {
            batch.turns().stream().filter(PendingTurn::isWritten).map(PendingTurn::place)
                    .forEach(keys::remove);
            health.refuse(cause);
            Closeables.after(cause, () -> file.dropUnsynced(current.get().end())); // or later
            batch.failed(cause);
            openAnother().failed(cause); // with the lock: no turn comes between
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
     * Lets an empty file take the place of the present one; turns that wait to be written are not
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
     * Lets the newer part of the file take its place. The caller has the right to commit.
     *
     * @param records that go
     */
    void drop(long bytes, long records, Swap commitPoint) throws IOException {
        writeLock.lock();
        try {
            commitPoint.run();
            current.publish(now -> now.without(bytes, records));
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
                Closeables.all(() -> file.dropUnsynced(current.get().end()), file);
            }
            return health.isClosed();
        } finally {
            writeLock.unlock();
        }
    }
}
