package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import vaas.api.RawClient.Answer;
import vaas.budget.Budget;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.folder.MemoryFolder;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.Talk;
import vaas.testing.Troubled;

/** A real server on a free port, with a scripted agent and a memory of its own. */
public final class Served implements AutoCloseable {
    public final MemoryFolder folder;
    public final Memory memory;
    /** Every call of the server to its memory comes by here. */
    public final Troubled troubled = new Troubled();
    public final ScriptedAgent agent;
    public final Api api;

    private Served(ApiOptions options, MemoryFolder folder) throws IOException {
        this.folder = folder;
        memory = folder.shared();
        agent = new ScriptedAgent("vaas", troubled.over(folder));
        api = Api.start(options, agent);
    }

    /** Starts one; settings as name, value, name, value. */
    public static Served start(Path folder, String... settings) throws IOException {
        return start(config(folder, settings), options -> options);
    }

    /** Starts one within a budget. */
    public static Served start(Path folder, Budget budget) throws IOException {
        return start(folder, options -> options.budget(budget));
    }

    /** Starts one with some options changed. */
    public static Served start(Path folder, UnaryOperator<ApiOptions> change) throws IOException {
        return start(config(folder), change);
    }

    private static Served start(Config config, UnaryOperator<ApiOptions> change)
            throws IOException {
        Metrics metrics = new Metrics();
        return new Served(change.apply(config.http().metrics(metrics)),
                config.memory().metrics(metrics).open());
    }

    /** Starts one with a memory, which is closed with it. */
    public static Served start(MemoryFolder memory) throws IOException {
        return new Served(config(Path.of("unused")).http(), memory);
    }

    public static Config config(Path folder, String... settings) {
        Map<String, String> environment = new HashMap<>(Map.of("PORT", "0",
                "MEMORY_DIR", folder.toString(), "SHUTDOWN_GRACE", "0"));
        for (int i = 0; i < settings.length; i += 2) {
            environment.put(settings[i], settings[i + 1]);
        }
        try {
            return Config.parse(environment, true);
        } catch (ConfigException e) {
            throw new AssertionError(e);
        }
    }

    /** Connects; every answer that is asked for has to be as openapi.json says. */
    public RawClient client() throws IOException {
        return RawClient.to(api.url(), Described::check);
    }

    /** One request on a connection of its own. */
    public Answer ask(String methodAndPath, String body, String... headers) throws IOException {
        try (RawClient client = client()) {
            return client.ask(methodAndPath, body, headers);
        }
    }

    public Answer get(String path, String... headers) throws IOException {
        return ask("GET " + path, "", headers);
    }

    public Answer chat(String body, String... headers) throws IOException {
        return ask("POST /chat", body, headers);
    }

    /** Says something in a named conversation. */
    public Answer say(String session, String message, String... headers) throws IOException {
        return chat("{\"message\":\"" + message + "\",\"session_id\":\"" + session + "\"}",
                headers);
    }

    /** What a conversation holds; that of no name is the shared one. */
    public List<String> texts(String session) throws IOException {
        try (Conversations.Lease lease = folder.use(session)) {
            return Talk.latest(lease.memory(), 1000);
        }
    }

    /** Waits until a metric has a value. */
    public void awaitMetric(String nameAndValue) {
        Await.until(() -> get("/metrics").body().contains("\n" + nameAndValue + "\n"));
    }

    /** Asserts that the server still serves. */
    public void checkUsable() throws IOException {
        assertEquals(200, get("/health").status());
    }

    /** Asserts that an answer is an error of the one shape, and returns its sentence. */
    public static String problem(int status, Answer answer) {
        assertEquals(status, answer.status(), answer.body());
        assertEquals("application/problem+json", answer.header("Content-Type").orElseThrow());
        Map<String, Object> body = answer.json();
        assertEquals(List.of("type", "title", "status", "detail"),
                new ArrayList<>(body.keySet()));
        assertTrue(body.get("type").toString().matches("about:blank|/docs#[a-z-]+"));
        assertEquals(status, body.get("status"));
        assertFalse(body.get("title").toString().isBlank());
        assertTrue(answer.header("X-Request-Id").isPresent());
        return (String) body.get("detail");
    }

    @Override
    public void close() throws IOException {
        api.close();
        folder.close();
    }
}
