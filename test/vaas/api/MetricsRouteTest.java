package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.RawClient.Answer;
import vaas.config.Config;
import vaas.testing.Talk;
import vaas.metrics.Metrics;
import vaas.metrics.MetricsTest;
import vaas.testing.Await;

/** What {@code GET /metrics} tells of a whole server: memory, agent, model and requests. */
@Timeout(60)
class MetricsRouteTest {
    private static final String TOKEN = "Authorization: Bearer t";

    @TempDir
    Path folder;
    private Talk memory;
    private OfflineGroq model;
    private GroqAgent agent;
    private Api api;

    @BeforeEach
    void start() throws IOException {
        Config config = Served.config(folder, "API_TOKEN", "t");
        Metrics metrics = new Metrics();
        memory = Talk.open(config.memory().metrics(metrics));
        model = OfflineGroq.start();
        agent = GroqAgent.open(
                model.client().metrics(metrics), memory.folder, GroqAgent.options());
        api = Api.start(config.http().metrics(metrics), agent);
    }

    @AfterEach
    void stop() throws Exception {
        api.close();
        agent.close();
        model.close();
        memory.close();
    }

    private Answer ask(String methodAndPath, String body, String... headers) throws IOException {
        List<String> all = new ArrayList<>(List.of(headers));
        all.add(TOKEN);
        try (RawClient client = RawClient.to(api.url(), Described::check)) {
            return client.ask(methodAndPath, body, all.toArray(String[]::new));
        }
    }

    private String metrics() throws IOException {
        Answer answer = ask("GET /metrics", "");
        assertEquals(200, answer.status());
        MetricsTest.assertValid(answer.body());
        return answer.body();
    }

    /** A request is counted after its answer, so whoever has it may have to ask again. */
    private void awaitLine(String line) {
        Await.until(() -> metrics().contains("\n" + line + "\n"));
    }

    @Test
    void itWantsTheTokenAndIsPlainText() throws IOException {
        URI url = api.url();
        try (RawClient client = RawClient.to(url)) {
            Served.problem(401, client.ask("GET /metrics", ""));
            Served.problem(405, client.ask("POST /metrics", "", TOKEN));
        }
        assertEquals(Optional.of("text/plain; version=0.0.4; charset=utf-8"),
                ask("GET /metrics", "").header("Content-Type"));
        assertEquals(200, ask("HEAD /metrics", "").status());
    }

    @Test
    void allThatAnOperatorLooksForIsThere() throws IOException {
        assertEquals(200, ask("POST /chat", "{\"message\":\"Hello xyzzy\"}").status());
        assertEquals(200, ask("POST /reset-memory", "").status());
        String text = metrics();
        for (String name : List.of("vaas_http_requests_total", "vaas_memory_fenced_turns_total",
                "vaas_memory_torn_tails_total", "vaas_model_retries_total",
                "vaas_model_calls_total")) {
            assertTrue(text.contains("# TYPE " + name + " counter\n"), name);
        }
        for (String name : List.of("vaas_chat_duration", "vaas_model_call_duration",
                "vaas_memory_append_duration", "vaas_memory_sync_duration",
                "vaas_memory_reset_duration")) {
            assertTrue(text.contains("# TYPE " + name + "_seconds histogram\n"), name);
            assertTrue(text.contains("\n" + name + "_seconds_count 1\n"), name);
        }
        assertTrue(text.contains("# TYPE vaas_memory_lock_wait_duration_seconds histogram\n"));
        for (String sample : List.of("vaas_memory_bytes 0", "vaas_memory_records 0",
                "vaas_in_flight_chats 0", "vaas_model_calls_total{outcome=\"answered\"} 1",
                "vaas_model_calls_total{outcome=\"refused\"} 0",
                "vaas_model_calls_total{outcome=\"timed_out\"} 0")) {
            assertTrue(text.contains("\n" + sample + "\n"), sample + " in " + text);
        }
        assertFalse(text.contains("xyzzy"), "never any content");
    }

    @Test
    void requestsAreCountedByRouteAndStatus() throws IOException {
        for (int i = 0; i < 3; i++) {
            ask("POST /chat", "{");
        }
        ask("GET /health?deep=1", "");
        ask("BREW /reset-memory", "");
        awaitLine("vaas_http_requests_total{route=\"/chat\",status=\"400\"} 3");
        awaitLine("vaas_http_requests_total{route=\"/health\",status=\"200\"} 1");
        awaitLine("vaas_http_requests_total{route=\"/reset-memory\",status=\"405\"} 1");
    }

    @Test
    void whateverIsAskedForTheLabelsStayFew() throws IOException {
        for (int i = 0; i < 20; i++) {
            ask("GET /nowhere" + i + "\"\\n", "");
            ask("GET http://localhost/nowhere" + i, "");
        }
        ask("GET http://localhost/", "");
        awaitLine("vaas_http_requests_total{route=\"/\",status=\"200\"} 1");
        String text = metrics();
        assertFalse(text.contains("nowhere"), text);
        assertTrue(text.lines().filter(line -> line.contains("route=\"other\"")).count() <= 2,
                text);
        assertTrue(text.contains("vaas_http_requests_total{route=\"other\",status=\"404\"} "));
    }
}
