package vaas.http;

import java.util.LinkedHashMap;
import java.util.Map;
import vaas.json.Json;

/**
 * A request that fails: the one shape of every error, on every path (RFC 9457). Thrown by whoever
 * notices, turned into an answer in one place. The detail is a sentence for the caller; it never
 * repeats what the caller sent.
 */
public final class Problem extends Exception {
    /** Of every error. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final long serialVersionUID = 1;
    private static final Map<Integer, String> TITLES = Map.ofEntries(
            Map.entry(400, "Bad Request"), Map.entry(401, "Unauthorized"),
            Map.entry(403, "Forbidden"), Map.entry(404, "Not Found"),
            Map.entry(405, "Method Not Allowed"), Map.entry(413, "Content Too Large"),
            Map.entry(415, "Unsupported Media Type"), Map.entry(421, "Misdirected Request"),
            Map.entry(422, "Unprocessable Content"), Map.entry(500, "Internal Server Error"),
            Map.entry(502, "Bad Gateway"), Map.entry(503, "Service Unavailable"),
            Map.entry(504, "Gateway Timeout"), Map.entry(507, "Insufficient Storage"));

    private final int status;
    private final transient Map<String, String> headers;

    public Problem(int status, String detail) {
        this(status, detail, Map.of());
    }

    public Problem(int status, String detail, Map<String, String> headers) {
        super(detail, null, false, false); // no stack trace: it is an answer, not a fault
        this.status = status;
        this.headers = headers;
    }

    public Response toResponse() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("type", "about:blank");
        body.put("title", TITLES.getOrDefault(status, "Error"));
        body.put("status", status);
        body.put("detail", getMessage());
        return new Response(status, MEDIA_TYPE, Json.write(body), headers);
    }
}
