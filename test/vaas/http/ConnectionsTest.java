package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.ChildJvm;

/**
 * However clients leave, the JDK's server counts them out. In a second JVM, whose server takes
 * eight connections: what it counted for ever would be used up soon.
 */
@Timeout(60)
class ConnectionsTest {
    private static final int CONNECTIONS = 8;
    /** Reached only by a server that counts wrong. */
    private static final long GIVES_UP_NANOS = 30_000_000_000L;

    private static final String[] SENT = {"GET / HTTP/1.1\r\nHost: localhost\r\nX: half a he",
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf",
        "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffff\r\n",
        "POST /big HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n",
        "GET /big HTTP/1.1\r\nHost: localhost\r\n\r\n", "GE"};

    @Test
    void whoLeavesIsCountedOut() throws IOException {
        assertEquals((CONNECTIONS + " held\n").repeat(SENT.length), ChildJvm.output(
                "-Djdk.httpserver.maxConnections=" + CONNECTIONS, Leaving.class));
    }

    /** Lets many clients leave, then tells how many others are served at a time. */
    static final class Leaving {
        public static void main(String[] args) throws Exception {
            Router router = new Router(new Guard("", Set.of(), Set.of(), List.of()),
                    new InFlight(), 100, new Watchdog(Duration.ofHours(1)), new Metrics())
                    .add("GET", "/", request -> Response.of(200, "text/plain", new byte[1]))
                    .add("GET", "/big", request -> Response.of(
                            200, "text/plain", new byte[5_000_000]));
            for (String sent : SENT) {
                try (JdkServer server = JdkServer.start(new InetSocketAddress(
                        InetAddress.getLoopbackAddress(), 0), "test", router)) {
                    leave(server, sent.getBytes(StandardCharsets.US_ASCII));
                    System.out.println(heldAtLast(server) + " held");
                }
            }
        }

        private static void leave(JdkServer server, byte[] sent) throws IOException {
            for (int i = 0; i < 5 * CONNECTIONS; i++) {
                try (Socket socket = connect(server)) {
                    socket.getOutputStream().write(sent);
                }
            }
        }

        /** How many, once all is seen. */
        private static int heldAtLast(JdkServer server) throws Exception {
            long end = System.nanoTime() + GIVES_UP_NANOS;
            int held = held(server);
            while (held < CONNECTIONS && end - System.nanoTime() > 0) {
                Await.pause();
                held = held(server);
            }
            return held;
        }

        private static int held(JdkServer server) throws IOException {
            List<Socket> sockets = new ArrayList<>();
            try {
                while (sockets.size() < CONNECTIONS) {
                    Socket socket = connect(server);
                    sockets.add(socket);
                    socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
                    if (socket.getInputStream().read() < 0) {
                        return sockets.size() - 1;
                    }
                }
                return sockets.size();
            } catch (IOException e) {
                return sockets.size() - 1;
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
        }

        private static Socket connect(JdkServer server) throws IOException {
            Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
            socket.setSoTimeout(10_000);
            return socket;
        }
    }
}
