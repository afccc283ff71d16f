package vaas.memory;

import java.io.IOException;

/**
 * One reset of a memory file, in the three steps that differ in what the caller must hold:
 * {@link MemoryFile#prepareReset} before any lock, {@link #swap} under the write lock, then
 * {@link #makeDurable} and {@link #wipe} after it. The commit point is the rename in swap.
 *
 * <p>A disk that has no room for even an empty file can't stop a reset: the file is then truncated
 * in place, which needs no room and is one step of the file system too.
 */
final class FileReset {
    private final MemoryFile file;
    private final Disk.Handle prepared; // null if the disk had no room for it
    private Disk.Handle old; // null if truncated in place

    FileReset(MemoryFile file, Disk.Handle prepared) {
        this.file = file;
        this.prepared = prepared;
    }

    /** Makes the memory empty, or leaves it as it was and throws. */
    void swap() throws IOException {
        if (prepared == null) {
            file.cut(0);
            return;
        }
        try {
            old = file.replaceBy(prepared);
        } catch (IOException e) {
            file.discard(prepared, e);
            try {
                file.cut(0);
            } catch (IOException inPlace) {
                e.addSuppressed(inPlace);
                throw e;
            }
        }
    }

    /** Makes the swap survive a crash; until then nothing new may be acknowledged. */
    void makeDurable() throws IOException {
        if (old == null) {
            file.sync();
            return;
        }
        try {
            file.syncFolder();
        } catch (IOException e) {
            // A crash might bring the old name back, so at least nothing must be left behind it.
            Closing.after(e, () -> old.truncate(0), old::sync, old);
            throw e;
        }
    }

    /** Counts what {@code index} had not counted yet, then frees the old text's blocks. */
    void wipe(SparseIndex index) throws IOException {
        if (old == null) {
            return;
        }
        count(index);
        Closing.all(() -> old.truncate(0), old);
    }

    // A receipt that is short by what can't be read is better than no reset.
    private void count(SparseIndex index) {
        try {
            while (index.step(old)) {
                // step by step
            }
        } catch (IOException e) {
            index.stop();
        }
    }
}
