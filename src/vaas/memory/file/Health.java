package vaas.memory.file;

import java.nio.file.Path;
import vaas.memory.MemoryUnavailableException;

/** Whether a memory takes turns, and if not, why. Changed under the write lock, read without. */
final class Health {
    private static final System.Logger LOG = System.getLogger(Health.class.getName());

    private final Path path;
    private volatile Throwable broken; // why writes are refused; null if they are not
    private volatile boolean writeFailed; // the last one
    private volatile boolean untold; // that it is broken
    private volatile boolean closed;

    Health(Path path) {
        this.path = path;
    }

    /** Throws if it is closed; stays true for whoever holds the lock or may commit. */
    void requireOpen() throws MemoryUnavailableException {
        if (closed) {
            throw new MemoryUnavailableException("the memory is closed", null);
        }
    }

    /** Throws if no turn can be stored, whatever the disk would say. */
    void requireWritable() throws MemoryUnavailableException {
        requireOpen();
        Throwable why = broken;
        if (why != null) {
            throw new MemoryUnavailableException("the memory refuses writes: " + why.getMessage(),
                    why);
        }
    }

    /** No turn is taken from now on; {@link #tell} says so. */
    void refuse(Throwable cause) {
        broken = cause;
        untold = true;
    }

    /** Logs a refusal that has not been told; by whoever holds no lock: a log may block. */
    void tell() {
        Throwable why = broken;
        if (untold && why != null) {
            untold = false;
            LOG.log(System.Logger.Level.ERROR, "{0}: refusing writes until a reset or restart: {1}",
                    path, why.toString());
        }
    }

    /** All is well again, with an empty file. */
    void recovered() {
        broken = null;
        writeFailed = false;
    }

    /** A write begins, or has ended well. */
    void writes(boolean failed) {
        writeFailed = failed;
    }

    /** Whether the last write did not get to the disk, which may still be full. */
    boolean lastWriteFailed() {
        return writeFailed;
    }

    void close() {
        closed = true;
    }

    boolean isClosed() {
        return closed;
    }
}
