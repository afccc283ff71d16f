package vaas.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * All that a memory asks of the file system, one verb a call: the single seam at which tests make
 * a disk fail. Every method throws {@link IOException}, which names path and call, when the disk
 * refuses.
 */
public interface Disk {
    /** Creates a folder that only its owner may enter, and its parents; durable on return. */
    void createFolder(Path folder) throws IOException;

    /** Takes a folder for one owner alone; closing gives it back. */
    Closeable lock(Path folder) throws IOException;

    /** Whether anything has this name, a link that leads nowhere included. */
    boolean exists(Path file) throws IOException;

    /** Whether the name is that of a symbolic link. */
    boolean isLink(Path file) throws IOException;

    /** Whether the name is that of a regular file, and of no link. */
    boolean isFile(Path file);

    /** Whether the name leads to a folder. */
    boolean isFolder(Path file);

    /** Creates an empty file that only its owner may read; fails if the name is taken. */
    Handle create(Path file) throws IOException;

    /** Opens a file that exists, to read and write. */
    Handle open(Path file) throws IOException;

    /** Opens a file that exists, only to be looked at. */
    Handle openToRead(Path file) throws IOException;

    /** Gives a file a second name, which must be free; fails where there are no hard links. */
    void link(Path existing, Path second) throws IOException;

    /** Atomically gives a file the name of another, which it replaces; or a folder a free name. */
    void move(Path from, Path to) throws IOException;

    /** The names in a folder, in no order. */
    List<Path> list(Path folder) throws IOException;

    /** Removes a name, of a folder only if it is empty; one that is not there is fine. */
    void delete(Path file) throws IOException;

    /**
     * Makes creations, moves and deletions in a folder durable; on a file system that has no such
     * call, only says so once.
     */
    void syncFolder(Path folder) throws IOException;

    /** Bytes that can still be written to the disk of a folder. */
    long usableBytes(Path folder) throws IOException;

    /** What has this name now; empty if nothing has. */
    Optional<FileState> state(Path file) throws IOException;

    /**
     * What a name leads to.
     *
     * @param identity the same for all names of one file, and for no other file meanwhile; null
     *     where the file system can't tell
     * @param length in bytes
     * @param modified when it was last written, or as {@link #setModified} says
     */
    record FileState(Object identity, long length, Instant modified) {}

    /** Sets when a file was last written. */
    void setModified(Path file, Instant when) throws IOException;

    /**
     * Empties a file, so that no text stays in its blocks, and removes it; of a link, only the
     * link.
     */
    default void wipe(Path file) throws IOException {
        if (exists(file) && !isLink(file)) {
            try (Handle handle = open(file)) {
                handle.truncate(0);
            }
        }
        delete(file);
    }

    /** An open file. Not safe for concurrent use, except {@link #sync} beside the others. */
    interface Handle extends Closeable {
        long length() throws IOException;

        /** Reads up to {@code count} bytes; -1 at or past the end. */
        int read(long offset, byte[] into, int start, int count) throws IOException;

        /** Writes a stretch of an array; after a failure any part of it may be there. */
        void write(long offset, byte[] bytes, int start, int count) throws IOException;

        /** Writes all bytes; see the other. */
        default void write(long offset, byte[] bytes) throws IOException {
            write(offset, bytes, 0, bytes.length);
        }

        /** Drops what lies past a length. */
        void truncate(long length) throws IOException;

        /** Makes content and length durable. */
        void sync() throws IOException;
    }
}
