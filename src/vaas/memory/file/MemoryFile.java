package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.memory.MemoryUnavailableException;

/**
 * The bytes of a memory: whole turns appended at the end of a file, which is replaced as a whole by
 * a reset or a rewrite. Knows offsets and names, nothing of ids or generations. The caller guards
 * it; only {@link #sync} and {@link #requireInPlace} may run beside the other methods.
 *
 * <p>States: <i>clean</i>, when the file ends at {@link #end}; <i>damaged tail</i>, when a failed
 * write could not be cut off again, and the next append has to do it first. A file that another
 * program has changed, replaced or removed is never written again: see {@link #requireInPlace}.
 */
final class MemoryFile implements Closeable {
    /** A replacement has this name with its file's before it until it is in place. */
    static final String NEW_SUFFIX = ".new";

    private static final System.Logger LOG = System.getLogger(MemoryFile.class.getName());

    private final Disk disk;
    private final Path path;
    private final Path newPath;
    private final List<FileVersion> replaced = new ArrayList<>(); // not wiped yet
    private final long tornBytes; // of an unfinished turn, cut off at open
    private volatile FileVersion version; // the one in place
    private volatile long end; // bytes of whole turns; nothing lies past it unless damagedTail
    private boolean damagedTail;

    private MemoryFile(Disk disk, Path path, FileVersion version, long end, long tornBytes) {
        this.disk = disk;
        this.path = path;
        this.newPath = newPath(path);
        this.version = version;
        this.end = end;
        this.tornBytes = tornBytes;
    }

    /** Refuses what a rename would replace by a file on another disk, perhaps. */
    static void requireNoLink(Disk disk, Path path) throws IOException {
        if (disk.isLink(path)) {
            throw new IOException(path + " is a symbolic link, which a reset would replace by a"
                    + " file: set MEMORY_DIR to the folder that it leads to");
        }
    }

