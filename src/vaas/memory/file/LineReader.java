package vaas.memory.file;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.line.LineHead;
import vaas.memory.line.RecordLine;

/**
 * Walks the terminated lines of a stretch of a file forward, holding one buffer. Unlike the JDK's
 * readers it tells where a line lies, never takes an unterminated line for a whole one, and copies
 * a line only when it is asked for: one that is longer than the heap can hold is just passed over.
 *
 * <pre>
 *   buffer   [.......|line.......\n|..........]
 *            0       from               limit      bufferOffset = file offset of buffer[0]
 * </pre>
 */
final class LineReader {
    private static final int BUFFER_BYTES = 64 << 10;

    private final Disk.Handle file;
    private final long end;
    private final int lineBytesMax;
    private final byte[] buffer;

    private long bufferOffset; // file offset of buffer[0]
    private int limit; // bytes in the buffer
    private int from; // where the line begins in the buffer
    private long length; // of the line, without its terminator; may reach past the buffer
    private long nextOffset; // file offset after the line's terminator

    /**
     * Begins at a line's first byte.
     *
     * @param start offset of the first line
     * @param end where to stop; what lies past it is not read
     * @param lineBytesMax longest line that is handed out
     */
    LineReader(Disk.Handle file, long start, long end, int lineBytesMax) {
        this(file, start, end, lineBytesMax, BUFFER_BYTES);
    }

    /** The same with a smaller buffer, for whoever needs a line or two. */
    LineReader(Disk.Handle file, long start, long end, int lineBytesMax, int bufferBytes) {
        this.file = file;
        this.end = end;
        this.lineBytesMax = lineBytesMax;
        this.bufferOffset = start;
        this.nextOffset = start;
        this.buffer = new byte[(int) Math.max(1, Math.min(bufferBytes, end - start))];
    }

    /** Moves to the next whole line; false when there is none before the end. */
    boolean next() throws IOException {
        long position = nextOffset - bufferOffset;
        if (position > limit) { // past a line that was longer than the buffer
            bufferOffset = nextOffset;
            limit = 0;
            position = 0;
        }
        from = (int) position;
        int newline = newline(buffer, from, limit);
        if (newline < 0) {
            moveToFront();
            newline = newline(buffer, 0, limit);
        }
        length = newline < 0 ? lengthPastBuffer() : newline - from;
        if (length < 0) {
            length = 0;
            return false;
        }
        nextOffset = lineOffset() + length + 1;
        return true;
    }

    /** File offset of the line's first byte; at the end, of what is not terminated. */
    long lineOffset() {
        return bufferOffset + from;
    }

    /** File offset after the line's terminator. */
    long offset() {
        return nextOffset;
    }

    /** Bytes of the line without its terminator. */
    long length() {
        return length;
    }

    /** Whether the line is too long to be handed out. */
    boolean isTooLong() {
        return length > lineBytesMax;
    }

    /** The line without its terminator; empty if it is too long. */
    byte[] line() throws IOException {
        if (isTooLong()) {
            return new byte[0];
        } else if (from + length <= limit) {
            return Arrays.copyOfRange(buffer, from, from + (int) length);
        }
        byte[] line = new byte[(int) length];
        return readFully(file, lineOffset(), line, line.length) == line.length
                ? line : new byte[0]; // emptied meanwhile, by a reset
    }

    /** The record that the line is, if it can be read; the budget is charged while it is. */
    Optional<MemoryRecord> record(Budget budget) throws IOException {
        try (Budget.Share share = budget.share()) {
            share.take(isTooLong() ? 0 : length);
            return RecordLine.decode(line());
        }
    }

    /** Whether the line begins as ours do; {@link #head} without a look at the rest. */
    boolean isOurs() {
        return LineHead.isOurs(buffer, from, (int) Math.min(limit, from + length));
    }

    /** What the first bytes of the line tell. */
    LineHead head() {
        return LineHead.of(buffer, from, (int) Math.min(limit, from + length));
    }

    /** Reads as many bytes as there are, up to a count. */
    static int readFully(Disk.Handle file, long offset, byte[] into, int count)
            throws IOException {
        int done = 0;
        while (done < count) {
            int read = file.read(offset + done, into, done, count - done);
            if (read <= 0) {
                break;
            }
            done += read;
        }
        return done;
    }

    /** Index of the first line feed in a stretch, or -1. */
    static int newline(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private void moveToFront() throws IOException {
        int kept = limit - from;
        System.arraycopy(buffer, from, buffer, 0, kept);
        bufferOffset += from;
        from = 0;
        limit = kept;
        while (limit < buffer.length) {
            int wanted = (int) Math.min(buffer.length - limit, end - bufferOffset - limit);
            int read = wanted <= 0 ? -1 : file.read(bufferOffset + limit, buffer, limit, wanted);
            if (read <= 0) {
                return;
            }
            limit += read;
        }
    }

    // The buffer keeps the line's head meanwhile; -1 if there is no terminator before the end.
    private long lengthPastBuffer() throws IOException {
        if (limit < buffer.length) {
            return -1;
        }
        byte[] more = new byte[BUFFER_BYTES];
        for (long at = bufferOffset + limit; at < end; ) {
            int read = file.read(at, more, 0, (int) Math.min(more.length, end - at));
            if (read <= 0) {
                return -1;
            }
            int newline = newline(more, 0, read);
            if (newline >= 0) {
                return at + newline - lineOffset();
            }
            at += read;
        }
        return -1;
    }
}
