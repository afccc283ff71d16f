package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file of a memory: whole turns appended at its end, replaced as a whole by a reset. Knows
 * offsets and lines, nothing of ids or generations. The caller guards it; only {@link #sync} may
 * run beside the other methods.
 */
final class MemoryFile implements Closeable {
    static final String FILE_NAME = "memory.jsonl";
    /** A replacement that is not in place yet; one that is found at open is a crash's leftover. */
    static final String NEW_NAME = "memory.jsonl.new";

    private static final System.Logger LOG = System.getLogger(MemoryFile.class.getName());

    private final Disk disk;
    private final Path folder;
    private Disk.Handle handle;
    private long end; // bytes of whole turns; nothing lies past it unless damagedTail
    private boolean damagedTail; // a failed write could not be cut off again
    private Path away; // where a failed reset has left the file; null if it is in its place
    private volatile boolean renamed; // its name may not be durable; as away, but for sync
    private final long tornBytes; // of an unfinished turn, cut off at open

    private MemoryFile(Disk disk, Path folder, Disk.Handle handle, long end, long tornBytes) {
        this.disk = disk;
        this.folder = folder;
        this.handle = handle;
        this.end = end;
        this.tornBytes = tornBytes;
    }

    /** Opens the file, or creates it, and cuts off what a crash left; all durable on return. */
    static MemoryFile open(Disk disk, Path folder) throws IOException {
        wipeLeftover(disk, folder);
        Path path = folder.resolve(FILE_NAME);
        boolean exists = disk.exists(path);
        Disk.Handle handle = exists ? disk.open(path) : disk.create(path);
        try {
            long length = handle.length();
            long end = Tail.wholeEnd(handle);
            if (end < length) {
                handle.truncate(end);
                LOG.log(System.Logger.Level.WARNING, "{0}: cut {1} bytes of an unfinished turn at"
                        + " byte {2}", path, Long.toString(length - end), Long.toString(end));
            }
            // Always: what is there may have been written, but not forced, by one who was killed.
            handle.sync();
            disk.syncFolder(folder);
            return new MemoryFile(disk, folder, handle, end, length - end);
        } catch (IOException | RuntimeException e) {
            handle.close();
            throw e;
        }
    }

    Path path() {
        return folder.resolve(FILE_NAME);
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
        bringBack();
        if (damagedTail) {
            cut(end); // a disk that was full may have room by now
        }
        try {
            handle.write(end, lines);
        } catch (IOException e) {
            damagedTail = true;
            try {
                cut(end);
            } catch (IOException cutting) {
                e.addSuppressed(cutting);
            }
            throw e;
        }
        end += lines.length;
    }

    /** Drops all turns past an offset, or none if the disk refuses. */
    void cut(long newEnd) throws IOException {
        damagedTail = true;
        handle.truncate(newEnd);
        damagedTail = false;
        end = newEnd; // disk first: a failed cut must not make the next append cut for good
    }

    /** Forces what was appended; may run beside appends and reads, but not beside a reset. */
    void sync() throws IOException {
        if (renamed) {
            throw new IOException(path() + " is not where it belongs, after a failed reset");
        }
        handle.sync();
    }

    /** A handle of its own for a reader; the caller closes it. */
    Disk.Handle reader() throws IOException {
        return disk.open(present());
    }

    /** Makes an empty, synced file ready to take the place of this one; needs no lock. */
    FileReset prepareReset(Optional<Path> backup) {
        Disk.Handle prepared = null;
        try {
            prepared = disk.create(folder.resolve(NEW_NAME));
            prepared.sync();
            return new FileReset(this, prepared, backup);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: no room for a new file: {1}", path(),
                    e.toString());
            discard(prepared, e);
            return new FileReset(this, null, backup);
        }
    }

    /** Makes a file ready to take the newer part of this one; needs no lock. */
    FileRewrite prepareRewrite(Cut cut) throws IOException {
        Disk.Handle source = reader();
        try {
            return new FileRewrite(this, source, disk.create(folder.resolve(NEW_NAME)), cut);
        } catch (IOException e) {
            Closing.after(e, source);
            throw e;
        }
    }

    /** Removes a prepared file that can't be used; it is empty. */
    void discard(Disk.Handle prepared, IOException because) {
        Closing.after(because, prepared, this::deleteNew);
    }

    void deleteNew() throws IOException {
        disk.delete(folder.resolve(NEW_NAME));
    }

    /** Puts a prepared file with so many bytes in place by one rename; hands out the old one. */
    Disk.Handle replaceBy(Disk.Handle prepared, long newEnd) throws IOException {
        disk.move(folder.resolve(NEW_NAME), path());
        Disk.Handle old = handle;
        handle = prepared;
        end = newEnd;
        damagedTail = false;
        away = null;
        renamed = false; // whoever replaces it syncs the folder
        return old;
    }

    /** Gives the file another name, which must be free. */
    void moveTo(Path kept) throws IOException {
        if (disk.exists(kept)) {
            throw new IOException(kept + " is there already");
        }
        disk.move(present(), kept);
        away = kept;
        renamed = true;
    }

    /** Undoes {@link #moveTo}, durably, if that was done: what is appended must be found again. */
    void bringBack() throws IOException {
        if (away != null) {
            disk.move(away, path());
            away = null;
        }
        if (renamed) {
            disk.syncFolder(folder);
            renamed = false;
        }
    }

    private Path present() {
        return away == null ? path() : away;
    }

    long usableBytes() throws IOException {
        return disk.usableBytes(folder);
    }

    void syncFolder() throws IOException {
        syncFolder(folder);
    }

    void syncFolder(Path other) throws IOException {
        disk.syncFolder(other);
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }

    private static void wipeLeftover(Disk disk, Path folder) throws IOException {
        Path leftover = folder.resolve(NEW_NAME);
        if (disk.exists(leftover)) {
            disk.create(leftover).close(); // empties it, so that no text stays in its blocks
            disk.delete(leftover);
        }
    }
}
