package vaas.agent.client;

import java.io.IOException;
import java.io.UncheckedIOException;
import okhttp3.MediaType;
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

/**
 * The reading of an event stream (WHATWG server-sent events) by okhttp-sse, which bounds neither
 * lines nor events: its reader has to, and is told of the bytes before they are kept.
 */
public final class EventStream {
    /** Belongs to no line. Okhttp-sse takes it for a part of the first field's name. */
    private static final ByteString BYTE_ORDER_MARK = ByteString.encodeUtf8("\ufeff");

    private EventStream() {}

    /** Who reads one, on one thread. */
    public interface Reader {
        /** Counts bytes, of lines of any kind; throws to end the reading. */
        void count(long bytes) throws IOException;

        /**
         * Takes the data of one event, which may be empty, and tells whether it wants more; throws
         * an {@link UncheckedIOException} to end the reading.
         */
        boolean take(String data);
    }

    /** Whether an answer is one. */
    public static boolean isOne(Response response) {
        MediaType type = response.body().contentType(); // names in lower case
        return type != null && type.type().equals("text")
                && type.subtype().equals("event-stream");
    }

    /** Reads an answer of 2xx that is one, to its end or until its reader wants no more. */
    public static void read(Response response, Reader reader) throws IOException {
        ResponseBody all = response.body();
        BufferedSource source = Okio.buffer(new ForwardingSource(all.source()) {
            @Override
            public long read(Buffer sink, long byteCount) throws IOException {
                long read = super.read(sink, byteCount);
                reader.count(Math.max(0, read));
                return read;
            }
        });
        if (source.rangeEquals(0, BYTE_ORDER_MARK)) {
            source.skip(BYTE_ORDER_MARK.size());
        }
        ResponseBody counted = ResponseBody.create(source, all.contentType(), -1);
        Listener listener = new Listener(reader);
        EventSources.processResponse(response.newBuilder().body(counted).build(), listener);
        if (listener.failure instanceof IOException e) {
            throw e;
        } else if (listener.failure instanceof RuntimeException e) {
            throw e;
        }
    }

    /** Reads an answer that is none. Of that, too, the bytes are counted before they are kept. */
    public static byte[] whole(Response response, Reader reader) throws IOException {
        BufferedSource source = response.body().source();
        for (long read = 0; source.request(read + 1); read = source.getBuffer().size()) {
            reader.count(source.getBuffer().size() - read);
        }
        return source.readByteArray();
    }

    private static final class Listener extends EventSourceListener {
        private final Reader reader;
        private boolean ended;
        private Throwable failure;

        Listener(Reader reader) {
            this.reader = reader;
        }

        @Override
        public void onEvent(EventSource source, String id, String type, String data) {
            ended = ended || !reader.take(data);
            if (ended) {
                source.cancel();
            }
        }

        @Override
        public void onFailure(EventSource source, Throwable e, Response response) {
            failure = ended ? null : e; // the end is a failure, too
        }
    }
}
