package vaas.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** One exchange with a client: reads the body within its bound, writes the one answer. */
final class Exchange {
    private static final Pattern REQUEST_ID = Pattern.compile("[ -~]{1,128}");
    private static final int SKIP_BUFFER_BYTES = 16 << 10;
    /** More than any setting takes; what is skipped costs no memory. */
    private static final int SKIP_BYTES_MAX = 40 << 20;

    private final HttpExchange http;
    private final int bodyBytesMax;
    private final String id;
    private boolean bodyRead;
    private boolean answered;
    private int status; // of the answer, 0 before
    private int bytes; // of the answer's body

    Exchange(HttpExchange http, int bodyBytesMax) {
        this.http = http;
        this.bodyBytesMax = bodyBytesMax;
        this.bodyRead = !Framing.announcesBody(headers());
        this.id = requestId(headers().getOrDefault("X-Request-Id", List.of()));
    }

    String id() {
        return id;
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

    /** Reads the whole body, or throws 413 once it is longer than it may be. */
    byte[] body(BodyBudget.Share share) throws IOException, Problem {
        byte[] body = new byte[0];
        if (bodyRead) {
            return body; // there is none, so nothing is taken from the others' share
        }
        if (!Framing.announcesMoreThan(headers(), bodyBytesMax)) {
            body = share.read(http.getRequestBody(), bodyBytesMax);
            bodyRead = body.length <= bodyBytesMax;
        }
        if (!bodyRead) {
            throw new Problem(413, "The body is longer than " + bodyBytesMax + " bytes.");
        }
        return body;
    }

    /** Writes the answer. A client that has left is no failure: the work is done. */
    void answer(Response response, Map<String, String> headers) throws IOException {
        boolean head = http.getRequestMethod().equals("HEAD");
        byte[] body = response.body();
        boolean bodyless = head || body.length == 0;
        Headers out = http.getResponseHeaders();
        headers.forEach(out::set);
        response.headers().forEach(out::set);
        out.set("Cache-Control", "no-store");
        out.set("X-Request-Id", id);
        if (!bodyRead) {
            out.set("Connection", "close"); // what follows can't be told from a next request
        }
        if (!bodyless || head) {
            out.set("Content-Type", response.mediaType());
        }
        answered = true;
        status = response.status();
        http.sendResponseHeaders(status, bodyless ? -1 : body.length);
        if (!bodyless) {
            bytes = body.length;
            http.getResponseBody().write(body);
            http.getResponseBody().flush();
        }
        if (!bodyRead) {
            skipBody();
        }
    }

    // A client that is still sending would get a reset instead of its answer. The server's sweeper
    // bounds the time, as it does for every body.
    private void skipBody() throws IOException {
        InputStream body = http.getRequestBody();
        byte[] buffer = new byte[SKIP_BUFFER_BYTES];
        int left = SKIP_BYTES_MAX;
        for (int read = 0; read >= 0 && left > 0; left -= read) {
            read = body.read(buffer);
        }
    }

    private static String requestId(List<String> given) {
        return given.size() == 1 && REQUEST_ID.matcher(given.get(0)).matches()
                ? given.get(0) : UUID.randomUUID().toString();
    }
}
