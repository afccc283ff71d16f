package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One owner a folder, in this process and among processes. The operating system drops the lock
 * when the process ends, however it ends, so nothing is ever left to clean up by hand.
 */
final class FolderLock implements Closeable {
    /** The empty file that carries the lock; it is never renamed or deleted. */
    static final String FILE_NAME = "memory.lock";

    /**
     * The one mutable static of the project, because the thing it mirrors is one a process: POSIX
     * drops a process's lock when any of its descriptors of that file is closed. A second opener
     * must be turned away before it opens the lock file, or turning it away would free the folder.
     */
    private static final Set<Path> OWNED_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Takes a folder that exists, or throws with a sentence that says who has it. */
    static FolderLock take(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (!OWNED_HERE.add(real)) {
            throw new IOException("the memory in " + folder + " is already open in this process");
        }
        boolean interrupted = Thread.interrupted(); // an interrupt would close the channel
        try {
            return new FolderLock(real, lock(folder));
        } catch (IOException | RuntimeException e) {
            OWNED_HERE.remove(real);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel.isOpen()) { // a second close must not free the next owner's folder
            try {
                channel.close();
            } finally {
                OWNED_HERE.remove(folder);
            }
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve(FILE_NAME);
        FileDisk.createOwnerOnly(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() == null) {
                throw new IOException(
                        "the memory in " + folder + " is in use by another process");
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new IOException("the memory in " + folder + " is already open elsewhere", e);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }
}
