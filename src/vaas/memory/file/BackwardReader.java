package vaas.memory.file;

import java.io.IOException;
import java.util.Arrays;
import vaas.disk.Disk;
import vaas.memory.line.LineHead;

/**
 * Walks the lines of a file from an offset towards its start, holding one buffer; the cost depends
 * on how far one goes, not on the size of the file.
 */
final class BackwardReader {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final int HEAD_BYTES = 128;

    private final Disk.Handle file;
    private final int lineBytesMax;
    private final byte[] buffer;

    private long bufferOffset; // file offset of buffer[0]
    private int limit; // bytes in the buffer
    private long lineOffset; // the lines before this one have not been visited
    private long lineEnd; // offset of the line's terminator, or of the end

    /**
     * Begins behind a line.
     *
     * @param end offset after a terminator, or where the file ends
     * @param lineBytesMax longest line that is handed out
     */
    BackwardReader(Disk.Handle file, long end, int lineBytesMax) {
        this.file = file;
        this.lineBytesMax = lineBytesMax;
        this.bufferOffset = end;
        this.lineOffset = end;
        this.buffer = new byte[(int) Math.max(1, Math.min(BUFFER_BYTES, end))];
    }

    /** Moves to what lies behind the last terminator; false if nothing does. */
    boolean unterminated() throws IOException {
        lineEnd = lineOffset;
        lineOffset = startOf(lineEnd);
        return lineOffset < lineEnd;
    }

    /** Moves to the terminated line before; false at the start of the file. */
    boolean previous() throws IOException {
        if (lineOffset == 0) {
            return false;
        }
        lineEnd = lineOffset - 1;
        lineOffset = startOf(lineEnd);
        return true;
    }

    /** File offset of the line's first byte. */
    long lineOffset() {
        return lineOffset;
    }

    /** Bytes of the line without its terminator. */
    long length() {
        return lineEnd - lineOffset;
    }

    /** Whether the line is too long to be handed out. */
    boolean isTooLong() {
        return length() > lineBytesMax;
    }

    /** The line without its terminator; empty if it is too long. */
    byte[] line() throws IOException {
        return isTooLong() ? new byte[0] : bytes(lineOffset, (int) length());
    }

    /** What the first bytes of the line tell. */
    LineHead head() throws IOException {
        byte[] head = firstBytes(HEAD_BYTES);
        return LineHead.of(head, 0, head.length);
    }

    /** The first bytes of the line, up to a count. */
    byte[] firstBytes(int count) throws IOException {
        return bytes(lineOffset, (int) Math.min(count, length()));
    }

    /** The last bytes of the line, up to a count. */
    byte[] lastBytes(int count) throws IOException {
        int there = (int) Math.min(count, length());
        return bytes(lineEnd - there, there);
    }

    private byte[] bytes(long offset, int count) throws IOException {
        if (offset >= bufferOffset && offset + count <= bufferOffset + limit) {
            int from = (int) (offset - bufferOffset);
            return Arrays.copyOfRange(buffer, from, from + count);
        }
        byte[] bytes = new byte[count];
        return LineReader.readFully(file, offset, bytes, count) == count
                ? bytes : new byte[0]; // emptied meanwhile, by a reset
    }

    /** The largest offset up to {@code to} that is 0 or follows a line feed. */
    private long startOf(long to) throws IOException {
        long at = to;
        while (at > 0) {
            if (at <= bufferOffset) {
                fillBefore(at);
            }
            for (int i = (int) Math.min(limit, at - bufferOffset) - 1; i >= 0; i--) {
                if (buffer[i] == '\n') {
                    return bufferOffset + i + 1;
                }
            }
            at = bufferOffset;
        }
        return 0;
    }

    private void fillBefore(long offset) throws IOException {
        int count = (int) Math.min(buffer.length, offset);
        bufferOffset = offset - count;
        limit = LineReader.readFully(file, bufferOffset, buffer, count);
    }
}
