package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;

/**
 * All that a memory asks of the file system, one verb a call: the single seam at which tests make
 * a disk fail. Every method throws {@link IOException} when the disk refuses.
 */
interface Disk {
    /** Creates a folder that only its owner may enter, and its parents; durable on return. */
    void createFolder(Path folder) throws IOException;

    /** Takes a folder for this memory alone; closing gives it back. */
    Closeable lock(Path folder) throws IOException;

    boolean exists(Path file) throws IOException;

    /** Creates an empty file that only its owner may read, or empties the one that is there. */
    Handle create(Path file) throws IOException;

    /** Opens a file that exists, to read and write. */
    Handle open(Path file) throws IOException;

    /** Atomically gives a file the name of another, which it replaces. */
    void move(Path from, Path to) throws IOException;

    void delete(Path file) throws IOException;

    /** Makes creations, moves and deletions in a folder durable. */
    void syncFolder(Path folder) throws IOException;

    /** Bytes that can still be written to the disk of a folder. */
    long usableBytes(Path folder) throws IOException;

    /** An open file. Not safe for concurrent use, except {@link #sync} beside the others. */
    interface Handle extends Closeable {
        long length() throws IOException;

        /** Reads up to {@code count} bytes; -1 at or past the end. */
        int read(long offset, byte[] into, int start, int count) throws IOException;

        /** Writes all bytes in one call; after a failure any part of them may be there. */
        void write(long offset, byte[] bytes) throws IOException;

        void truncate(long length) throws IOException;

        /** Forces content and length to the device. */
        void sync() throws IOException;
    }
}
