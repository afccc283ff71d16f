package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.testing.Talk;

/**
 * Many chats in flight with a long history, in a process with little heap: a second JVM, which the
 * heap's end would end.
 */
@Tag("long")
@Timeout(60)
class SmallHeapTest {
    private static final int CHATS = 200;
    private static final String ANSWER = "{\"choices\":[{\"message\":{\"content\":\"fine\"}}]}";

    @TempDir
    Path folder;

    @Test
    void chatsInFlightHoldNoCopiesOfTheirHistory() throws Exception {
        try (ServerSocket model = new ServerSocket(0, CHATS, InetAddress.getLoopbackAddress())) {
            Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                    "-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1", "-ea",
                    "-Djava.util.logging.config.file=test/logging.properties",
                    "-cp", System.getProperty("java.class.path"), Asking.class.getName(),
                    folder.toString(), Integer.toString(model.getLocalPort()))
                    .redirectErrorStream(true).start();
            Thread serving = new Thread(() -> serveTogether(model));
            serving.setDaemon(true);
            serving.start();
            try {
                assertEquals("{Answered=" + CHATS + "}", new String(
                        process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            } finally {
                process.destroyForcibly();
            }
        }
    }

    /** A model that answers nobody before all have asked, and keeps nothing of what they ask. */
    private static void serveTogether(ServerSocket model) {
        CountDownLatch asked = new CountDownLatch(CHATS);
        for (int i = 0; i < CHATS; i++) {
            try {
                Socket socket = model.accept();
                Thread thread = new Thread(() -> serve(socket, asked));
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                return; // the test is over
            }
        }
    }

    private static void serve(Socket socket, CountDownLatch asked) {
        try (socket; DataInputStream in = new DataInputStream(socket.getInputStream())) {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                head.append((char) in.readUnsignedByte());
            }
            in.skipNBytes(Long.parseLong(
                    head.toString().replaceFirst("(?s).*Content-Length: ([0-9]+).*", "$1")));
            asked.countDown();
            asked.await();
            socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Length: "
                    + ANSWER.length() + "\r\n\r\n" + ANSWER).getBytes(StandardCharsets.UTF_8));
            in.read(); // until the client ends it
        } catch (IOException | InterruptedException e) {
            // the client's outcome tells
        }
    }

    /** As many chats at once, after a turn that is long, longer still as JSON. */
    static final class Asking {
        public static void main(String[] args) throws Exception {
            Map<String, Integer> outcomes = new TreeMap<>();
            try (Talk memory = Talk.open(Path.of(args[0]));
                    GroqAgent agent = GroqAgent.open(GroqClient.options().baseUrl(
                            "http://127.0.0.1:" + args[1] + "/v1"), memory.folder,
                            GroqAgent.options().timeout(Duration.ofSeconds(50)))) {
                memory.store("\u0001".repeat(100_000), "a".repeat(100_000));
                Thread[] threads = new Thread[CHATS];
                for (int i = 0; i < CHATS; i++) {
                    threads[i] = new Thread(() -> {
                        Reply reply = agent.chat(Question.of("q"));
                        synchronized (outcomes) {
                            outcomes.merge(reply.getClass().getSimpleName(), 1, Integer::sum);
                        }
                    });
                    threads[i].start();
                }
                for (Thread thread : threads) {
                    thread.join();
                }
            }
            System.out.print(outcomes);
        }
    }
}
