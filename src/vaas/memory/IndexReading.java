package vaas.memory;

import java.io.Closeable;
import java.io.IOException;

/**
 * The one reading of a file from its start after opening, which counts and indexes it. Short files
 * are read at once, so that their figures are exact from the first moment.
 */
final class IndexReading implements Closeable {
    private static final System.Logger LOG = System.getLogger(IndexReading.class.getName());
    private static final long AT_ONCE_BYTES = 1 << 20;

    private final SparseIndex index;
    private final Disk.Handle reader;
    private final Thread thread = new Thread(this::read, "vaas-memory-index");
    private volatile boolean closed;

    private IndexReading(SparseIndex index, Disk.Handle reader) {
        this.index = index;
        this.reader = reader;
    }

    /** Reads all that the index does not know yet; takes the reader over. */
    static IndexReading start(SparseIndex index, Disk.Handle reader, long bytes) {
        IndexReading reading = new IndexReading(index, reader);
        if (bytes <= AT_ONCE_BYTES) {
            reading.read();
        } else {
            reading.thread.setDaemon(true);
            reading.thread.start();
        }
        return reading;
    }

    /** Ends the reading and waits for the step that is under way. */
    @Override
    public void close() {
        closed = true;
        Closing.awaitEnd(thread);
    }

    private void read() {
        try (reader) {
            boolean more = true;
            while (more && !closed) {
                more = index.step(reader);
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "the memory could not be read to its end: {0}",
                    e.toString());
        }
    }
}
