package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import vaas.disk.Closeables;

/**
 * One memory's part in a reset of all: first nobody may sync or replace its file, then nobody reads
 * or appends, then its name is gone, and then all go on. Used by one thread, in this order; what is
 * not forgotten stays as it was.
 */
public final class Suspension implements Closeable {
    private final Journal journal;
    private final MemoryFile file;
    private final Runnable end;
    private Runnable held; // null before the beginning
    private FileVersion old; // null unless it has been forgotten
    private Snapshot forgotten;

    Suspension(Journal journal, MemoryFile file, Runnable end) {
        this.journal = journal;
        this.file = file;
        this.end = end;
    }

    /** From now on nobody reads the file, or appends to it. */
    public void begin() {
        held = journal.suspend();
    }

    /** Whether it has a file. */
    public boolean isStored() {
        return file.isPresent();
    }

    /** Its name has gone, with all others: nothing is remembered any more. */
    public void forget() {
        try {
            forgotten = journal.forget(() -> old = file.gone());
        } catch (IOException e) {
            throw new AssertionError("nothing asks the disk", e);
        }
    }

    /** All may read and append again. */
    public void resume() {
        held.run();
    }

    /** What has happened may not be durable, so nothing new can be. */
    public void refuseWrites(IOException cause) {
        journal.refuseWrites(cause);
    }

    /**
     * Turns that could not be synced, nor cut off, were told that they are not kept: they go from
     * the old file, which others wipe or keep.
     */
    public void dropUnsynced() throws IOException {
        if (old != null) {
            old.handle().truncate(forgotten.end());
            old.handle().sync();
        }
    }

    /** Lets go of the old file, and lets others sync and replace. */
    @Override
    public void close() throws IOException {
        try {
            Closeables.all(old == null ? null : old::keep, file.replaced()::wipeNow);
        } finally {
            end.run();
        }
    }
}
