package vaas.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.Map;
import vaas.json.Json;

/**
 * An answer before it is written. Immutable, but for what its end sets free: whoever gets it closes
 * it once it is written, or could not be.
 *
 * @param length of the body, or {@link #UNKNOWN}
 * @param headers besides those that every answer has
 * @param end runs when it is closed
 */
public record Response(int status, String mediaType, long length, Body body,
        Map<String, String> headers, Runnable end) implements AutoCloseable {
    /**
     * Length of what ends by itself only, as a stream of events does: with an event of its own, by
     * which a client tells the end from a break.
     */
    public static final long UNKNOWN = -1;

    /** What writes itself, once, to the client. */
    @FunctionalInterface
    public interface Body {
        /**
         * Writes exactly as many bytes as were announced. If it throws, the connection breaks, so
         * that what the client has got never looks whole.
         *
         * @param out written through to the client by its {@code flush}; a client that does not
         *     read makes it throw after a while
         */
        void writeTo(OutputStream out) throws IOException;
    }

    public static Response of(int status, String mediaType, long length, Body body) {
        return new Response(status, mediaType, length, body, Map.of(), () -> {});
    }

    /** An answer of bytes that are there already; kept, not copied. */
    public static Response of(int status, String mediaType, byte[] content) {
        return of(status, mediaType, content.length, out -> out.write(content));
    }

    /** An answer of 200 with a JSON object, whose members keep their order. */
    public static Response ok(Map<String, Object> members) {
        return of(200, "application/json", Json.write(members));
    }

    public Response with(Map<String, String> others) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.putAll(others);
        return new Response(status, mediaType, length, body, more, end);
    }

    /** The same, whose end sets something free: run once, when it is written or could not be. */
    public Response whenEnded(Runnable more) {
        return new Response(status, mediaType, length, body, headers, () -> {
            end.run();
            more.run();
        });
    }

    @Override
    public void close() {
        end.run();
    }

    /** Leaves the body out. */
    @Override
    public String toString() {
        return "Response[" + status + ", " + length + " bytes]";
    }
}
