package vaas.http;

import java.io.IOException;
import java.io.InputStream;

/**
 * A request's body as it comes in, up to a greatest length. What is longer, malformed or broken off
 * ends in a {@link Problem}, never in a shorter body. Used by one thread.
 */
final class BoundedBody extends InputStream {
    private static final int SKIP_BUFFER_BYTES = 16 << 10;

    private final InputStream in;
    private long bytesMax;
    private long bytes; // read so far
    private boolean ended;

    BoundedBody(InputStream in, long bytesMax) {
        this.in = in;
        this.bytesMax = bytesMax;
    }

    static Problem tooLong(long bytesMax) {
        return new Problem(413, "The body is longer than " + bytesMax + " bytes.");
    }

    /** Takes the bound away, for who keeps nothing of it. */
    void skim() {
        bytesMax = Long.MAX_VALUE;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        int read = readSome(into, offset, length);
        if (bytes > bytesMax) {
            throw tooLong(bytesMax);
        }
        return read;
    }

    /** Whether it has been read to its end, so that a next request may follow. */
    boolean hasEnded() {
        return ended;
    }

    /** Reads what is left, whatever its bound, and keeps nothing of it. */
    void drop(long bytesLeft) throws IOException {
        byte[] buffer = new byte[SKIP_BUFFER_BYTES];
        long left = bytesLeft;
        while (!ended && left > 0) {
            left -= readSome(buffer, 0, buffer.length);
        }
    }

    // A chunk of 2 GiB or more makes the JDK's stream count below zero and throw what is no
    // IOException; whatever it throws, the body is broken.
    private int readSome(byte[] into, int offset, int length) throws IOException {
        int read;
        try {
            read = ended ? -1 : in.read(into, offset, length);
        } catch (IOException | RuntimeException e) {
            throw new Problem(400, "The body is malformed, ends early or has a trailer.");
        }
        ended = read < 0;
        bytes += Math.max(read, 0);
        return read;
    }
}
