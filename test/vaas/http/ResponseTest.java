package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient;
import vaas.metrics.Metrics;

/** Answers that write themselves, over the wire: whole, broken off, and not read by anybody. */
@Timeout(60)
class ResponseTest {
    private static final int LONG = 50_000_000;

    private final CountDownLatch ended = new CountDownLatch(1);
    private JdkServer server;

    /** Serves one answer; how long a write may take is a tenth of a second. */
    private void serve(long length, Response.Body body) throws IOException {
        Router router = new Router(new Guard("", Set.of(), Set.of(), List.of()), new InFlight(), 1,
                new Watchdog(Duration.ofMillis(100)), new Metrics())
                .add("GET", "/", request -> Response.of(200, "text/plain", length, body)
                        .whenEnded(ended::countDown));
        server = JdkServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test", router);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** All that the server sends until it ends the connection. */
    private String everything() throws IOException {
        try (Socket socket = new Socket(
                server.address().getAddress(), server.address().getPort())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(("GET / HTTP/1.1\r\nHost: localhost\r\n"
                    + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            StringBuilder all = new StringBuilder();
            try {
                for (int c = socket.getInputStream().read(); c >= 0;
                        c = socket.getInputStream().read()) {
                    all.append((char) c);
                }
            } catch (SocketException e) {
                // a reset is an end too
            }
            return all.toString();
        }
    }

    private static void twice(OutputStream out) throws IOException {
        out.write("one".getBytes(StandardCharsets.US_ASCII));
        out.flush();
        out.write("two".getBytes(StandardCharsets.US_ASCII));
    }

    @Test
    void aKnownLengthIsAnnounced() throws IOException {
        serve(6, ResponseTest::twice);
        try (RawClient client = RawClient.to(server.url())) {
            RawClient.Answer answer = client.ask("GET /", "");
            assertEquals(Optional.of("6"), answer.header("Content-Length"));
            assertEquals("onetwo", answer.body());
            assertEquals(200, client.ask("GET /", "").status());
        }
    }

    @Test
    void oneOfUnknownLengthIsChunkedAndEndsWell() throws IOException {
        serve(Response.UNKNOWN, ResponseTest::twice);
        String answer = everything();
        assertTrue(answer.contains("Transfer-encoding: chunked"), answer);
        assertTrue(answer.contains("one") && answer.contains("two"), answer);
        assertTrue(answer.endsWith("\r\n0\r\n\r\n"), answer);
    }

    @ParameterizedTest
    @ValueSource(longs = {Response.UNKNOWN, 1000})
    void whatBreaksOffNeverLooksWhole(long length) throws Exception {
        serve(length, out -> {
            twice(out);
            out.flush();
            throw new IOException("the source is gone");
        });
        String answer = everything();
        assertTrue(answer.contains("one"), answer);
        assertFalse(answer.contains("\r\n0\r\n"), answer);
        ended.await();
    }

    @Test
    void aFaultInTheMiddleBreaksOffTooAndTheNextIsServed() throws Exception {
        serve(Response.UNKNOWN, out -> {
            twice(out);
            if (ended.getCount() > 0) {
                throw new IllegalStateException();
            }
        });
        assertFalse(everything().contains("\r\n0\r\n"));
        ended.await();
        assertTrue(everything().contains("\r\n0\r\n"));
    }

    @ParameterizedTest
    @ValueSource(longs = {Response.UNKNOWN, LONG})
    void aClientThatReadsNothingIsCutAndTheNextIsServed(long length) throws Exception {
        serve(length, out -> out.write(new byte[LONG]));
        try (RawClient deaf = RawClient.to(server.url())) {
            deaf.send(RawClient.request("GET /", ""));
            ended.await();
            assertTrue(deaf.readHead().status() == 200);
        }
        try (RawClient client = RawClient.to(server.url())) {
            client.send(RawClient.request("GET /", ""));
            assertEquals(200, client.readHead().status());
        }
    }
}
