package vaas.agent.groq;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import okhttp3.Response;
import vaas.agent.AnswerReader;
import vaas.agent.client.EventStream;
import vaas.budget.Budget;
import vaas.json.JsonException;

/**
 * An answer that is read while the model writes it: hands its text on, and puts the whole together.
 * The heap for an event and for the text is charged before it is used. Used by one thread.
 */
final class AnswerStream implements EventStream.Reader, AutoCloseable {
    /** More than any mark has: what has not begun behind so many is inside of thinking. */
    private static final int MARK_CHARS = 256;

    /** Less than a chat has taken beforehand. */
    private static final int CHARGE_STEP = 8 << 10;

    private final Budget.Share share;
    private final AnswerReader reader;
    private final EventStreamBody body = new EventStreamBody();
    private long unread; // bytes since the last event
    private long charged; // of the heap, for those and for the text
    private int begin = -1; // of the answer in what the model writes, once that is known
    private int looked; // at so many chars, for that
    private int handedOn; // of the answer
    private boolean broken;

    AnswerStream(Budget.Share share, AnswerReader reader) {
        this.share = share;
        this.reader = reader;
    }

    /**
     * Reads all of it.
     *
     * @throws IOException if it breaks, ends before the answer does, or nobody reads it any more
     */
    ChatResponse read(Response response) throws IOException {
        IOException failure = new EOFException("the stream ended early");
        try {
            EventStream.read(response, this);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } catch (IOException e) {
            failure = e;
        }
        if (broken) {
            return ChatResponse.ofStream(null, -1);
        } else if (body.whole() != null) { // what fails after the end is no failure
            return ChatResponse.ofStream(body.whole(), begin);
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
            body.add(data);
            unread = 0;
            charge();
            handOn();
        } catch (JsonException e) {
            broken = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return !broken && !body.hasEnded();
    }

    private void handOn() throws IOException {
        StringBuilder content = body.content();
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
        if (unread > AnswerBytes.BYTES_MAX || body.kept() > AnswerBytes.BYTES_MAX) {
            broken = true;
            throw new IOException("the answer is too long");
        }
        long more = unread * AnswerBytes.HEAP_EACH + kept() - charged;
        if (Math.abs(more) >= CHARGE_STEP) {
            share.take(more);
            share.giveBack(Math.max(0, -more));
            charged += more;
        }
    }

    private long kept() {
        return body.kept() * AnswerBytes.HEAP_EACH_CHAR_KEPT;
    }

    /** Gives back what was for the reading alone; the text stays charged for the chat. */
    @Override
    public void close() {
        share.giveBack(charged - Math.min(charged, kept()));
    }

    @Override
    public void count(long bytes) throws IOException {
        unread += bytes;
        charge();
    }
}
