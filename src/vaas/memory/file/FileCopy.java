package vaas.memory.file;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import vaas.disk.Disk;

/** The one loop that copies from file to file. */
final class FileCopy {
    static final int BUFFER_BYTES = 64 << 10;

    private FileCopy() {}

    /**
     * Copies a stretch.
     *
     * @param wanted asked before each 64 KiB
     * @return false if it was not wanted to the end
     * @throws IOException if a disk refuses, or the source is shorter than that
     */
    static boolean copy(Disk.Handle source, long from, long to, Disk.Handle target, long at,
            BooleanSupplier wanted) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        for (long copied = from; copied < to; ) {
            if (!wanted.getAsBoolean()) {
                return false;
            }
            int read = source.read(copied, buffer, 0, (int) Math.min(buffer.length, to - copied));
            if (read <= 0) {
                throw new IOException("the file ends at byte " + copied + ", expected " + to);
            }
            target.write(at + copied - from, buffer, 0, read);
            copied += read;
        }
        return true;
    }
}
