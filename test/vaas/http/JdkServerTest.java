package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class JdkServerTest {
    private static JdkServer start(String host, HttpHandler handler) throws IOException {
        return JdkServer.start(
                new InetSocketAddress(InetAddress.getByName(host), 0), "test", handler);
    }

    private static void echoPath(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] path = exchange.getRequestURI().getRawPath().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, path.length);
            exchange.getResponseBody().write(path);
        }
    }

    /** Speaks over a connection of its own to its end. */
    private static String ask(JdkServer server, String path) throws IOException {
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n"
                    + "Connection: close\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
            return new String(
                    socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    private static Socket connect(JdkServer server) throws IOException {
        Socket socket = new Socket(server.address().getAddress(), server.address().getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    @Test
    void oneHandlerGetsEveryPath() throws IOException {
        try (JdkServer server = start("127.0.0.1", JdkServerTest::echoPath)) {
            for (String path : List.of("/", "/chat", "/a/b%20c", "/%2e%2e/x")) {
                String answer = ask(server, path);
                assertTrue(answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("\n" + path),
                        answer);
            }
        }
    }

    @Test
    void aFreePortIsPickedAndTold() throws IOException {
        try (JdkServer server = start("127.0.0.1", JdkServerTest::echoPath)) {
            assertTrue(server.address().getPort() > 0);
            assertEquals(URI.create("http://127.0.0.1:" + server.address().getPort()),
                    server.url());
        }
    }

    @Test
    void anAddressOfIpV6StandsInBrackets() throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getByName("::1"), 0);
        assumeTrue(hasIpV6());
        try (JdkServer server = JdkServer.start(address, "test", JdkServerTest::echoPath)) {
            assertEquals("[0:0:0:0:0:0:0:1]", server.url().getHost());
            assertTrue(ask(server, "/").startsWith("HTTP/1.1 200 "));
        }
    }

    private static boolean hasIpV6() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("::1"))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void aPortInUseIsNamed() throws IOException {
        try (JdkServer server = start("127.0.0.1", JdkServerTest::echoPath)) {
            IOException e = assertThrows(IOException.class, () -> JdkServer.start(
                    server.address(), "second", JdkServerTest::echoPath));
            assertTrue(e.getMessage().startsWith("can't listen on 127.0.0.1 port "
                    + server.address().getPort() + ": "), e.getMessage());
        }
    }

    @Test
    void halfSentHeadsStopNobodyElse() throws IOException {
        List<Socket> slow = new ArrayList<>();
        try (JdkServer server = start("127.0.0.1", JdkServerTest::echoPath)) {
            for (int i = 0; i < 100; i++) {
                Socket socket = connect(server);
                slow.add(socket);
                socket.getOutputStream().write('G');
            }
            assertTrue(ask(server, "/").startsWith("HTTP/1.1 200 "));
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    @Test
    void closingCutsConnectionsAndTellsTheHandler() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        JdkServer server = start("127.0.0.1", exchange -> {
            begun.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        try (Socket socket = connect(server)) {
            socket.getOutputStream().write(
                    "GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            begun.await();
            server.close();
            interrupted.await();
            assertTrue(isCut(socket));
        }
        assertThrows(ConnectException.class, () -> connect(server).close());
        server.close();
    }

    private static boolean isCut(Socket socket) {
        try {
            return socket.getInputStream().read() < 0;
        } catch (IOException e) {
            return !(e instanceof SocketTimeoutException);
        }
    }
}
