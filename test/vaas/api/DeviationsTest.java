package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;

@Timeout(60)
class DeviationsTest {
    private static final String ORIGIN = "Origin: http://localhost:5173";

    @TempDir
    Path folder;

    /** To CorsTest. */
    @Test
    void aPreflightForHealthIsAnsweredToo() throws IOException {
        try (Served served = Served.start(folder)) {
            Answer answer = served.ask("OPTIONS /health", "", ORIGIN,
                    "Access-Control-Request-Method: GET",
                    "Access-Control-Request-Headers: x-request-id");
            assertEquals(204, answer.status());
            assertEquals(Optional.of("GET, HEAD"),
                    answer.header("Access-Control-Allow-Methods"));
        }
    }

    /** To CorsTest. */
    @Test
    void theRefusalOfAStoppingServerCanBeReadToo() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Served served = Served.start(folder, "SHUTDOWN_GRACE", "60")) {
            served.agent.hang(begun, goOn);
            threads.execute(() -> {
                try {
                    served.chat("{\"message\":\"Hello\"}");
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            begun.await();
            threads.execute(served.api::close);
            Answer answer = served.get("/health", ORIGIN);
            while (answer.status() == 200) {
                answer = served.get("/health", ORIGIN);
            }
            goOn.countDown();
            assertEquals(503, answer.status());
            assertTrue(answer.header("Access-Control-Allow-Origin").isPresent());
        } finally {
            goOn.countDown();
            threads.shutdownNow();
        }
    }

    /** To ChatHandlerTest.Fields: well-formed, but it breaks the table. */
    @ParameterizedTest
    @ValueSource(strings = {"[]", "null", "1", "\"Hello\"", "true", "[{\"message\":\"Hello\"}]"})
    void whatIsNoObjectIs422(String body) throws IOException {
        try (Served served = Served.start(folder)) {
            Served.problem(422, served.chat(body));
        }
    }

    /** To RouterTest. */
    @ParameterizedTest
    @ValueSource(strings = {"///chat", "//localhost/chat", "//localhost:80/chat"})
    void slashesBeforeThePathAreAnotherPath(String path) throws IOException {
        try (Served served = Served.start(folder)) {
            int status = served.ask("POST " + path, "{\"message\":\"Hello\"}").status();
            assertTrue(status == 404 || status == 400 || status == 421, path + " " + status);
            assertEquals(List.of(), served.agent.questions);
        }
    }

    /** To GuardTest: in a second JVM, whose resolver is a file. */
    @Test
    void aNumberOver255IsNeverLookedUp() throws IOException {
        Path hosts = folder.resolve("hosts");
        Files.writeString(hosts, "127.0.0.1 300.1.1.1\n127.0.0.1 127.0.0.256\n");
        Process process = new ProcessBuilder(System.getProperty("java.home") + "/bin/java",
                "-Djdk.net.hosts.file=" + hosts, "-XX:TieredStopAtLevel=1", "-cp",
                System.getProperty("java.class.path"), Lookup.class.getName())
                .redirectErrorStream(true).start();
        try {
            assertEquals("refused refused", new String(
                    process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip());
        } finally {
            process.destroyForcibly();
        }
    }

    /** Shows names to a guard. */
    static final class Lookup {
        public static void main(String[] args) {
            Guard guard = new Guard(Served.config(Path.of("unused")).http());
            for (String host : List.of("300.1.1.1", "127.0.0.256")) {
                com.sun.net.httpserver.Headers headers = new com.sun.net.httpserver.Headers();
                headers.add("Host", host);
                try {
                    guard.checkHost(headers, URI.create("/"));
                    System.out.print("passed ");
                } catch (Problem e) {
                    System.out.print("refused ");
                }
            }
        }
    }

    /** To GuardTest.Host: a listed name with its last dot, and the operator's own IPv6 address. */
    @Test
    void listedNamesAndOwnAddressesPassInEverySpelling() throws Problem {
        Guard guard = new Guard(Served.config(Path.of("unused"), "ALLOWED_HOSTS",
                "vaas.example.", "HOST", "2001:db8::1", "API_TOKEN", "t").http());
        for (String host : List.of("vaas.example", "[2001:db8::1]:80")) {
            com.sun.net.httpserver.Headers headers = new com.sun.net.httpserver.Headers();
            headers.add("Host", host);
            guard.checkHost(headers, URI.create("/"));
        }
    }
}
