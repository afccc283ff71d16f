package vaas.agent.client;

import java.io.IOException;
import java.io.OutputStream;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/**
 * A body that OkHttp may send once only: otherwise it would repeat a request by itself after a
 * 408, or a 503 with "Retry-After: 0", uncounted.
 */
public final class OneShotBody extends RequestBody {
    private static final MediaType JSON = MediaType.get("application/json");
    private static final int STEP_BYTES = 16 << 10;

    private final long length;
    private final Content content;

    /** Writes all of it, in steps that are as long as one likes. */
    @FunctionalInterface
    public interface Content {
        /** Called once. */
        void writeTo(OutputStream out) throws IOException;
    }

    /** A body of JSON that has so many bytes. */
    public OneShotBody(long length, Content content) {
        this.length = length;
        this.content = content;
    }

    @Override
    public MediaType contentType() {
        return JSON;
    }

    @Override
    public long contentLength() {
        return length;
    }

    @Override
    public boolean isOneShot() {
        return true;
    }

    // In steps, since okio copies what it is given before it sends any of it.
    @Override
    public void writeTo(BufferedSink sink) throws IOException {
        content.writeTo(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                sink.writeByte(b);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) throws IOException {
                for (int done = 0; done < length; done += STEP_BYTES) {
                    sink.write(bytes, offset + done, Math.min(STEP_BYTES, length - done));
                }
            }
        });
    }
}
