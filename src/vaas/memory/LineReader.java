package vaas.memory;

import java.io.ByteArrayOutputStream;
import java.io.IOException;

/**
 * Walks the terminated lines of a stretch of a file, holding one buffer and one line at a time.
 * Unlike the JDK's readers it tells where a line lies, and never takes an unterminated line for
 * a whole one.
 */
final class LineReader {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Disk.Handle file;
    private final long end;
    private final byte[] buffer;
    private ByteArrayOutputStream line = new ByteArrayOutputStream();

    private long bufferOffset; // file offset of buffer[0]
    private int position; // of the next byte in the buffer
    private int limit; // bytes in the buffer
    private long lineOffset;
    private boolean skipped; // it is not held, because it can't be a line of ours

    /**
     * Begins at a line's first byte.
     *
     * @param start offset of the first line
     * @param end where to stop; what lies past it is not read
     */
    LineReader(Disk.Handle file, long start, long end) {
        this.file = file;
        this.end = end;
        this.bufferOffset = start;
        this.buffer = new byte[(int) Math.max(1, Math.min(BUFFER_BYTES, end - start))];
    }

    /** Moves to the next whole line; false when there is none before the end. */
    boolean next() throws IOException {
        if (line.size() > BUFFER_BYTES) {
            line = new ByteArrayOutputStream(); // one long line must not cost its size for good
        }
        line.reset();
        skipped = false;
        lineOffset = offset();
        while (position < limit || fill()) {
            int from = position;
            while (position < limit && buffer[position] != '\n') {
                position++;
            }
            keep(from, position - from);
            if (position < limit) {
                position++;
                return true;
            }
        }
        return false;
    }

    /** The line without its terminator; empty if it can't be one that we have written. */
    byte[] line() {
        return skipped ? new byte[0] : line.toByteArray();
    }

    /** File offset of the line's first byte. */
    long lineOffset() {
        return lineOffset;
    }

    /** File offset after the line's terminator. */
    long offset() {
        return bufferOffset + position;
    }

    private void keep(int from, int count) {
        boolean zeros = line.size() == 0 && count > 0 && buffer[from] == 0; // after a power cut
        skipped |= zeros || line.size() + count > RecordLine.BYTES_MAX;
        if (skipped) {
            line.reset();
        } else {
            line.write(buffer, from, count);
        }
    }

    private boolean fill() throws IOException {
        bufferOffset += limit;
        position = 0;
        limit = 0;
        int wanted = (int) Math.min(buffer.length, end - bufferOffset);
        int read = wanted <= 0 ? -1 : file.read(bufferOffset, buffer, 0, wanted);
        if (read <= 0) {
            return false;
        }
        limit = read;
        return true;
    }
}
