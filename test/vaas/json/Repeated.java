package vaas.json;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.InputStream;

/** A long text that is nowhere whole: a beginning, one piece many times, and an end. */
final class Repeated extends InputStream {
    private final String piece;
    private final byte[] end;
    private final long bytes;
    private byte[] now;
    private int at;
    private long given;
    private boolean ended;

    /** Repeats the piece, numbers for every # in it, until so many bytes have been given. */
    Repeated(String start, String piece, long bytes, String end) {
        this.now = start.getBytes(UTF_8);
        this.piece = piece;
        this.bytes = bytes;
        this.end = end.getBytes(UTF_8);
    }

    long given() {
        return given;
    }

    @Override
    public int read() {
        while (at == now.length) {
            if (ended) {
                return -1;
            }
            ended = given >= bytes;
            now = ended ? end : piece.replace("#", Long.toString(given)).getBytes(UTF_8);
            at = 0;
        }
        given++;
        return now[at++] & 0xff;
    }
}
