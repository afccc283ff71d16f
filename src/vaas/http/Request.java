package vaas.http;

import com.sun.net.httpserver.Headers;
import java.io.InputStream;
import java.util.Optional;
import vaas.metrics.Trace;

/**
 * A request that has been let in.
 *
 * @param id the same in the answer and in every log line about it
 * @param logId what stands in log lines for it: its id, and that of its trace
 * @param trace that it belongs to, if its caller says so
 * @param path as the router knows it, below the context
 * @param body to be read as it comes; empty unless the route wants bodies. Its exceptions are
 *     answered by the router: 413 if it is longer than it may be, 400 if it is broken
 */
public record Request(String id, String logId, Optional<Trace> trace, String remoteAddress,
        String path, Query query, Headers headers, InputStream body) {
    /** What stands in a path where its route has a name in braces. */
    public String lastSegment() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
