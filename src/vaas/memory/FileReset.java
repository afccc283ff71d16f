package vaas.memory;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A reset: an empty file takes the place of the old one, which is then wiped, or kept as a backup
 * where the operator wants that. The commit point is the rename in {@link #swap}.
 *
 * <p>A disk that has no room for even an empty file can't stop a reset: the file is then truncated
 * in place, which needs no room and is one step of the file system too.
 */
final class FileReset implements Replacement {
    private final MemoryFile file;
    private final Optional<Path> backup; // where the old file goes instead of being wiped
    private final Disk.Handle prepared; // null if the disk had no room for it
    private Disk.Handle old; // null before the swap, and if truncated in place
    private long remembered; // bytes that were acknowledged; the rest is not for a backup

    FileReset(MemoryFile file, Disk.Handle prepared, Optional<Path> backup) {
        this.file = file;
        this.prepared = prepared;
        this.backup = backup;
    }

    @Override
    public boolean isReset() {
        return true;
    }

    /** Counts what an emptying in place would leave nobody to count. */
    @Override
    public void beforeSwap(View now) {
        if (prepared == null && backup.isEmpty()) {
            try (Disk.Handle reader = file.reader()) {
                count(now.index(), reader);
            } catch (IOException e) {
                now.index().stop();
            }
        }
    }

    @Override
    public View swap(View now) throws IOException {
        remembered = now.end();
        if (backup.isPresent()) {
            swapKeeping(backup.get());
        } else if (prepared == null) {
            file.cut(0);
        } else {
            swapOrTruncate();
        }
        return now.reset();
    }

    @Override
    public void makeDurable() throws IOException {
        if (old == null) {
            file.sync();
            return;
        }
        try {
            file.syncFolder();
            if (backup.isPresent()) {
                file.syncFolder(backup.get().getParent());
            }
        } catch (IOException e) {
            if (backup.isEmpty()) {
                // A crash might bring the old name back, so nothing must be left behind it.
                Closing.after(e, () -> old.truncate(0), old::sync);
            }
            Closing.after(e, old);
            throw e;
        }
    }

    /** Counts what {@code index} had not counted yet, then frees the old text's blocks. */
    void wipe(SparseIndex index) throws IOException {
        if (old == null) {
            return;
        }
        count(index, old);
        if (backup.isEmpty()) {
            Closing.all(() -> old.truncate(0), old);
        } else {
            // Turns that waited for their force have been told that they are not remembered.
            Closing.all(() -> old.truncate(remembered), old::sync, old);
        }
    }

    private void swapOrTruncate() throws IOException {
        try {
            old = file.replaceBy(prepared, 0);
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

    // Killed between the two renames, the next start finds no file and begins an empty one.
    private void swapKeeping(Path kept) throws IOException {
        if (prepared == null) {
            throw new IOException("no room for a new file, and the old one is to be kept");
        }
        try {
            file.moveTo(kept);
            old = file.replaceBy(prepared, 0);
        } catch (IOException e) {
            file.discard(prepared, e);
            Closing.after(e, file::bringBack);
            throw e;
        }
    }

    // A receipt that is short by what can't be read is better than no reset.
    private static void count(SparseIndex index, Disk.Handle file) {
        try {
            while (index.step(file)) {
                // step by step
            }
        } catch (IOException e) {
            index.stop();
        }
    }
}
