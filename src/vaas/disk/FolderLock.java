package vaas.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/**
 * One owner a folder, in this process and among processes. The operating system drops the lock
 * when the process ends, however it ends, so nothing is ever left to clean up by hand.
 */
public final class FolderLock implements Closeable {
    /** The empty file that carries the lock; it is never renamed or deleted. */
    public static final String FILE_NAME = "memory.lock";
    /**
     * A second name of the same file: whoever removes the one by hand still leaves the other, and
     * the next start is refused as long as it has to be.
     */
    public static final String SECOND_NAME = ".memory.lock";

    /**
     * Who owns what in this process stands among the system properties, because that is the one map
     * that all class loaders share: POSIX drops a process's lock when any of its descriptors of
     * that file is closed, so a second opener must be turned away before it opens the lock file.
     */
    private static final String OWNED_HERE = "vaas.memory.owned:";

    private final Path folder;
    private final FileChannel channel;

    private FolderLock(Path folder, FileChannel channel) {
        this.folder = folder;
        this.channel = channel;
    }

    /** Takes a folder that exists, or throws with a sentence that says who has it. */
    static FolderLock take(Path folder) throws IOException {
        Path real = own(folder);
        boolean interrupted = Thread.interrupted(); // an interrupt would close the channel
        try {
            return new FolderLock(real, lock(folder));
        } catch (IOException | RuntimeException e) {
            System.getProperties().remove(OWNED_HERE + real);
            throw e;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static Path own(Path folder) throws IOException {
        Path real = folder.toRealPath();
        if (System.getProperties().putIfAbsent(OWNED_HERE + real, "") != null) {
            throw new IOException("the memory in " + folder + " is already open in this process");
        }
        return real;
    }

    /**
     * Takes a folder that is only looked at, and creates nothing in it: where there is no lock file
     * yet, no owner can be there either. One that may not be written is looked at without a lock.
     *
     * @param note gets a sentence if there is no lock
     * @throws IOException with a sentence that says who has it
     */
    public static Closeable takeToLook(Path folder, Consumer<String> note) throws IOException {
        Path first = folder.resolve(FILE_NAME);
        Path file = Files.exists(first) ? first : folder.resolve(SECOND_NAME);
        if (!Files.exists(file)) {
            return () -> { };
        } else if (Files.isWritable(folder) && Files.isWritable(file)) {
            return take(folder);
        } else if (Files.isReadable(file)) {
            requireNoOwner(folder, file);
        }
        note.accept(folder + " can't be written here, and so is looked at without its lock: what"
                + " a server does meanwhile may look like damage");
        return () -> { };
    }

    // A shared lock takes no right to write, and is refused while an owner has the other kind.
    private static void requireNoOwner(Path folder, Path file) throws IOException {
        Path real = own(folder); // until the file is closed, which would free another's lock
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            requireLock(folder, channel, true);
        } finally {
            System.getProperties().remove(OWNED_HERE + real);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        if (channel.isOpen()) { // a second close must not free the next owner's folder
            try {
                channel.close();
            } finally {
                System.getProperties().remove(OWNED_HERE + folder);
            }
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel = open(folder.resolve(FILE_NAME), folder.resolve(SECOND_NAME));
        try {
            requireLock(folder, channel, false);
            return channel;
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    private static void requireLock(Path folder, FileChannel channel, boolean shared)
            throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock(0, Long.MAX_VALUE, shared);
        } catch (OverlappingFileLockException e) {
            throw new IOException("the memory in " + folder + " is already open elsewhere", e);
        } catch (IOException e) {
            throw FileDisk.failure("lock " + FILE_NAME + " in", folder, e);
        }
        if (lock == null) {
            throw new IOException("the memory in " + folder + " is in use by another process");
        }
    }

    // Whichever of the two names is there leads to the file that an owner has locked.
    private static FileChannel open(Path file, Path second) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS) && isThere(second)) {
            linkIfPossible(second, file);
        }
        FileDisk.createIfMissing(file);
        if (!isThere(second) || !Files.isSameFile(file, second)) { // a copied folder has two files
            Files.deleteIfExists(second);
            linkIfPossible(file, second);
        }
        try {
            return FileChannel.open(file, StandardOpenOption.WRITE);
        } catch (FileSystemException e) {
            throw FileDisk.failure("open", file, e);
        }
    }

    private static boolean isThere(Path second) {
        return Files.isRegularFile(second, LinkOption.NOFOLLOW_LINKS);
    }

    private static void linkIfPossible(Path existing, Path name) {
        try {
            Files.createLink(name, existing);
        } catch (IOException | UnsupportedOperationException e) {
            return; // a file system without hard links has the one name only
        }
    }
}
