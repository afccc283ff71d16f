package vaas.api;

import java.util.Map;

/**
 * An answer before it is written.
 *
 * @param body members of one JSON object, in their order
 * @param headers besides those that every answer has
 */
record Response(int status, String mediaType, Map<String, Object> body,
        Map<String, String> headers) {
    /** Leaves the body out. */
    @Override
    public String toString() {
        return "Response[" + status + "]";
    }

    static Response ok(Map<String, Object> body) {
        return new Response(200, "application/json", body, Map.of());
    }
}
