package vaas.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import vaas.metrics.Trace;

/** One exchange with a client: reads the body within its bound, writes the one answer. */
final class Exchange implements Closeable {
    private static final Pattern REQUEST_ID = Pattern.compile("[!-~]{1,128}");
    /** More than any setting takes; what is skipped costs no memory. */
    private static final int SKIP_BYTES_MAX = 40 << 20;

    private final HttpExchange http;
    private final int bodyBytesMax;
    private final Watchdog watchdog;
    private final String id;
    private final Optional<Trace> trace;
    private final String logId; // with that of the trace
    private final boolean hasBody;
    private final BoundedBody body;
    private int status; // of the answer, 0 before
    private long bytes; // of the answer's body
    private boolean complete; // written, closed, and ready for a next request

    Exchange(HttpExchange http, int bodyBytesMax, Watchdog watchdog) {
        this.http = http;
        this.watchdog = watchdog;
        this.bodyBytesMax = bodyBytesMax;
        this.hasBody = Framing.announcesBody(headers());
        this.body = new BoundedBody(http.getRequestBody(), bodyBytesMax);
        this.id = requestId(headers().getOrDefault("X-Request-Id", List.of()));
        this.trace = Trace.of(headers().getOrDefault("traceparent", List.of()));
        this.logId = trace.map(it -> id + " trace " + it.id()).orElse(id);
    }

    /** What stands in log lines for the request. */
    String logId() {
        return logId;
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

    /** Where the path begins that a route is looked up by; empty for the whole. */
    String contextPath() {
        String context = http.getHttpContext().getPath();
        return context.endsWith("/") ? context.substring(0, context.length() - 1) : context;
    }

    Headers headers() {
        return http.getRequestHeaders();
    }

    int status() {
        return status;
    }

    long bytes() {
        return bytes;
    }

    /**
     * The request for a route. A body that is not wanted is dropped as it comes, whatever its
     * length; a broken one is left, and the connection ends after the answer.
     *
     * @throws Problem 413 at once if the head says that a body to be read is too long
     */
    Request request(String path, Route.BodyUse use) throws Problem {
        if (use == Route.BodyUse.READ && Framing.announcesMoreThan(headers(), bodyBytesMax)) {
            throw BoundedBody.tooLong(bodyBytesMax);
        }
        if (use == Route.BodyUse.DROPPED) {
            dropBody();
        } else if (use == Route.BodyUse.SKIMMED) {
            body.skim();
        }
        return new Request(id, logId, trace,
                http.getRemoteAddress().getAddress().getHostAddress(), path,
                new Query(target().getRawQuery()), headers(), body);
    }

    private void dropBody() {
        try {
            body.drop(Long.MAX_VALUE);
        } catch (IOException e) {
            // the answer does not depend on it
        }
    }

    /** Sets a header of the answer, whatever that is going to be. */
    void header(String name, String value) {
        // What an answer depends on is the sum of what its parts depend on.
        String before = name.equals("Vary") ? http.getResponseHeaders().getFirst(name) : null;
        http.getResponseHeaders().set(name, before == null ? value : before + ", " + value);
    }

    /** Writes the answer. A client that has left is no failure: the work is done. */
    void answer(Response response) throws IOException {
        boolean bodyless = response.length() == 0 || method().equals("HEAD");
        boolean unread = hasBody && !body.hasEnded();
        setHeaders(response, unread);
        status = response.status();
        Watchdog.Watch watch = watchdog.watch();
        try (watch) {
            // For the JDK -1 is no body, and 0 is one of unknown length.
            long announced = bodyless ? -1 : Math.max(response.length(), 0);
            watch.run(() -> http.sendResponseHeaders(status, announced));
            OutputStream out = watch.over(http.getResponseBody());
            if (!bodyless) {
                response.body().writeTo(out);
                out.flush();
            }
            if (unread) {
                // A client that is still sending would get a reset instead of its answer. The
                // server's sweeper bounds the time, as it does for every body.
                body.drop(SKIP_BYTES_MAX);
            }
            out.close(); // may write an end, so it is watched
            complete = true;
        } finally {
            bytes = watch.bytes();
        }
    }

    private void setHeaders(Response response, boolean unread) {
        Headers out = http.getResponseHeaders();
        response.headers().forEach(this::header);
        out.putIfAbsent("Cache-Control", List.of("no-store"));
        out.set("X-Request-Id", id);
        if (unread) {
            out.set("Connection", "close"); // what follows can't be told from a next request
        }
        if (!response.mediaType().isEmpty()) {
            out.set("Content-Type", response.mediaType());
            if (response.length() >= 0) { // which the JDK leaves to its caller at a HEAD
                out.set("Content-Length", Long.toString(response.length()));
            }
        }
    }

    /**
     * Gives the connection back, or has it closed. After an answer that broke off, the JDK's own
     * close would write a last chunk, so that the client thinks it has all; and after any failure
     * it would count the connection for ever, until there are as many as there may be.
     *
     * @throws IOException by which the JDK's server closes the connection, and counts it out
     */
    @Override
    public void close() throws IOException {
        if (!complete) {
            throw new IOException("the answer broke off");
        }
        try {
            http.close();
        } catch (RuntimeException e) { // the JDK's own, of a chunk that it can't count
            throw new IOException("the connection can't be used any more", e);
        }
    }

    private static String requestId(List<String> given) {
        if (given.size() == 1 && REQUEST_ID.matcher(given.get(0)).matches()) {
            return given.get(0);
        }
        ThreadLocalRandom random = ThreadLocalRandom.current(); // unique, and no secret
        return new UUID(random.nextLong(), random.nextLong()).toString();
    }
}
