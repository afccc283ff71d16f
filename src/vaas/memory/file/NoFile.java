package vaas.memory.file;

import java.io.IOException;
import vaas.disk.Disk;

/** What is open of a conversation that has no file yet: nothing to read. */
final class NoFile implements Disk.Handle {
    static final NoFile INSTANCE = new NoFile();

    private NoFile() {}

    @Override
    public long length() {
        return 0;
    }

    @Override
    public int read(long offset, byte[] into, int start, int count) {
        return -1;
    }

    @Override
    public void write(long offset, byte[] bytes, int start, int count) throws IOException {
        throw new IOException("there is no file to write to");
    }

    @Override
    public void truncate(long length) {
        // as short as can be
    }

    @Override
    public void sync() {
        // nothing waits
    }

    @Override
    public void close() {
        // nothing is open
    }
}
