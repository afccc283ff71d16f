package vaas.agent.groq;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import okhttp3.Response;
import vaas.agent.AnswerReader;
import vaas.agent.client.EventStream;
import vaas.budget.Budget;
import vaas.json.JsonException;

/**
 * The body of an answer, which is charged to a chat before more of it is kept. One that comes while
 * the model writes it is handed on, and put together to a whole. Used by one thread.
 */
final class AnswerBody implements EventStream.Reader, AutoCloseable {
    /** Far more than any model answers; a server that sends more is broken. */
    private static final long BYTES_MAX = 8 << 20;
    /**
     * Bytes of heap for each byte of the body, at the moment when most are needed: as bytes twice,
     * and as chars of two bytes twice, the parser's and the text's.
     */
    private static final int HEAP_EACH = 6;
    /** The text itself, and its two copies on the way to the memory. */
    private static final int HEAP_EACH_CHAR_KEPT = 4;
    /** More than any mark has: what has not begun behind so many is inside of thinking. */
    private static final int MARK_CHARS = 256;
    /** Less than a chat has taken beforehand. */
    private static final int CHARGE_STEP = 8 << 10;

    private final Budget.Share share;
    private final AnswerReader reader;
    private final EventStreamBody events = new EventStreamBody();
    private long unread; // bytes since the last event
    private long charged; // of the heap, for those and for the text
    private long kept; // of that, when the reading is over
    private int begin = -1; // of the answer in what the model writes, once that is known
    private int looked; // at so many chars, for that
    private int handedOn; // of the answer
    private boolean broken;

    AnswerBody(Budget.Share share, AnswerReader reader) {
        this.share = share;
        this.reader = reader;
    }

    /** Reads all; throws if it breaks, ends before the answer does, or nobody reads any more. */
    ChatResponse read(Response response) throws IOException {
        IOException failure = new EOFException("the stream ended early");
        try {
            if (!response.isSuccessful() || !EventStream.isOne(response)) {
                return ChatResponse.of(EventStream.whole(response, this));
            }
            EventStream.read(response, this);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            failure = e;
        }
        Map<String, Object> whole = broken ? null : events.whole();
        if (broken || whole != null) { // what fails after the end is no failure
            return ChatResponse.ofStream(whole, begin);
        }
        throw failure;
    }

    /** Whether the reader has got some of it, so that it can't be asked for again. */
    boolean hasBegun() {
        return handedOn > 0;
    }

    @Override
    public boolean take(String data) {
        try {
            boolean more = events.add(data);
            unread = 0;
            charge();
            handOn();
            return more;
        } catch (JsonException e) {
            broken = true;
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void handOn() throws IOException {
        StringBuilder content = events.content();
        if (begin < 0 && mayBegin(content)) {
            begin = Thinking.begin(content.toString());
            looked = content.length();
        }
        if (begin >= 0 && content.length() > begin + handedOn) {
            String text = content.substring(begin + handedOn);
            handedOn += text.length();
            reader.read(text);
        }
    }

    // Long thinking is not looked through at each word of it: all marks end with one of these.
    private boolean mayBegin(StringBuilder content) {
        int length = content.length();
        return looked < MARK_CHARS || content.substring(length - MARK_CHARS).chars()
                .anyMatch(c -> ">]:\u25b7".indexOf(c) >= 0);
    }

    private void charge() throws IOException {
        if (unread > BYTES_MAX || events.kept() > BYTES_MAX) {
            broken = true;
            throw new IOException("the answer is too long");
        }
        long more = unread * HEAP_EACH + events.kept() * HEAP_EACH_CHAR_KEPT - charged;
        if (Math.abs(more) >= CHARGE_STEP) {
            share.take(more);
            share.giveBack(Math.max(0, -more));
            charged += more;
        }
    }

    /** Keeps what is charged for a text that the chat goes on with. */
    void keepFor(String text) {
        kept = Math.min(charged, (long) text.length() * HEAP_EACH_CHAR_KEPT);
    }

    /** Gives back what was for the reading alone. */
    @Override
    public void close() {
        share.giveBack(charged - kept);
    }

    @Override
    public void count(long bytes) throws IOException {
        unread += bytes;
        charge();
    }
}
