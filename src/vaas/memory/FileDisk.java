package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The real disk. Files are {@link RandomAccessFile}s, whose reads, writes and syncs survive an
 * interrupt of the thread; a {@link FileChannel} would be closed by it in mid-write.
 */
final class FileDisk implements Disk {
    @Override
    public void createFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.toAbsolutePath().getParent();
        createFolder(parent);
        try {
            Files.createDirectory(folder, ownerOnly(folder, "rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw new IOException("not a folder: " + folder, e);
            }
        }
        syncFolder(parent);
    }

    @Override
    public Closeable lock(Path folder) throws IOException {
        return FolderLock.take(folder);
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public Handle create(Path file) throws IOException {
        createOwnerOnly(file);
        Handle handle = open(file);
        try {
            handle.truncate(0);
            return handle;
        } catch (IOException e) {
            handle.close();
            throw e;
        }
    }

    @Override
    public Handle open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("not a regular file: " + file); // "rw" would create it
        }
        return new FileHandle(new RandomAccessFile(file.toFile(), "rw"));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    // Only a channel can sync a folder, so an interrupt is put aside, and the sync repeated on a
    // new channel if one arrives meanwhile.
    @Override
    public void syncFolder(Path folder) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (!syncedUninterrupted(folder)) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    /** Opens a file that is only to be looked at. */
    static Handle openToRead(Path file) throws IOException {
        return new FileHandle(new RandomAccessFile(file.toFile(), "r"));
    }

    /** Creates a file for its owner alone if it is not there. */
    static void createOwnerOnly(Path file) throws IOException {
        try {
            Files.createFile(file, ownerOnly(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            return; // the caller opens it, and says so if it can't
        }
    }

    private static boolean syncedUninterrupted(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        Set<PosixFilePermission> set = PosixFilePermissions.fromString(permissions);
        return new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(set)};
    }

    private record FileHandle(RandomAccessFile file) implements Handle {
        @Override
        public long length() throws IOException {
            return file.length();
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) throws IOException {
            file.seek(offset);
            return file.read(into, start, count);
        }

        @Override
        public void write(long offset, byte[] bytes) throws IOException {
            file.seek(offset);
            file.write(bytes);
        }

        @Override
        public void truncate(long length) throws IOException {
            file.setLength(length);
        }

        @Override
        public void sync() throws IOException {
            file.getFD().sync();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
