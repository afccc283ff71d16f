package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * Resets and rewrites of one memory, one at a time. A reset does not wait for a rewrite: the
 * rewrite gives up its copy, which is wiped before the reset begins.
 */
final class Replacing implements Closeable {
    private final Journal journal;
    private final MemoryFile file;
    private final ReentrantLock oneAtATime = new ReentrantLock();
    private final AtomicInteger resetsWaiting = new AtomicInteger();

    Replacing(Journal journal, MemoryFile file) {
        this.journal = journal;
        this.file = file;
    }

    /**
     * Empties the memory.
     *
     * @param backup where to keep the old file, instead of wiping it
     */
    Receipt reset(Optional<Path> backup) throws IOException {
        resetsWaiting.incrementAndGet();
        oneAtATime.lock();
        try {
            resetsWaiting.decrementAndGet();
            journal.requireOpen();
            FileReset reset = file.prepareReset(backup);
            View removed = journal.replace(reset);
            reset.wipe(removed.index());
            return new Receipt(removed.index().count(), removed.end(), removed.generation() + 1,
                    backup.map(Path::getFileName).map(Path::toString));
        } finally {
            oneAtATime.unlock();
        }
    }

    /**
     * Drops the beginning of the file.
     *
     * @param planned the view that the cut was found in
     * @param wanted asked again and again while copying
     * @return false if it was given up, and the memory is as it was
     */
    boolean rewrite(View planned, Cut cut, BooleanSupplier wanted) throws IOException {
        oneAtATime.lock();
        try {
            journal.requireOpen();
            if (journal.view().epoch() != planned.epoch()) {
                return false; // a reset came first
            }
            return run(file.prepareRewrite(cut), planned.end(), wanted);
        } finally {
            oneAtATime.unlock();
        }
    }

    /** Closes the journal, and so lets nothing begin any more. */
    @Override
    public void close() throws IOException {
        resetsWaiting.incrementAndGet(); // a rewrite gives up for this too
        oneAtATime.lock();
        try {
            resetsWaiting.decrementAndGet();
            journal.close();
        } finally {
            oneAtATime.unlock();
        }
    }

    private boolean run(FileRewrite rewrite, long end, BooleanSupplier wanted)
            throws IOException {
        try {
            boolean copied = rewrite.copyTo(end,
                    () -> wanted.getAsBoolean() && resetsWaiting.get() == 0);
            if (copied) {
                rewrite.sync(); // the bulk of it, while nobody waits
                journal.replace(rewrite);
            }
            rewrite.wipe();
            return copied;
        } catch (IOException e) {
            Closing.after(e, rewrite::wipe);
            throw e;
        }
    }
}
