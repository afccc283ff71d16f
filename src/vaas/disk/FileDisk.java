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
    public boolean isFile(Path file) {
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }

    @Override
    public boolean isFolder(Path file) {
        return Files.isDirectory(file);
    }

    @Override
    public Handle create(Path file) throws IOException {
        run("create", file, () -> Files.createFile(file, ownerOnly(file, "rw-------")));
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
        run("link to " + existing + ",", second, () -> Files.createLink(second, existing));
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        run("rename to " + to + ",", from,
                () -> Files.move(from, to, StandardCopyOption.ATOMIC_MOVE));
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        return call("list", folder, () -> {
            try (Stream<Path> names = Files.list(folder)) {
                return names.toList();
            }
        });
    }

    @Override
    public void delete(Path file) throws IOException {
        run("delete", file, () -> Files.deleteIfExists(file));
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
        return call("tell the room on the disk of", folder,
                () -> Files.getFileStore(folder).getUsableSpace());
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
        run("set the time of", file, () -> Files.setLastModifiedTime(file, FileTime.from(when)));
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

    private interface Call<T> {
        T done() throws IOException;
    }

    private static <T> T call(String what, Path path, Call<T> call) throws IOException {
        try {
            return call.done();
        } catch (IOException | UncheckedIOException | UnsupportedOperationException e) {
            throw failure(what, path, e);
        }
    }

    private static void run(String what, Path path, Closeable call) throws IOException {
        call(what, path, () -> {
            call.close();
            return null;
        });
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
        return call("open", file,
                () -> new FileHandle(file, new RandomAccessFile(file.toFile(), mode)));
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
            return call("tell the length of", path, () -> file.length());
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) throws IOException {
            return call("read", path, () -> {
                file.seek(offset);
                return file.read(into, start, count);
            });
        }

        @Override
        public void write(long offset, byte[] bytes, int start, int count) throws IOException {
            run("write", path, () -> {
                file.seek(offset);
                file.write(bytes, start, count);
            });
        }

        @Override
        public void truncate(long length) throws IOException {
            run("truncate", path, () -> file.setLength(length));
        }

        @Override
        public void sync() throws IOException {
            run("sync", path, () -> file.getFD().sync());
        }

        @Override
        public void close() throws IOException {
            run("close", path, () -> file.close());
        }
    }
}
