package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;
import vaas.disk.Disk;
import vaas.memory.line.MessageIds;

/** What can be told of a memory's file without opening it as a memory. */
public final class ClosedFile {
    private static final System.Logger LOG = System.getLogger(ClosedFile.class.getName());
    private static final int HEAD_BYTES = 256;

    private ClosedFile() {}

    /** Counts its records; empty if it can't be read. */
    public static OptionalLong records(Disk disk, Path file) {
        try (Disk.Handle handle = disk.openToRead(file)) {
            return OptionalLong.of(LineCounter.records(handle, handle.length()));
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: could not be counted: {1}", file,
                    e.toString());
            return OptionalLong.empty();
        }
    }

    /**
     * Whether it may hold turns from before a time, by the id of its first record; one that can't
     * be told so may.
     */
    public static boolean mayHoldOlder(Disk disk, Path file, Instant time) throws IOException {
        try (Disk.Handle handle = disk.openToRead(file)) {
            LineReader lines = new LineReader(handle, 0, handle.length(), 0, HEAD_BYTES);
            UUID first = lines.next() ? lines.head().id() : null;
            return first == null || MessageIds.millis(first) < time.toEpochMilli();
        }
    }
}
