package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import vaas.memory.GroupCommit.Batch;
import vaas.memory.GroupCommit.Outcome;

/**
 * The moving part of a memory: appends turns and forces them in groups. Three kinds of state, in
 * the order in which a turn passes through them:
 *
 * <ol>
 *   <li>the file and the open batch, guarded by one read-write lock: an append writes under the
 *       write lock, readers open the file under the read lock;
 *   <li>the right to force or replace the file, which one thread at a time has
 *       ({@link GroupCommit}), never together with the lock while the disk works;
 *   <li>the {@link View}, published after the force and read without any lock. Nothing is visible
 *       to readers before it is durable.
 * </ol>
 */
final class Journal implements Closeable {
    private static final System.Logger LOG = System.getLogger(Journal.class.getName());

    private final Clock clock;
    private final MemoryMetrics metrics;
    private final SplittableRandom random = new SplittableRandom(); // guarded by the write lock
    private final GroupCommit commit = new GroupCommit();

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ReentrantReadWriteLock.ReadLock readLock = lock.readLock();
    private final ReentrantReadWriteLock.WriteLock writeLock = lock.writeLock();

    // Guarded by lock.
    private final MemoryFile file;
    private Batch open = new Batch(); // replaced only by whoever has the right to commit
    private UUID lastId; // null until the first record
    private IOException broken; // why writes are refused; null if they are not
    private volatile boolean lastWriteFailed; // volatile to be read without the lock
    private boolean closed;

    private volatile Runnable afterForce = () -> {};

    /** Written by whoever has the right to commit; a reset holds the write lock as well. */
    private volatile View view;

    /**
     * Takes over an open file.
     *
     * @param lastId the newest id in the file, null if there is none
     * @param view what the file holds
     */
    Journal(MemoryFile file, UUID lastId, View view, Clock clock, MemoryMetrics metrics) {
        this.metrics = metrics;
        this.file = file;
        this.lastId = lastId;
        this.view = view;
        this.clock = clock;
    }

    View view() {
        return view;
    }

    /** A handle on the file, to be closed, and what it held at that moment. */
    record Reading(Disk.Handle reader, View view) {}

    /** Opens the file to be read without a lock: only a reset changes what the view covers. */
    Reading read() throws IOException {
        readLock.lock();
        try {
            requireOpen();
            return new Reading(file.reader(), view);
        } finally {
            readLock.unlock();
        }
    }

    Optional<MemoryRecord> insert(long generation, String question, String answer)
            throws IOException {
        Draft draft = Draft.of(question, answer);
        long start = System.nanoTime();
        Turn turn;
        Batch batch;
        boolean leads;
        writeLock.lock();
        metrics.lockWait.since(start);
        try {
            if (generation != view.generation()) {
                metrics.fenced.increment();
                return Optional.empty();
            }
            turn = append(draft);
            batch = open;
            leads = batch.turns().size() == 1;
        } finally {
            writeLock.unlock();
        }
        // Whoever begins a batch leads it; another has to if an Error has stopped that thread.
        for (; leads || !batch.await(); leads = false) {
            lead(batch);
        }
        if (!batch.forced()) {
            metrics.fenced.increment();
            return Optional.empty();
        }
        metrics.appended(start);
        return Optional.of(turn.answer());
    }

    /**
     * Lets something take the place of the file; turns that wait for their force then belong to it,
     * or, after a reset, are not remembered.
     *
     * @return what was there
     */
    View replace(Replacement replacement) throws IOException {
        commit.beginReplace();
        try {
            requireOpen(); // closing needs the same right, so this stays true
            View old = view;
            replacement.beforeSwap(old);
            swap(replacement);
            try {
                replacement.makeDurable();
            } catch (IOException e) {
                refuseWrites(e, openAnother());
                throw e;
            }
            return old;
        } finally {
            commit.end();
        }
    }

    /** To be run after each force, by the thread that did it. */
    void afterForce(Runnable action) {
        afterForce = action;
    }

    /** Throws if no turn can be stored, whatever the disk would say. */
    void checkWritable() throws MemoryUnavailableException {
        readLock.lock();
        try {
            requireWritable();
        } finally {
            readLock.unlock();
        }
    }

    /** Whether a turn can be stored, as far as is known without writing one. */
    boolean isWritable(long freeBytesMin) {
        try {
            checkWritable();
            return !lastWriteFailed || file.usableBytes() >= freeBytesMin;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        commit.beginReplace();
        try {
            while (!closedIfIdle()) {
                force();
            }
        } finally {
            commit.end();
        }
    }

    private boolean closedIfIdle() throws IOException {
        writeLock.lock();
        try {
            if (!closed && open.turns().isEmpty()) {
                closed = true;
                file.close();
            }
            return closed;
        } finally {
            writeLock.unlock();
        }
    }

    private Turn append(Draft draft) throws IOException {
        assert lock.isWriteLockedByCurrentThread();
        requireWritable();
        Draft.Stamped stamped = draft.stamp(
                lastId, clock.instant().truncatedTo(ChronoUnit.MILLIS), random);
        long offset = file.end();
        lastWriteFailed = true;
        file.append(stamped.lines());
        lastWriteFailed = false;
        lastId = stamped.answer().messageId();
        Turn turn = new Turn(stamped.question(), stamped.answer(), offset, file.end());
        open.turns().add(turn);
        return turn;
    }

    /** Forces a batch, unless a reset or another thread has settled it. */
    private void lead(Batch batch) {
        commit.beginForce();
        try {
            if (!batch.isSettled()) {
                force();
            }
        } finally {
            commit.end();
        }
    }

    /** Forces the open batch and shows it to readers; the caller has the right to commit. */
    private void force() {
        Batch batch = openAnother();
        long start = System.nanoTime();
        try {
            file.sync();
            metrics.forced(start, batch.turns().size());
            View next = view.with(batch.turns());
            next.index().append(batch.turns());
            view = next;
            batch.settle(Outcome.FORCED, null);
        } catch (Throwable e) { // whatever it is, those who wait must hear of it
            refuseWrites(new IOException("a force failed", e), batch);
        }
        afterForce.run();
    }

    private void swap(Replacement replacement) throws IOException {
        writeLock.lock();
        try {
            if (!replacement.isReset()) {
                requireWritable();
            }
            View old = view;
            view = replacement.swap(old);
            if (replacement.isReset()) {
                broken = null;
                lastWriteFailed = false;
                openAnother().settle(Outcome.RESET, null);
            } else {
                open.turns().replaceAll(turn -> turn.shifted(old.end() - view.end()));
            }
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

    // What was written but not forced was never acknowledged, so it is cut off if that can be.
    private void refuseWrites(IOException cause, Batch batch) {
        Batch later;
        writeLock.lock();
        try {
            broken = cause;
            later = openAnother();
            Closing.after(cause, () -> file.cut(view.end()));
        } finally {
            writeLock.unlock();
        }
        batch.settle(Outcome.FAILED, cause);
        later.settle(Outcome.FAILED, cause);
        LOG.log(System.Logger.Level.ERROR, "{0}: refusing writes until a reset or restart: {1}",
                file.path(), cause.toString());
    }

    private void requireWritable() throws MemoryUnavailableException {
        requireOpen();
        if (broken != null) {
            throw new MemoryUnavailableException("the memory refuses writes", broken);
        }
    }

    /** For those who hold the lock, or a right that closing needs as well. */
    void requireOpen() throws MemoryUnavailableException {
        if (closed) {
            throw new MemoryUnavailableException("the memory is closed", null);
        }
    }
}
