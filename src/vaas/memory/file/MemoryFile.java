package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
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
 * write could not be cut off, and the next append has to do it first; <i>absent</i>, as one that
 * does not last is before its first turn and after a reset. One that another program has changed,
 * replaced or removed is never written again: see {@link #requireInPlace}.
 */
final class MemoryFile implements Closeable {
    private static final System.Logger LOG = System.getLogger(MemoryFile.class.getName());

    private final Disk disk;
    private final Path path;
    private final NewFile newFile;
    private final boolean lasts; // also while it is empty
    private final Replaced replaced = new Replaced();
    private final long tornBytes; // of an unfinished turn, cut off at open
    private volatile FileVersion version; // the one in place
    private volatile long end; // bytes of whole turns; nothing lies past it unless damagedTail
    private boolean damagedTail;
    private volatile boolean unlisted; // its name may not be durable yet

    private MemoryFile(
            Disk disk, Path path, boolean lasts, FileVersion version, long end, long torn) {
        this.disk = disk;
        this.path = path;
        this.newFile = new NewFile(disk, path);
        this.lasts = lasts;
        this.version = version;
        this.end = end;
        this.tornBytes = torn;
    }

    /**
     * Opens the file and cuts off what a crash left; all durable on return. That of the shared
     * conversation lasts, also while it is empty; any other comes with the first turn.
     */
    static MemoryFile open(FileContext context, Path path) throws IOException {
        Disk disk = context.disk();
        boolean lasts = context.isShared();
        NewFile.requireNoLink(disk, path);
        disk.wipe(NewFile.path(path));
        Optional<Disk.FileState> found = disk.state(path);
        if (found.isEmpty() && !lasts) {
            return new MemoryFile(disk, path, false, FileVersion.none(), 0, 0);
        }
        Disk.Handle handle = found.isPresent() ? disk.open(path) : disk.create(path);
        try {
            long torn = Tail.repair(handle, path, context.lineBytesMax());
            if (lasts || torn > 0 || found.get().modified().isBefore(context.opened())) {
                // It may have been written, but not synced, by one who was killed.
                handle.sync();
                disk.syncFolder(path.getParent());
            }
            FileVersion version = new FileVersion(handle, disk.state(path)
                    .map(Disk.FileState::identity).orElse(null));
            return new MemoryFile(disk, path, lasts, version, handle.length(), torn);
        } catch (IOException | RuntimeException e) {
            Closeables.after(e, handle);
            throw e;
        }
    }

    Path path() {
        return path;
    }

    /** Whether there is one, be it empty. */
    boolean isPresent() {
        return version.handle() != NoFile.INSTANCE;
    }

    boolean lasts() {
        return lasts;
    }

    /** Bytes of an unfinished turn that opening has cut off. */
    long tornBytes() {
        return tornBytes;
    }

    /** Offset after the last whole turn written. */
    long end() {
        return end;
    }

    /** Before an append, with no lock held: sees to the folder of a file that is to come. */
    void prepare() throws IOException {
        if (!isPresent()) {
            disk.createFolder(path.getParent());
        }
    }

    /** Appends a turn's lines whole, or leaves the file as it was. */
    void append(byte[] lines) throws IOException {
        if (!isPresent()) {
            create();
        }
        if (damagedTail) {
            truncate(end); // a disk that was full may have room by now
        }
        requireLength();
        try {
            version.handle().write(end, lines);
        } catch (IOException e) {
            damagedTail = true;
            Closeables.after(e, () -> truncate(end), this::removeIfEmpty);
            throw e;
        }
        end += lines.length;
    }

    private void create() throws IOException {
        Disk.Handle handle = disk.create(path);
        try {
            version = new FileVersion(handle,
                    disk.state(path).map(Disk.FileState::identity).orElse(null));
        } catch (IOException e) {
            Closeables.after(e, handle, () -> disk.delete(path));
            throw e;
        }
        unlisted = true;
    }

    private void removeIfEmpty() throws IOException {
        if (isPresent() && !lasts && end == 0 && disk.state(path).filter(version::is).isPresent()) {
            remove().keep();
        }
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

    /** Drops what nobody was promised, but nothing that another program has added. */
    void dropUnsynced(long durableEnd) throws IOException {
        if (damagedTail || version.handle().length() == end) {
            truncate(durableEnd);
        }
    }

    /** Forces what was appended to the device. */
    void sync() throws IOException {
        version.handle().sync();
        if (unlisted) {
            syncFolder();
            unlisted = false;
        }
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
        if (!isPresent()) {
            if (found.isPresent()) {
                throw notOurs("has been created");
            }
        } else if (found.isEmpty()) {
            throw notOurs("has been removed");
        } else if (!version.is(found.get())) {
            throw notOurs("has been replaced");
        } else if (found.get().length() < expected) {
            throw notOurs("has been cut to " + found.get().length() + " of " + expected + " bytes");
        }
    }

    /** A handle of its own for a reader; the caller closes it. */
    FileVersion.Reader reader() throws IOException {
        if (!isPresent()) {
            return version.reader(NoFile.INSTANCE);
        }
        Disk.Handle opened = disk.openToRead(path);
        try {
            if (disk.state(path).filter(version::is).isEmpty()) {
                throw notOurs("has been replaced");
            }
            return version.reader(opened);
        } catch (IOException e) {
            Closeables.after(e, opened);
            throw e;
        }
    }

    /** What is to take its place. */
    NewFile newFile() {
        return newFile;
    }

    /** Puts a new file with so many bytes in place, by one rename; hands out the old one. */
    FileVersion replaceBy(Disk.Handle prepared, long newEnd) throws IOException {
        return replace(newFile::moveInPlace,
                new FileVersion(prepared, newFile.identity()), newEnd);
    }

    /** Removes the name; hands out what had it. */
    FileVersion remove() throws IOException {
        return replace(() -> disk.delete(path), FileVersion.none(), 0);
    }

    /** Its name is gone, with the folder's; hands out what had it. */
    FileVersion gone() {
        return take(FileVersion.none(), 0);
    }

    private FileVersion replace(Swap change, FileVersion next, long newEnd) throws IOException {
        Optional<Disk.FileState> there = disk.state(path);
        Disk.Handle stranger = // its text has to go as well
                there.isEmpty() || version.is(there.get()) ? null : disk.open(path);
        try {
            change.run();
        } catch (IOException e) {
            Closeables.after(e, stranger);
            throw e;
        }
        if (stranger != null) {
            replaced.add(new FileVersion(stranger, there.get().identity()));
        }
        return take(next, newEnd);
    }

    private FileVersion take(FileVersion next, long newEnd) {
        FileVersion old = version;
        version = next;
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
        replaced.add(take(new FileVersion(stranger, there.get().identity()), 0));
    }

    /** What was replaced, and is to be wiped. */
    Replaced replaced() {
        return replaced;
    }

    void syncFolder() throws IOException {
        disk.syncFolder(path.getParent());
    }

    /** Closes it; a file that somebody has removed is brought back, for it was acknowledged. */
    @Override
    public void close() throws IOException {
        Closeables.all(replaced, this::bringBackIfRemoved, this::removeIfEmpty, version.handle());
    }

    private void bringBackIfRemoved() throws IOException {
        if (end == 0 || disk.exists(path)) {
            return;
        }
        newFile.bringBack(version.handle(), end);
        LOG.log(System.Logger.Level.WARNING, "{0} was removed by another program, and is back",
                path);
    }

    private MemoryUnavailableException notOurs(String what) {
        return new MemoryUnavailableException(path + " " + what + ", by another program", null);
    }
}
