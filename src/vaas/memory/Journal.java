package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import vaas.json.Json;
import vaas.memory.GroupCommit.Batch;
import vaas.memory.GroupCommit.Outcome;

/**
 * The moving part of a memory: appends turns, forces them in groups, and resets.
 *
 * <p>Three kinds of state, in the order in which a turn passes through them:
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
    private final SplittableRandom random = new SplittableRandom(); // guarded by the write lock
    private final GroupCommit commit = new GroupCommit();

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private final ReentrantReadWriteLock.ReadLock readLock = lock.readLock();
    private final ReentrantReadWriteLock.WriteLock writeLock = lock.writeLock();

    // Guarded by lock.
    private final MemoryFile file;
    private Batch open = commit.newBatch(); // replaced only by whoever has the right to commit
    private UUID lastId; // null until the first record
    private IOException broken; // why writes are refused; null if they are not
    private boolean lastWriteFailed;
    private boolean closed;

    /** Written by whoever has the right to commit; a reset holds the write lock as well. */
    private volatile View view;

    /**
     * Takes over an open file.
     *
     * @param lastId the newest id in the file, null if there is none
     * @param view what the file holds
     */
    Journal(MemoryFile file, UUID lastId, View view, Clock clock) {
        this.file = file;
        this.lastId = lastId;
        this.view = view;
        this.clock = clock;
    }

    View view() {
        return view;
    }

    /** A handle on the file, and what it held at that moment; the caller closes the handle. */
    record Reading(Disk.Handle reader, View view) {}

    /**
     * Opens the file to be read without a lock: what the view covers is never changed in place, and
     * a reset can only make it end early.
     */
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
        byte[] questionJson = Json.quote(question);
        byte[] answerJson = Json.quote(answer);
        Turn turn;
        Batch batch;
        writeLock.lock();
        try {
            if (generation != view.generation()) {
                return Optional.empty();
            }
            turn = append(question, questionJson, answer, answerJson);
            batch = open;
        } finally {
            writeLock.unlock();
        }
        if (commit.awaitOrLead(batch)) {
            lead(batch);
        }
        return commit.forced(batch) ? Optional.of(turn.answer()) : Optional.empty();
    }

    Receipt resetMemory() throws IOException {
        FileReset reset;
        View removed;
        commit.begin();
        try {
            requireOpen(); // closing needs the same right, so this stays true
            reset = file.prepareReset();
            removed = swap(reset);
            makeDurable(reset);
        } finally {
            commit.end(open);
        }
        reset.wipe(removed.index());
        return new Receipt(removed.index().count(), removed.end(), removed.generation() + 1);
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

    /** Tells whether a turn can be stored, as far as is known without writing one. */
    boolean isWritable(long freeBytesMin) {
        readLock.lock();
        try {
            return !closed && broken == null
                    && (!lastWriteFailed || file.usableBytes() >= freeBytesMin);
        } catch (IOException e) {
            return false;
        } finally {
            readLock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        commit.begin();
        try {
            while (!closedIfIdle()) {
                force();
            }
        } finally {
            commit.end(open);
        }
    }

    private boolean closedIfIdle() throws IOException {
        writeLock.lock();
        try {
            if (closed) {
                return true;
            }
            if (!open.turns().isEmpty()) {
                return false;
            }
            closed = true;
            file.close();
            return true;
        } finally {
            writeLock.unlock();
        }
    }

    private Turn append(String question, byte[] questionJson, String answer, byte[] answerJson)
            throws IOException {
        assert lock.isWriteLockedByCurrentThread();
        requireWritable();
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID asked = MessageIds.next(lastId, now.toEpochMilli(), random);
        UUID answered = MessageIds.next(asked, now.toEpochMilli(), random);
        MemoryRecord first = new MemoryRecord(asked, Role.USER, question, now);
        MemoryRecord second = new MemoryRecord(answered, Role.ASSISTANT, answer, now);
        long offset = file.end();
        byte[] lines = RecordLine.encode(first, questionJson, second, answerJson);
        lastWriteFailed = true;
        file.append(lines);
        lastWriteFailed = false;
        lastId = answered;
        Turn turn = new Turn(first, second, offset, file.end());
        open.turns().add(turn);
        return turn;
    }

    private void lead(Batch batch) {
        assert batch == open : "only its leader or a reset closes a batch";
        try {
            force();
        } finally {
            commit.end(open);
        }
    }

    /** Forces the open batch and shows it to readers; the caller has the right to commit. */
    private void force() {
        Batch batch = openAnother();
        try {
            file.sync();
            View next = view.with(batch.turns());
            next.index().append(batch.turns());
            view = next;
        } catch (Throwable e) { // whatever it is, those who wait must hear of it
            refuseWrites(new IOException("a force failed", e), batch);
            return;
        }
        commit.settle(batch, Outcome.FORCED, null);
    }

    private View swap(FileReset reset) throws IOException {
        View old = view;
        Batch overtaken;
        writeLock.lock();
        try {
            reset.swap();
            view = old.reset();
            broken = null;
            lastWriteFailed = false;
            overtaken = openAnother();
        } finally {
            writeLock.unlock();
        }
        commit.settle(overtaken, Outcome.RESET, null);
        return old;
    }

    private void makeDurable(FileReset reset) throws IOException {
        try {
            reset.makeDurable();
        } catch (IOException e) {
            refuseWrites(e, openAnother());
            throw e;
        }
    }

    private Batch openAnother() {
        writeLock.lock();
        try {
            Batch batch = open;
            open = commit.newBatch();
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
            cutUnforced(cause);
        } finally {
            writeLock.unlock();
        }
        commit.settle(batch, Outcome.FAILED, cause);
        commit.settle(later, Outcome.FAILED, cause);
        LOG.log(System.Logger.Level.ERROR, "{0}: refusing writes until a reset or restart: {1}",
                file.path(), cause.toString());
    }

    private void cutUnforced(IOException because) {
        try {
            file.cut(view.end());
        } catch (IOException e) {
            because.addSuppressed(e);
        }
    }

    private void requireWritable() throws MemoryUnavailableException {
        requireOpen();
        if (broken != null) {
            throw new MemoryUnavailableException("the memory refuses writes", broken);
        }
    }

    private void requireOpen() throws MemoryUnavailableException {
        if (closed) {
            throw new MemoryUnavailableException("the memory is closed", null);
        }
    }
}
