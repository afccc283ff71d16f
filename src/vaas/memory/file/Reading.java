package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import vaas.disk.Disk;

/** A handle on the file, to be closed, and what the file held when it was opened. */
record Reading(FileVersion.Reader reader, Snapshot snapshot) implements Closeable {
    Disk.Handle handle() {
        return reader.handle();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }
}
