package vaas.agent.groq;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import vaas.agent.AnswerReader;
import vaas.budget.Budget;
import vaas.json.JsonException;

/**
 * An answer that is read while the model writes it: hands its text on, and puts the whole together.
 * The heap for an event and for the text is charged before it is used. Used by one thread.
 */
final class AnswerStream extends EventSourceListener implements AutoCloseable {
    /** More than any mark has: what has not begun behind so many is inside of thinking. */
    private static final int MARK_CHARS = 256;

    /** Less than a chat has taken beforehand. */
    private static final int CHARGE_STEP = 8 << 10;

    /** Belongs to no line. Okhttp-sse takes it for a part of the first field's name. */
    private static final ByteString BYTE_ORDER_MARK = ByteString.encodeUtf8("\ufeff");

    private final Budget.Share share;
    private final AnswerReader reader;
    private final EventStreamBody body = new EventStreamBody();
    private long unread; // bytes since the last event
    private long charged; // of the heap, for those and for the text
    private int begin = -1; // of the answer in what the model writes, once that is known
    private int looked; // at so many chars, for that
    private int handedOn; // of the answer
    private boolean broken;
    private Throwable failure;

    AnswerStream(Budget.Share share, AnswerReader reader) {
        this.share = share;
        this.reader = reader;
    }

    /** Whether an answer is one. */
    static boolean isOne(Response response) {
        ResponseBody body = response.body();
        return response.isSuccessful() && body.contentType() != null
                && body.contentType().toString().startsWith("text/event-stream");
    }

    /**
     * Reads all of it.
     *
     * @throws IOException if it breaks, ends before the answer does, or nobody reads it any more
     */
    ChatResponse read(Response response) throws IOException {
        ResponseBody all = response.body();
        BufferedSource source = Okio.buffer(new Counted(all.source()));
        if (source.rangeEquals(0, BYTE_ORDER_MARK)) {
            source.skip(BYTE_ORDER_MARK.size());
        }
        ResponseBody counted = ResponseBody.create(source, all.contentType(), -1);
        EventSources.processResponse(response.newBuilder().body(counted).build(), this);
        if (broken) {
            return ChatResponse.ofStream(null, -1);
        } else if (failure instanceof UncheckedIOException e) {
            throw e.getCause();
        } else if (body.whole() != null) { // what fails after the end is no failure
            return ChatResponse.ofStream(body.whole(), begin);
        }
        throw failure instanceof IOException e ? e : new EOFException("the stream ended early");
    }

    /** Whether the reader has got some of it, so that it can't be asked for again. */
    boolean hasBegun() {
        return handedOn > 0;
    }

    @Override
    public void onEvent(EventSource source, String id, String type, String data) {
        if (body.hasEnded()) {
            return;
        }
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
        if (broken || body.hasEnded()) {
            source.cancel();
        }
    }

    @Override
    public void onFailure(EventSource source, Throwable e, Response response) {
        failure = e;
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

    /** The bytes, no more of them at a time than one event may have. */
    private final class Counted extends ForwardingSource {
        Counted(Source source) {
            super(source);
        }

        @Override
        public long read(Buffer sink, long byteCount) throws IOException {
            long read = super.read(sink, byteCount);
            unread += Math.max(0, read);
            charge();
            return read;
        }
    }
}
