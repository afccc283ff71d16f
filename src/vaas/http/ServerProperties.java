package vaas.http;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The properties of {@code com.sun.net.httpserver}. They are read once, when its first class
 * loads, so {@link #apply} comes before any use of the server. What the operator has set stays.
 */
final class ServerProperties {
    private static final int CONNECTIONS_MAX = 10_000;
    private static final int HEAP_BYTES_EACH = 128 << 10;
    private static final Pattern OPEN_FILES =
            Pattern.compile("Max open files\\s+(\\d+)"); // as Linux prints it

    private static final Map<String, String> VALUES = Map.of(
            // Without it JDK 17 waits 40 ms for a delayed acknowledgement at every answer.
            "sun.net.httpserver.nodelay", "true",
            // Past it connections are closed without notice after an answer.
            "sun.net.httpserver.maxIdleConnections", Integer.toString(CONNECTIONS_MAX),
            // Seconds, though documented as milliseconds: from the first byte of a request to the
            // last of its body. A slow client holds a thread no longer than this.
            "sun.net.httpserver.maxReqTime", "15",
            // Seconds; longer than clients and proxies keep a connection that they may reuse.
            "sun.net.httpserver.idleInterval", "75",
            "sun.net.httpserver.maxReqHeaders", "64",
            "sun.net.httpserver.maxReqHeaderSize", "32768",
            "jdk.httpserver.maxConnections", Integer.toString(connectionsMax()));

    private ServerProperties() {}

    static void apply() {
        // With assertions on, some malformed bodies would end the server's dispatcher for good.
        ClassLoader.getPlatformClassLoader()
                .setPackageAssertionStatus("sun.net.httpserver", false);
        VALUES.forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    /**
     * Half of the files that the process may open, since the model's connections need some too; and
     * no more than the heap could give 128 KiB each, if all sent a short body at a time.
     */
    static int connectionsMax() {
        long byHeap = Runtime.getRuntime().maxMemory() / HEAP_BYTES_EACH;
        return (int) Math.min(Math.min(CONNECTIONS_MAX, openFilesMax() / 2), byHeap);
    }

    private static int openFilesMax() {
        try {
            Matcher limit = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? Integer.parseInt(limit.group(1)) : 2 * CONNECTIONS_MAX;
        } catch (IOException | NumberFormatException e) {
            return 2 * CONNECTIONS_MAX; // not Linux, or more than fits an int
        }
    }
}
