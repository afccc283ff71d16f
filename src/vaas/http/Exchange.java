package vaas.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** One exchange with a client: reads the body within its bound, writes the one answer. */
final class Exchange {
    private static final Pattern REQUEST_ID = Pattern.compile("[!-~]{1,128}");
    /** More than any setting takes; what is skipped costs no memory. */
    private static final int SKIP_BYTES_MAX = 40 << 20;

    private final HttpExchange http;
    private final int bodyBytesMax;
    private final String id;
    private final boolean hasBody;
    private final BoundedBody body;
    private boolean answered;
    private int status; // of the answer, 0 before
    private int bytes; // of the answer's body

    Exchange(HttpExchange http, int bodyBytesMax) {
        this.http = http;
        this.bodyBytesMax = bodyBytesMax;
        this.hasBody = Framing.announcesBody(headers());
        this.body = new BoundedBody(http.getRequestBody(), bodyBytesMax);
        this.id = requestId(headers().getOrDefault("X-Request-Id", List.of()));
    }

    String id() {
        return id;
    }

    String method() {
        return http.getRequestMethod();
    }

    String protocol() {
        return http.getProtocol();
    }

    URI target() {
        return http.getRequestURI();
    }

    String remoteAddress() {
        return http.getRemoteAddress().getAddress().getHostAddress();
    }

    Headers headers() {
        return http.getRequestHeaders();
    }

    boolean answered() {
        return answered;
    }

    int status() {
        return status;
    }

    int bytes() {
        return bytes;
    }

    /**
     * The request for a route. A body that is not wanted is dropped as it comes, whatever its
     * length; a broken one is left, and the connection ends after the answer.
     *
     * @throws Problem 413 at once if the head says that a wanted body is too long
     */
    Request request(boolean withBody) throws Problem {
        if (!hasBody || !withBody) {
            dropBody();
            return new Request(id, remoteAddress(), headers(), InputStream.nullInputStream());
        }
        if (Framing.announcesMoreThan(headers(), bodyBytesMax)) {
            throw BoundedBody.tooLong(bodyBytesMax);
        }
        return new Request(id, remoteAddress(), headers(), body);
    }

    private void dropBody() {
        try {
            body.drop(hasBody ? Long.MAX_VALUE : 0);
        } catch (IOException e) {
            // the answer does not depend on it
        }
    }

    /** Writes the answer. A client that has left is no failure: the work is done. */
    void answer(Response response, Map<String, String> headers) throws IOException {
        boolean head = method().equals("HEAD");
        byte[] content = response.body();
        boolean bodyless = head || content.length == 0;
        boolean unread = hasBody && !body.hasEnded();
        Headers out = http.getResponseHeaders();
        headers.forEach(out::set);
        response.headers().forEach((name, value) -> set(out, name, value));
        out.set("Cache-Control", "no-store");
        out.set("X-Request-Id", id);
        if (unread) {
            out.set("Connection", "close"); // what follows can't be told from a next request
        }
        if (!bodyless || head) {
            out.set("Content-Type", response.mediaType());
        }
        answered = true;
        status = response.status();
        http.sendResponseHeaders(status, bodyless ? -1 : content.length);
        if (!bodyless) {
            bytes = content.length;
            http.getResponseBody().write(content);
            http.getResponseBody().flush();
        }
        if (unread) {
            // A client that is still sending would get a reset instead of its answer. The server's
            // sweeper bounds the time, as it does for every body.
            body.drop(SKIP_BYTES_MAX);
        }
    }

    // What an answer depends on is the sum of what its parts depend on.
    private static void set(Headers out, String name, String value) {
        String before = name.equals("Vary") ? out.getFirst(name) : null;
        out.set(name, before == null ? value : before + ", " + value);
    }

    private static String requestId(List<String> given) {
        return given.size() == 1 && REQUEST_ID.matcher(given.get(0)).matches()
                ? given.get(0) : UUID.randomUUID().toString();
    }
}
