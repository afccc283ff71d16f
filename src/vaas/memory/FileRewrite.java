package vaas.memory;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.BooleanSupplier;

/**
 * A memory file's own newer part takes its place: copied beside ongoing appends, put in place by
 * one rename. As after a {@link FileReset}, nothing of the old file is left.
 */
final class FileRewrite implements Replacement {
    private static final int BUFFER_BYTES = 64 << 10;

    private final MemoryFile file;
    private final Disk.Handle source; // the old file, to read
    private final Disk.Handle prepared;
    private final Cut cut;
    private long copied; // offset in the old file up to which it has been copied
    private Disk.Handle old; // null before the swap
    private boolean durable; // a crash can't bring the old file back any more

    FileRewrite(MemoryFile file, Disk.Handle source, Disk.Handle prepared, Cut cut) {
        this.file = file;
        this.source = source;
        this.prepared = prepared;
        this.cut = cut;
        this.copied = cut.offset();
    }

    /** Copies and syncs up to an offset; false if that is not wanted any more. */
    boolean copyTo(long end, BooleanSupplier wanted) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        while (copied < end) {
            if (!wanted.getAsBoolean()) {
                return false;
            }
            int read = source.read(copied, buffer, 0, (int) Math.min(buffer.length, end - copied));
            if (read <= 0) {
                throw new IOException("the file ends at byte " + copied + ", expected " + end);
            }
            prepared.write(copied - cut.offset(),
                    read == buffer.length ? buffer : Arrays.copyOf(buffer, read));
            copied += read;
        }
        return true;
    }

    void sync() throws IOException {
        prepared.sync();
    }

    @Override
    public boolean isReset() {
        return false;
    }

    /** Copies what has become durable since the first copy. */
    @Override
    public void beforeSwap(View now) throws IOException {
        copyTo(now.end(), () -> true);
        sync();
    }

    /** Copies the few turns that wait for their force; that force is the new file's. */
    @Override
    public View swap(View now) throws IOException {
        copyTo(file.end(), () -> true);
        old = file.replaceBy(prepared, copied - cut.offset());
        return now.without(cut);
    }

    @Override
    public void makeDurable() throws IOException {
        file.syncFolder();
        durable = true;
    }

    /**
     * Wipes the old file, or, if there was no swap, what has been copied. An old file that a crash
     * may bring back is left alone: unlike a reset's, its newer part is still needed.
     */
    void wipe() throws IOException {
        if (durable) {
            Closing.all(source, () -> old.truncate(0), old);
        } else if (old != null) {
            Closing.all(source, old);
        } else {
            Closing.all(source, () -> prepared.truncate(0), prepared, file::deleteNew);
        }
    }
}
