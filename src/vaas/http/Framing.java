package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a request's body ends (RFC 9112 section 6.3). The JDK's server is lenient here, and what
 * two parties read differently is how requests are smuggled past a proxy; so whatever is not plain
 * is refused, before anything else is looked at.
 */
final class Framing {
    private static final Pattern VERSION = Pattern.compile("HTTP/[0-9]\\.[0-9]");
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final int DIGITS_MAX = 18; // what fits a long, and is far too much already

    private Framing() {}

    /** Refuses other protocols, 505, and what ends in two ways at once or makes no sense, 400. */
    static void check(Headers headers, String protocol) throws Problem {
        if (!protocol.equals("HTTP/1.1") && !protocol.equals("HTTP/1.0")) {
            throw VERSION.matcher(protocol).matches()
                    ? new Problem(505, "HTTP/1.1 and HTTP/1.0 are spoken here.")
                    : new Problem(400, "The request line does not end in a version of HTTP.");
        }
        List<String> lengths = headers.getOrDefault("Content-Length", List.of());
        List<String> codings = headers.getOrDefault("Transfer-Encoding", List.of());
        if (lengths.size() > 1 || !lengths.stream().allMatch(it -> DIGITS.matcher(it).matches())) {
            throw new Problem(400, "Content-Length must be one number.");
        }
        if (!codings.isEmpty() && !isChunked(codings)) {
            throw new Problem(400, "Transfer-Encoding can only be chunked.");
        }
        if (!codings.isEmpty() && (!lengths.isEmpty() || !protocol.equals("HTTP/1.1"))) {
            throw new Problem(400,
                    "Transfer-Encoding goes with HTTP/1.1 only, and not with Content-Length.");
        }
    }

    /** Whether a request that has been checked has a body at all. */
    static boolean announcesBody(Headers headers) {
        String length = headers.getFirst("Content-Length");
        return headers.containsKey("Transfer-Encoding") || length != null && !length.equals("0");
    }

    /** Whether it says that its body is longer than that. */
    static boolean announcesMoreThan(Headers headers, int bytesMax) {
        String length = headers.getFirst("Content-Length");
        return length != null
                && (length.length() > DIGITS_MAX || Long.parseLong(length) > bytesMax);
    }

    private static boolean isChunked(List<String> codings) {
        return codings.size() == 1 && FieldValue.trim(codings.get(0)).equalsIgnoreCase("chunked");
    }
}
