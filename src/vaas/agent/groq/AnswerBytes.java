package vaas.agent.groq;

import java.io.IOException;
import okio.BufferedSource;
import vaas.budget.Budget;

/** The body of an answer while it is read, charged to a chat before more of it is kept. */
final class AnswerBytes implements AutoCloseable {
    /** Far more than any model answers; a server that sends more is broken. */
    static final long BYTES_MAX = 8 << 20;
    /**
     * Bytes of heap for each byte of the body, at the moment when most are needed: as bytes twice,
     * and as chars of two bytes twice, the parser's and the text's.
     */
    static final int HEAP_EACH = 6;
    /** The text itself, and its two copies on the way to the memory. */
    static final int HEAP_EACH_CHAR_KEPT = 4;

    private final Budget.Share share;
    private long charged; // bytes of the body
    private long kept; // of the heap

    AnswerBytes(Budget.Share share) {
        this.share = share;
    }

    /**
     * Reads all of it, a segment at a time.
     *
     * @return the body, or nothing if it has more than 8 MiB
     */
    byte[] read(BufferedSource source) throws IOException {
        while (source.request(charged + 1)) {
            long buffered = source.getBuffer().size();
            if (buffered > BYTES_MAX) {
                return new byte[0];
            }
            share.take((buffered - charged) * HEAP_EACH);
            charged = buffered;
        }
        return source.readByteArray();
    }

    /** What is not given back: a text that the chat goes on with. */
    void keepFor(String text) {
        kept = Math.min(charged * HEAP_EACH, (long) text.length() * HEAP_EACH_CHAR_KEPT);
    }

    /** Gives back what was for the reading alone. */
    @Override
    public void close() {
        share.giveBack(charged * HEAP_EACH - kept);
    }
}
