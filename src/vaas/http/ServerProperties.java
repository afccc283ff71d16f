package vaas.http;

import java.util.Map;
import vaas.budget.Budget;

/**
 * The properties of {@code com.sun.net.httpserver}. They are read once, when its first class
 * loads, so {@link #apply} comes before any use of the server. What the operator has set stays.
 */
public final class ServerProperties {
    private ServerProperties() {}

    /** Sets what is not set; without effect once the JDK's server has been used in this JVM. */
    public static void apply(Budget budget) {
        // With assertions on, some malformed bodies would end the server's dispatcher for good.
        ClassLoader.getPlatformClassLoader()
                .setPackageAssertionStatus("sun.net.httpserver", false);
        values(budget).forEach((name, value) -> {
            if (System.getProperty(name) == null) {
                System.setProperty(name, value);
            }
        });
    }

    private static Map<String, String> values(Budget budget) {
        String connections = Integer.toString(budget.connections());
        return Map.of(
                // Without it JDK 17 waits 40 ms for a delayed acknowledgement at every answer.
                "sun.net.httpserver.nodelay", "true",
                // Past it connections are closed without notice after an answer.
                "sun.net.httpserver.maxIdleConnections", connections,
                // Seconds, though documented as milliseconds: from the first byte of a request to
                // the last of its body. A slow client holds a thread no longer than this.
                "sun.net.httpserver.maxReqTime", "15",
                // Seconds; longer than clients and proxies keep a connection that they may reuse.
                "sun.net.httpserver.idleInterval", "75",
                "sun.net.httpserver.maxReqHeaders", "64",
                "sun.net.httpserver.maxReqHeaderSize", Integer.toString(budget.headBytes()),
                "jdk.httpserver.maxConnections", connections);
    }
}
