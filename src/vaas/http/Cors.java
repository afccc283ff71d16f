package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.LinkedHashMap;
import java.util.Map;

/** What browsers want to read on answers for an origin that is allowed (Fetch standard, CORS). */
final class Cors {
    private Cors() {}

    /** Lets the origin's pages read the answer, whatever it is. */
    static void allow(String origin, Exchange exchange) {
        exchange.header("Access-Control-Allow-Origin", origin);
        exchange.header("Access-Control-Expose-Headers",
                "ETag, Idempotency-Replayed, Retry-After, X-Request-Id");
        exchange.header("Vary", "Origin");
    }

    /** A browser's question before the request itself; it carries no token. */
    static boolean isPreflight(Exchange exchange) {
        return exchange.method().equals("OPTIONS")
                && exchange.headers().containsKey("Access-Control-Request-Method");
    }

    static Response preflight(Headers asked, String methods) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Access-Control-Allow-Methods", methods);
        headers.put("Access-Control-Allow-Headers", "Authorization, Content-Type,"
                + " Idempotency-Key, If-Match, If-None-Match, X-Request-Id, traceparent");
        headers.put("Access-Control-Max-Age", "600");
        if (asked.containsKey("Access-Control-Request-Private-Network")) {
            headers.put("Access-Control-Allow-Private-Network", "true");
        }
        return Response.of(204, "", new byte[0]).with(headers);
    }
}
