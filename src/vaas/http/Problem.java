package vaas.http;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import vaas.json.Json;

/**
 * A request that fails: the one shape of every error, on every path (RFC 9457). Thrown by whoever
 * notices, also from within a body that is being read, and turned into an answer in one place. The
 * detail is a sentence for the caller; it never repeats what the caller sent. Immutable.
 */
public final class Problem extends IOException {
    /** Type of the 503 of a server that stops. */
    public static final String STOPPING = "/docs#stopping";
    /** Type of the 503 while others hold too much of the heap. */
    public static final String SERVER_FULL = "/docs#server-full";
    /** Type of the 413 for what could never fit into the heap. */
    public static final String TOO_LONG_FOR_SERVER = "/docs#too-long-for-server";

    private static final long serialVersionUID = 1;
    private static final String NO_TYPE = "about:blank"; // the status says all
    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"), Map.entry(412, "Precondition Failed"),
            Map.entry(413, "Content Too Large"), Map.entry(415, "Unsupported Media Type"),
            Map.entry(421, "Misdirected Request"), Map.entry(422, "Unprocessable Content"),
            Map.entry(429, "Too Many Requests"), Map.entry(500, "Internal Server Error"),
            Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"), Map.entry(505, "HTTP Version Not Supported"),
            Map.entry(507, "Insufficient Storage"));

    private final int status;
    private final String type;
    private final transient Map<String, String> headers;

    public Problem(int status, String detail) {
        this(status, NO_TYPE, detail, Map.of());
    }

    private Problem(int status, String type, String detail, Map<String, String> headers) {
        super(detail);
        this.status = status;
        this.type = type;
        this.headers = headers;
    }

    /** Has no stack trace: it is an answer, not a fault. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    /** The same with a type, by which a program can tell causes of one status apart. */
    public Problem of(String uri) {
        return new Problem(status, uri, getMessage(), headers);
    }

    public Problem with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, type, getMessage(), more);
    }

    /** The same with Retry-After, in whole seconds rounded up, at least one. */
    public Problem retryAfter(Duration wait) {
        return with("Retry-After", Long.toString(Math.max(1, wait.plusMillis(999).toSeconds())));
    }

    public Response toResponse() {
        return Response.of(status, "application/problem+json", Json.write(members()))
                .with(headers);
    }

    /** For where a header can't be sent any more: JSON in which retry_after is a member. */
    public byte[] toEventData() {
        Map<String, Object> body = members();
        if (headers.containsKey("Retry-After")) {
            body.put("retry_after", Long.valueOf(headers.get("Retry-After")));
        }
        return Json.write(body);
    }

    private Map<String, Object> members() {
        return Json.object("type", type, "title", TITLES.getOrDefault(status, "Error"),
                "status", status, "detail", getMessage());
    }
}
