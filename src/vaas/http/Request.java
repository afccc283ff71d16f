package vaas.http;

import com.sun.net.httpserver.Headers;
import java.io.InputStream;

/**
 * A request that has been let in.
 *
 * @param id the same in the answer and in every log line about it
 * @param body to be read as it comes; empty unless the route reads bodies. Its exceptions are
 *     answered by the router: 413 if it is longer than it may be, 400 if it is broken
 */
public record Request(String id, String remoteAddress, Headers headers, InputStream body) {
    /** Whether one was sent, also where the route does not read it. */
    public boolean hasBody() {
        return Framing.announcesBody(headers);
    }
}