    /** Opens the file, or creates it, and cuts off what a crash left; all durable on return. */
    static MemoryFile open(Disk disk, Path path, int lineBytesMax) throws IOException {
        requireNoLink(disk, path);
        disk.wipe(newPath(path));
        Disk.Handle handle = disk.exists(path) ? disk.open(path) : disk.create(path);
        try {
            long length = handle.length();
            Tail tail = Tail.of(handle, lineBytesMax);
            if (tail.end() < length) {
                handle.truncate(tail.end());
                LOG.log(System.Logger.Level.WARNING, "{0}: cut {1} bytes of an unfinished turn at"
                        + " byte {2}", path, Long.toString(length - tail.end()),
                        Long.toString(tail.end()));
            } else if (!tail.terminated()) {
                handle.write(length, new byte[] {'\n'});
            }
            // Always: what is there may have been written, but not synced, by one who was killed.
            handle.sync();
            disk.syncFolder(path.getParent());
            FileVersion version = new FileVersion(handle, disk.state(path)
                    .map(Disk.FileState::identity).orElse(null));
            return new MemoryFile(disk, path, version, handle.length(), length - tail.end());
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, handle);
            throw e;
        }
    }

    static Path newPath(Path path) {
        return path.resolveSibling(path.getFileName() + NEW_SUFFIX);
    }

    Path path() {
        return path;
    }

    /** Bytes of an unfinished turn that opening has cut off. */
    long tornBytes() {
        return tornBytes;
    }

    /** Offset after the last whole turn written. */
    long end() {
        return end;
    }

    /** Appends a turn's lines whole, or leaves the file as it was. */
    void append(byte[] lines) throws IOException {
        if (damagedTail) {
            truncate(end); // a disk that was full may have room by now
        }
        requireLength();
        try {
            version.handle().write(end, lines);
        } catch (IOException e) {
            damagedTail = true;
            Closeables.after(e, () -> truncate(end));
            throw e;
        }
        end += lines.length;
    }

    /** Drops all past an offset, or nothing if the disk refuses. */
    void truncate(long newEnd) throws IOException {
        damagedTail = true;
        if (version.handle().length() > newEnd) { // else another program has cut it: no zeros there
            version.handle().truncate(newEnd);
        }
        damagedTail = false;
        end = newEnd; // disk first: a failed cut must not make the next append cut for good
    }

    /** Forces what was appended to the device. */
    void sync() throws IOException {
        version.handle().sync();
    }

    /** Throws if the file is longer or shorter than what has been written. */
    void requireLength() throws IOException {
        long length = version.handle().length();
        if (length != end && !damagedTail) {
            throw notOurs("has " + length + " bytes where " + end + " are expected");
        }
    }

    /** Throws if the file is not where it belongs, or shorter than what has been written. */
    void requireInPlace() throws IOException {
        long expected = end;
        Optional<Disk.FileState> found = disk.state(path);
        if (found.isEmpty()) {
            throw notOurs("has been removed");
        } else if (!version.is(found.get())) {
            throw notOurs("has been replaced");
        } else if (found.get().length() < expected) {
            throw notOurs("has been cut to " + found.get().length() + " bytes, " + expected
                    + " are expected");
        }
    }

    /** A handle of its own for a reader; the caller closes it. */
    FileVersion.Reader reader() throws IOException {
        Disk.Handle opened = disk.openToRead(path);
        try {
            Optional<Disk.FileState> found = disk.state(path);
            if (found.isEmpty() || !version.is(found.get())) {
                throw notOurs("has been replaced");
            }
            return version.reader(opened);
        } catch (IOException e) {
            Closeables.after(e, opened);
            throw e;
        }
    }

    /** Creates an empty file that is to take the place of this one; needs no lock. */
    Disk.Handle createNew() throws IOException {
        disk.wipe(newPath);
        return disk.create(newPath);
    }

    /** Wipes what {@link #createNew} has made and nothing has come of. */
    void discardNew(Disk.Handle prepared) throws IOException {
        Closeables.all(prepared, () -> disk.wipe(newPath));
    }

    /** Puts a new file with so many bytes in place, by one rename; hands out the old one. */
    FileVersion replaceBy(Disk.Handle prepared, long newEnd) throws IOException {
        Object identity = disk.state(newPath).map(Disk.FileState::identity).orElse(null);
        Optional<Disk.FileState> there = disk.state(path);
        Disk.Handle stranger = there.isPresent() && !version.is(there.get())
                ? disk.open(path) : null; // its text has to go as well
        try {
            disk.move(newPath, path);
        } catch (IOException e) {
            Closeables.after(e, stranger);
            throw e;
        }
        if (stranger != null) {
            replaced.add(new FileVersion(stranger, there.get().identity()));
        }
        FileVersion old = version;
        version = new FileVersion(prepared, identity);
        end = newEnd;
        damagedTail = false;
        return old;
    }

    /** Empties what has the name, in place; one step of the file system too. */
    void cutInPlace() throws IOException {
        Optional<Disk.FileState> there = disk.state(path);
        if (there.isEmpty() || version.is(there.get())) {
            truncate(0);
            return;
        }
        Disk.Handle stranger = disk.open(path); // another program has put it there
        try {
            stranger.truncate(0);
        } catch (IOException e) {
            Closeables.after(e, stranger);
            throw e;
        }
        replaced.add(version);
        version = new FileVersion(stranger, there.get().identity());
        end = 0;
        damagedTail = false;
    }

    /** Wipes a file that was replaced by a rewrite, as soon as nobody reads it. */
    void wipeBehindReaders(FileVersion old) throws IOException {
        remember(old); // first: should the disk refuse, the next reset tries again
        old.wipeBehindReaders();
    }

    /** Wipes all that was ever replaced, at once. */
    void wipeNow(FileVersion old) throws IOException {
        remember(old);
        Closeables.all(replaced.stream().<Closeable>map(it -> it::wipe).toArray(Closeable[]::new));
        replaced.clear();
    }

    /** A replaced file that is not wiped yet, or, if a crash may bring it back, before a reset. */
    void remember(FileVersion old) {
        replaced.removeIf(FileVersion::isWiped);
        if (old != null && !old.isWiped()) {
            replaced.add(old);
        }
    }

    Disk disk() {
        return disk;
    }

    void syncFolder() throws IOException {
        disk.syncFolder(path.getParent());
    }

    long usableBytes() throws IOException {
        return disk.usableBytes(path.getParent());
    }

    /** Closes it; a file that somebody has removed is brought back, for it was acknowledged. */
    @Override
    public void close() throws IOException {
        List<Closeable> all = new ArrayList<>(replaced);
        all.add(this::bringBackIfRemoved);
        all.add(version.handle());
        Closeables.all(all.toArray(Closeable[]::new));
    }

    private void bringBackIfRemoved() throws IOException {
        if (end == 0 || disk.exists(path)) {
            return;
        }
        try (Disk.Handle copy = createNew()) {
            FileCopy.copy(version.handle(), 0, end, copy, 0, () -> true);
            copy.sync();
        }
        disk.move(newPath, path);
        syncFolder();
        LOG.log(System.Logger.Level.WARNING, "{0} was removed by another program, and is back",
                path);
    }

    private MemoryUnavailableException notOurs(String what) {
        return new MemoryUnavailableException(path + " " + what + ", by another program", null);
    }
}
