package vaas.disk;

import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * The real disk. Files are {@link RandomAccessFile}s, whose reads, writes and syncs survive an
 * interrupt of the thread; a {@link FileChannel} would be closed by it in mid-write.
 */
public final class FileDisk implements Disk {
    private static final System.Logger LOG = System.getLogger(FileDisk.class.getName());
    /** What systems say of a folder on a file system that has no sync of folders. */
    private static final Set<String> NO_SYNC = Set.of("Invalid argument",
            "Operation not supported", "Function not implemented");

    private final AtomicBoolean told = new AtomicBoolean();

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
        } catch (FileSystemException e) {
            throw failure("create the folder", folder, e);
        }
        syncFolder(parent);
    }

    @Override
    public Closeable lock(Path folder) throws IOException {
        return FolderLock.take(folder);
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean isLink(Path file) {
        return Files.isSymbolicLink(file);
    }

    @Override
    public boolean isFolder(Path file) {
        return Files.isDirectory(file);
    }

    @Override
    public Handle create(Path file) throws IOException {
        try {
            Files.createFile(file, ownerOnly(file, "rw-------"));
        } catch (IOException e) {
            throw failure("create", file, e);
        }
        return open(file);
    }

    @Override
    public Handle open(Path file) throws IOException {
        return open(file, "rw");
    }

    @Override
    public Handle openToRead(Path file) throws IOException {
        return open(file, "r");
    }

    @Override
    public void link(Path existing, Path second) throws IOException {
        try {
            Files.createLink(second, existing);
        } catch (IOException | UnsupportedOperationException e) {
            throw failure("link to " + existing + ",", second, e);
        }
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw failure("rename to " + to + ",", from, e);
        }
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        try (Stream<Path> names = Files.list(folder)) {
            return names.toList();
        } catch (IOException | UncheckedIOException e) {
            throw failure("list", folder, e);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure("delete", file, e);
        }
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
        } catch (IOException e) {
            if (!NO_SYNC.contains(String.valueOf(e.getMessage()))) {
                throw failure("sync the folder", folder, e);
            } else if (!told.getAndSet(true)) {
                LOG.log(System.Logger.Level.WARNING, "{0} is on a file system that does not sync"
                        + " folders ({1}): a power cut may bring back what a reset or a limit has"
                        + " removed, or take away a new file", folder, e.getMessage());
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public long usableBytes(Path folder) throws IOException {
        try {
            return Files.getFileStore(folder).getUsableSpace();
        } catch (IOException e) {
            throw failure("tell the room on the disk of", folder, e);
        }
    }

    @Override
    public Optional<FileState> state(Path file) throws IOException {
        try {
            BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
            return Optional.of(new FileState(found.fileKey(), found.size(),
                    found.lastModifiedTime().toInstant()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw failure("look at", file, e);
        }
    }

    @Override
    public void setModified(Path file, Instant when) throws IOException {
        try {
            Files.setLastModifiedTime(file, FileTime.from(when));
        } catch (IOException e) {
            throw failure("set the time of", file, e);
        }
    }

    /** Creates a file for its owner alone if it is not there. */
    static void createIfMissing(Path file) throws IOException {
        try {
            Files.createFile(file, ownerOnly(file, "rw-------"));
        } catch (FileAlreadyExistsException e) {
            return; // the caller opens it, and says so if it can't
        } catch (IOException e) {
            throw failure("create", file, e);
        }
    }

    /** One sentence for whoever reads the log: what was tried on what, and the system's words. */
    static IOException failure(String call, Path path, Exception cause) {
        String words = cause instanceof FileSystemException files && files.getReason() != null
                ? files.getReason() : cause instanceof FileSystemException
                ? cause.getClass().getSimpleName() : String.valueOf(cause.getMessage());
        return new IOException("can't " + call + " " + path + ": " + words, cause);
    }

    private static Handle open(Path file, String mode) throws IOException {
        if (!Files.isRegularFile(file)) { // "rw" would create it
            throw new IOException(Files.exists(file) ? "not a regular file: " + file
                    : "there is no file " + file);
        }
        try {
            return new FileHandle(file, new RandomAccessFile(file.toFile(), mode));
        } catch (IOException e) {
            throw failure("open", file, e);
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

    private record FileHandle(Path path, RandomAccessFile file) implements Handle {
        @Override
        public long length() throws IOException {
            try {
                return file.length();
            } catch (IOException e) {
                throw failure("tell the length of", path, e);
            }
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) throws IOException {
            try {
                file.seek(offset);
                return file.read(into, start, count);
            } catch (IOException e) {
                throw failure("read", path, e);
            }
        }

        @Override
        public void write(long offset, byte[] bytes, int start, int count) throws IOException {
            try {
                file.seek(offset);
                file.write(bytes, start, count);
            } catch (IOException e) {
                throw failure("write", path, e);
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            try {
                file.setLength(length);
            } catch (IOException e) {
                throw failure("truncate", path, e);
            }
        }

        @Override
        public void sync() throws IOException {
            try {
                file.getFD().sync();
            } catch (IOException e) {
                throw failure("sync", path, e);
            }
        }

        @Override
        public void close() throws IOException {
            try {
                file.close();
            } catch (IOException e) {
                throw failure("close", path, e);
            }
        }
    }
}
