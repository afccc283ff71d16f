package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.api.RawClient.Answer;
import vaas.api.RawClient;
import vaas.api.Served;
import vaas.metrics.Metrics;

@Timeout(60)
class CorsTest {
    private static final String PAGE = "http://localhost:5173";
    private static final String ORIGIN = "Origin: " + PAGE;
    private static final String ASKS = "Access-Control-Request-Method: POST";

    @TempDir
    Path folder;

    private static void assertReadable(Answer answer) {
        assertEquals(Optional.of(PAGE), answer.header("Access-Control-Allow-Origin"));
        assertTrue(answer.header("Vary").orElse("").contains("Origin"));
        String exposed = answer.header("Access-Control-Expose-Headers").orElse("");
        assertEquals("ETag, Idempotency-Replayed, Retry-After, X-Request-Id", exposed);
    }

    @Test
    void anAllowedPageMayReadEveryAnswerErrorsIncluded() throws IOException {
        try (Served served = Served.start(folder, "MAX_BODY_BYTES", "30")) {
            assertReadable(served.chat("{\"message\":\"Hello\"}", ORIGIN));
            assertReadable(served.get("/", ORIGIN));
            assertReadable(served.get("/health", ORIGIN));
            assertReadable(served.ask("POST /reset-memory", "", ORIGIN));
            for (String body : List.of("{", "{}", "x".repeat(31))) {
                assertReadable(served.chat(body, ORIGIN));
            }
            assertReadable(served.chat("x", ORIGIN, "Content-Type: text/plain"));
            assertReadable(served.get("/nowhere", ORIGIN));
            assertReadable(served.get("/chat", ORIGIN));
            served.agent.script(question -> {
                throw new AssertionError();
            });
            Answer failed = served.chat("{\"message\":\"Hello\"}", ORIGIN);
            Served.problem(500, failed);
            assertReadable(failed);
        }
    }

    @Test
    void whatARouteVariesByIsAdded() throws IOException {
        Guard guard = new Guard("", Set.of(), Set.of(), List.of());
        Router router = new Router(guard, new InFlight(), 1, new Watchdog(Duration.ofHours(1)),
                new Metrics()).add("GET", "/", request -> Response.of(
                        200, "text/plain", new byte[1]).with(Map.of("Vary", "Accept")));
        try (JdkServer server = JdkServer.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "test", router);
                RawClient client = RawClient.to(server.url())) {
            assertEquals(Optional.of("Origin, Accept"),
                    client.ask("GET /", "", ORIGIN).header("Vary"));
            assertEquals(Optional.of("Accept"), client.ask("GET /", "").header("Vary"));
        }
    }

    @Test
    void aPageOfTheServersOwnOriginMayAskIt() throws IOException {
        try (Served served = Served.start(folder, "ALLOWED_HOSTS", "vaas.example")) {
            assertEquals(200, served.ask("POST /reset-memory", "", "Host: vaas.example:8080",
                    "Origin: http://vaas.example:8080").status());
            Served.problem(403, served.ask("POST /reset-memory", "", "Host: vaas.example:8080",
                    "Origin: http://vaas.example:8081"));
            Served.problem(421, served.ask("POST /reset-memory", "", "Host: evil.com",
                    "Origin: http://evil.com"));
        }
    }

    @Test
    void a401CanBeReadToo() throws IOException {
        try (Served served = Served.start(folder, "API_TOKEN", "t")) {
            Answer answer = served.get("/memory", ORIGIN);
            Served.problem(401, answer);
            assertReadable(answer);
        }
    }

    @Test
    void aForeignPageIsGivenNothing() throws IOException {
        try (Served served = Served.start(folder)) {
            for (String request : List.of("GET /memory", "OPTIONS /",
                    "OPTIONS /chat", "OPTIONS /health")) {
                Answer answer = served.ask(request, "", "Origin: https://evil.com", ASKS);
                Served.problem(403, answer);
                assertEquals(Optional.empty(), answer.header("Access-Control-Allow-Origin"));
                assertEquals(Optional.empty(), answer.header("Access-Control-Allow-Methods"));
            }
        }
    }

    @Test
    void curlGetsNoSuchHeaders() throws IOException {
        try (Served served = Served.start(folder)) {
            Answer answer = served.get("/");
            assertTrue(answer.headers().keySet().stream()
                    .noneMatch(it -> it.toLowerCase(Locale.ROOT).startsWith("access-control")));
        }
    }

    @Test
    void aPreflightIsAnsweredWithoutAToken() throws IOException {
        try (Served served = Served.start(folder, "API_TOKEN", "t");
                RawClient client = served.client()) {
            for (String path : List.of("/chat", "/reset-memory")) {
                Answer answer = client.ask("OPTIONS " + path, "", ORIGIN, ASKS,
                        "Access-Control-Request-Headers: authorization,content-type");
                assertEquals(204, answer.status());
                assertReadable(answer);
                assertEquals(Optional.of("POST"), answer.header("Access-Control-Allow-Methods"));
                String headers = answer.header("Access-Control-Allow-Headers").orElseThrow();
                assertEquals("Authorization, Content-Type, Idempotency-Key, If-Match,"
                        + " If-None-Match, X-Request-Id, traceparent", headers);
                assertEquals(Optional.empty(),
                        answer.header("Access-Control-Allow-Private-Network"));
            }
            Answer root = client.ask("OPTIONS /", "", ORIGIN, ASKS);
            assertEquals(Optional.of("GET, HEAD"), root.header("Access-Control-Allow-Methods"));
            assertEquals(0, served.memory.latest(0).generation());
        }
    }

    @Test
    void aPreflightIntoAPrivateNetworkIsAllowed() throws IOException {
        try (Served served = Served.start(folder)) {
            Answer answer = served.ask("OPTIONS /chat", "", ORIGIN, ASKS,
                    "Access-Control-Request-Private-Network: true");
            assertEquals(Optional.of("true"),
                    answer.header("Access-Control-Allow-Private-Network"));
        }
    }

    @Test
    void aPreflightForAnUnknownPathIs404() throws IOException {
        try (Served served = Served.start(folder)) {
            Served.problem(404, served.ask("OPTIONS /nowhere", "", ORIGIN, ASKS));
        }
    }

    @Test
    void optionsThatAskNothingAre405() throws IOException {
        try (Served served = Served.start(folder)) {
            Served.problem(405, served.ask("OPTIONS /chat", "", ORIGIN));
            Served.problem(405, served.ask("OPTIONS /chat", "", ASKS));
        }
    }

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
}
