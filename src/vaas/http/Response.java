package vaas.http;

import java.util.Map;
import vaas.json.Json;

/**
 * An answer before it is written.
 *
 * @param body empty if there is none
 * @param headers besides those that every answer has
 */
public record Response(int status, String mediaType, byte[] body, Map<String, String> headers) {
    public static Response ok(Map<String, Object> members) {
        return new Response(200, "application/json", Json.write(members), Map.of());
    }

    /** Leaves the body out. */
    @Override
    public String toString() {
        return "Response[" + status + ", " + body.length + " bytes]";
    }
}
