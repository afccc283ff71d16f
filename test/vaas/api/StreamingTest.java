package vaas.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.sun.net.httpserver.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Tool;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.api.RawClient.Answer;
import vaas.budget.Budget;
import vaas.http.JdkServer;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.Talk;

/** Answers that are read while they are written, from a scripted model to a client's socket. */
@Timeout(60)
class StreamingTest {
    private static final Script GOOD = out -> {
        say("Hel", out);
        say("lo", out);
        write("data: [DONE]\n\n", out);
    };
    private static final String CHAT = "{\"message\":\"Hi\",\"stream\":true}";
    private static final String NAMED =
            "{\"message\":\"Hi\",\"session_id\":\"a\",\"stream\":true}";

    @TempDir
    Path folder;
    private final BlockingQueue<Script> scripts = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final CountDownLatch modelCut = new CountDownLatch(1);
    private final Metrics metrics = new Metrics();
    private final ApiOptions options = Api.options().port(0).metrics(metrics)
            .grace(Duration.ZERO);
    private JdkServer model;
    private Talk memory;
    private GroqAgent agent;
    private Api api;

    /** What a model sends. */
    @FunctionalInterface
    private interface Script {
        void run(OutputStream out) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        model = JdkServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                "model", this::answer);
        memory = Talk.open(folder);
        options.silence = Duration.ofSeconds(60);
        options.pause = Duration.ofMillis(20);
        agent(GroqAgent.options());
    }

    private void agent(GroqAgent.Options agentOptions) throws IOException {
        Tool tool = new Tool("look_up", "Looks.", Map.of("type", "object"),
                call -> Tool.Result.of("It says " + call.arguments().get("q") + "."));
        agent = GroqAgent.open(GroqClient.options().baseUrl(model.url() + "/v1"), memory.folder,
                agentOptions.tools(tool));
        api = Api.start(options, agent);
    }

    private void restart(GroqAgent.Options agentOptions) throws IOException {
        api.close();
        agent.close();
        agent(agentOptions);
    }

    @AfterEach
    void stop() throws IOException {
        goOn.countDown();
        api.close();
        agent.close();
        memory.close();
        model.close();
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        Script script = scripts.remove();
        if (script instanceof Whole whole) {
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.getResponseHeaders().set("retry-after-ms", "1");
            exchange.sendResponseHeaders(whole.status, whole.body.length());
            exchange.getResponseBody().write(bytes(whole.body));
            exchange.close();
            return;
        }
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().flush();
        script.run(exchange.getResponseBody());
        exchange.close();
    }

    /** An answer that is no stream. */
    private record Whole(int status, String body) implements Script {
        @Override
        public void run(OutputStream out) {
            throw new AssertionError();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static void write(String text, OutputStream out) throws IOException {
        out.write(bytes(text));
        out.flush();
    }

    private static String delta(Object delta) {
        return "data: " + Json.text(Map.of("choices", List.of(Map.of("index", 0, "delta", delta))))
                + "\n\n";
    }

    private static void say(String text, OutputStream out) throws IOException {
        write(delta(Map.of("content", text)), out);
    }

    private static Script says(String... pieces) {
        return out -> {
            for (String piece : pieces) {
                say(piece, out);
            }
            write("data: [DONE]\n\n", out);
        };
    }

    private static Script sends(String... raw) {
        return out -> {
            for (String piece : raw) {
                write(piece, out);
            }
        };
    }

    private static Script cut(Script before) {
        return out -> {
            before.run(out);
            throw new IOException("cut");
        };
    }

    /** Says a word, and no more until the test says so, or it is cut. */
    private Script waits(String word) {
        return waits(word, GOOD);
    }

    private Script waits(String word, Script then) {
        return out -> {
            if (!word.isEmpty()) {
                say(word, out);
            }
            begun.countDown();
            try {
                while (goOn.getCount() > 0) {
                    write(":\n\n", out);
                    Await.deafly();
                }
            } catch (IOException e) {
                modelCut.countDown();
                throw e;
            }
            then.run(out);
        };
    }

    private static Script callsTool(String text) {
        return out -> {
            if (!text.isEmpty()) {
                say(text, out);
            }
            write(delta(Map.of("tool_calls", List.of(Map.of("index", 0, "id", "c1", "type",
                    "function", "function", Map.of("name", "look_up", "arguments", ""))))), out);
            for (String piece : List.of("{\"q\":", "\"sunny\"}")) {
                write(delta(Map.of("tool_calls", List.of(Map.of("index", 0,
                        "function", Map.of("arguments", piece))))), out);
            }
            write("data: [DONE]\n\n", out);
        };
    }

    private RawClient client() throws IOException {
        return RawClient.to(api.url(), Described::check);
    }

    /** A client that has asked. */
    private RawClient streaming(String chat, String... headers) throws IOException {
        return client().send(RawClient.request("POST /chat", chat, headers));
    }

    /** The events of a stream to its end, "type data" each; comments left out. */
    private static List<String> events(RawClient client) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
            all.writeBytes(chunk);
        }
        return parsed(all.toString(StandardCharsets.UTF_8));
    }

    private static List<String> parsed(String stream) {
        Described.checkEvents(stream);
        List<String> events = new ArrayList<>();
        for (String event : stream.split("\n\n")) {
            if (!event.equals(":")) {
                assertTrue(event.matches("event: (delta|done|error)\ndata: .*"), event);
                events.add(event.replace("event: ", "").replace("\ndata:", ""));
            }
        }
        return events;
    }

    /** What a caller sees: the status, or the events with ids and details left out. */
    private String seen(String chat, String... headers) throws IOException {
        try (RawClient client = streaming(chat, headers)) {
            Answer head = client.readHead();
            if (head.status() != 200) {
                return Integer.toString(head.status());
            }
            assertEquals("text/event-stream", head.header("Content-Type").orElseThrow());
            assertEquals("no", head.header("X-Accel-Buffering").orElseThrow());
            return (head.header("Idempotency-Replayed").isPresent() ? "replayed " : "")
                    + summary(events(client));
        }
    }

    private static String summary(List<String> events) {
        StringBuilder deltas = new StringBuilder();
        StringBuilder summary = new StringBuilder();
        for (String event : events) {
            Map<String, Object> data = json(event.substring(event.indexOf(' ')));
            if (event.startsWith("delta ")) {
                deltas.append(data.get("text"));
                summary.append('[').append(data.get("text")).append("] ");
            } else if (event.startsWith("done ")) {
                assertEquals(deltas.toString(), data.get("message"));
                summary.append("done").append(data.get("remembered").equals(true) ? "" : "*");
            } else {
                assertEquals(List.of("type", "title", "status", "detail"),
                        List.copyOf(data.keySet()).subList(0, 4));
                summary.append("error ").append(data.get("status"));
                summary.append(data.containsKey("retry_after") ? " retry_after" : "");
            }
        }
        return summary.toString();
    }

    private static Map<String, Object> json(String text) {
        try {
            return Json.read(text);
        } catch (JsonException e) {
            throw new AssertionError(text, e);
        }
    }

    private List<String> stored() throws IOException {
        return Talk.latest(memory.memory, 100);
    }

    private void awaitMetric(String nameAndValue) {
        Await.until(() -> metrics.text().contains("\n" + nameAndValue + "\n"));
    }

    static Stream<Arguments> endings() {
        String error = "{\"error\":{\"message\":\"m\",\"code\":\"some\"}}\n\n";
        byte[] umlaut = bytes("\u00fc");
        return Stream.of(
                arguments("done", GOOD, "[Hel] [lo] done", "Hello"),
                arguments("a finish_reason alone ends it", sends(delta(Map.of("content", "A")),
                        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"),
                        "[A] done", "A"),
                arguments("a break behind the end is none", cut(out -> {
                    say("A", out);
                    write("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
                            out);
                }), "[A] done", "A"),
                arguments("comments, CRLF, several lines of data, usage alone", sends(
                        ": hi\r\n\r\n", "data: {\"choices\":[{\"delta\":\r\n",
                        "data: {\"content\":\"A\"}}]}\r\n\r\n",
                        "data: {\"choices\":[],\"usage\":{}}\n\n", "data: [DONE]\n\n"),
                        "[A] done", "A"),
                arguments("a byte order mark", sends("\ufeff" + delta(Map.of("content", "A")),
                        delta(Map.of("content", "B")), "data: [DONE]\n\n"), "[A] [B] done", "AB"),
                arguments("the whole once more behind its pieces", sends(
                        delta(Map.of("content", "A")), delta(Map.of("content", "B")),
                        "data: {\"choices\":[{\"message\":{\"content\":\"AB\"},"
                        + "\"finish_reason\":\"stop\"}]}\n\n"), "[A] [B] done", "AB"),
                arguments("a role in a delta, then all in a message", sends(
                        delta(Map.of("role", "assistant")),
                        "data: {\"choices\":[{\"message\":{\"content\":\"AB\"},"
                        + "\"finish_reason\":\"stop\"}]}\n\n"), "[AB] done", "AB"),
                arguments("a character in two pieces", (Script) out -> {
                    byte[] event = bytes(delta(Map.of("content", "\u00fc")));
                    for (byte octet : event) {
                        out.write(octet);
                        out.flush();
                    }
                    write("data: [DONE]\n\n", out);
                }, "[\u00fc] done", "\u00fc"),
                arguments("cut inside a character", cut(out -> {
                    say("A", out);
                    write("data: {\"choices\":[{\"delta\":{\"content\":\"", out);
                    out.write(umlaut[0]);
                    out.flush();
                }), "[A] error 502", null),
                arguments("no end after some text", sends(delta(Map.of("content", "A"))),
                        "[A] error 502", null),
                arguments("cut after some text", cut(out -> say("A", out)), "[A] error 502", null),
                arguments("an error before any text", sends("data: " + error), "502", null),
                arguments("an error as an event of its own",
                        sends("event: error\ndata: " + error), "502", null),
                arguments("an error after some text",
                        sends(delta(Map.of("content", "A")), "data: " + error),
                        "[A] error 502", null),
                arguments("its word that it broke off", sends(delta(Map.of("content", "A")),
                        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n"),
                        "[A] error 502", null),
                arguments("no JSON in an event", sends(delta(Map.of("content", "A")),
                        "data: {oops\n\n"), "[A] error 502", null),
                arguments("nothing but an end", sends("data: [DONE]\n\n"), "502", null),
                arguments("one event of 40 MB", (Script) out -> {
                    write("data: ", out);
                    for (int i = 0; i < 40; i++) {
                        out.write(new byte[1 << 20]);
                    }
                }, "502", null),
                arguments("plain JSON", new Whole(200, "{\"choices\":[{\"message\":{\"role\":"
                        + "\"assistant\",\"content\":\"A B\"},\"finish_reason\":\"stop\"}]}"),
                        "[A B] done", "A B"),
                arguments("a wrong key", new Whole(401, error.strip()), "502", null),
                arguments("a limit", new Whole(429, error.strip()), "503", null),
                arguments("thinking first", says("<th", "ink>No", "</thi", "nk>\n\n", "A", " <b>"),
                        "[A] [ <b>] done", "A <b>"),
                arguments("long thinking first", says("<think>", "No ".repeat(1000), "</th", "ink>",
                        "A", "B"), "[A] [B] done", "AB"),
                arguments("a long word", says("A".repeat(1000), "B"),
                        "[" + "A".repeat(1000) + "] [B] done", "A".repeat(1000) + "B"),
                arguments("blanks at the end", says("\n", "A ", "\n", " "), "[\nA] [ \n ] done",
                        "\nA \n "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void everyEndingIsSeenAndStoredAsItIs(String name, Script script, String seen, String stored)
            throws IOException {
        restart(GroqAgent.options().timeout(Duration.ofSeconds(40)));
        for (int i = 0; i < 3; i++) { // a limit is tried again
            scripts.add(script);
        }
        assertEquals(seen, seen(CHAT));
        assertEquals(stored == null ? List.of() : List.of("Hi", stored), stored());
        assertTrue(asked.remove().contains("\"stream\":true"));
        awaitMetric("vaas_in_flight_chats 0");
        awaitMetric("vaas_in_flight_streams 0");
    }

    @Test
    void whatBreaksBeforeTheFirstWordIsTriedAgain() throws IOException {
        scripts.add(cut(out -> {}));
        scripts.add(GOOD);
        assertEquals("[Hel] [lo] done", seen(CHAT));
        assertEquals(2, asked.size());
    }

    @Test
    void theFirstWordIsThereWhileTheModelStillWrites() throws IOException {
        scripts.add(waits("First"));
        try (RawClient client = streaming(CHAT)) {
            assertEquals(200, client.readHead().status());
            assertArrayEquals(bytes("event: delta\ndata: {\"text\":\"First\"}\n\n"),
                    client.chunk());
            assertArrayEquals(bytes(":\n\n"), client.chunk(), "silence is broken by a comment");
            assertEquals(List.of(), stored());
            goOn.countDown();
            assertEquals("FirstHello", json(events(client).get(2).substring(5)).get("message"));
        }
        assertEquals(List.of("Hi", "FirstHello"), stored());
        assertTrue(metrics.text().contains("\nvaas_stream_first_delta_seconds_count 1\n"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void afterASilenceTheHeadIsOutAndAFailureIsAnEvent(boolean fails) throws IOException {
        options.silence = Duration.ofMillis(1);
        restart(GroqAgent.options());
        scripts.add(fails ? waits("", sends("data: {\"error\":\"no\"}\n\n")) : waits(""));
        try (RawClient client = streaming(CHAT)) {
            assertEquals(200, client.readHead().status());
            assertArrayEquals(bytes(":\n\n"), client.chunk());
            goOn.countDown();
            assertEquals(fails ? "error 502" : "[Hel] [lo] done", summary(events(client)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "First"})
    void aCallerWhoLeavesEndsTheModelsCallAndNothingIsStored(String word) throws Exception {
        options.silence = Duration.ofMillis(1);
        restart(GroqAgent.options());
        scripts.add(waits(word));
        try (RawClient client = streaming(NAMED, "Idempotency-Key: k")) {
            client.readHead();
            begun.await();
        }
        modelCut.await();
        awaitMetric("vaas_in_flight_chats 0");
        awaitMetric("vaas_streams_left_total 1");
        awaitMetric("vaas_in_flight_streams 0");
        scripts.add(GOOD);
        assertEquals("[Hel] [lo] done", seen(NAMED, "Idempotency-Key: k"), "and no key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "First"})
    void aModelThatHangsIsEndedByTheDeadline(String word) throws Exception {
        restart(GroqAgent.options().timeout(Duration.ofMillis(400)));
        scripts.add(waits(word)); // with a comment again and again
        assertTrue(seen(CHAT).matches(word.isEmpty() ? "504" : "(\\[First] error )?504"));
        modelCut.await();
        assertEquals(List.of(), stored());
    }

    @Test
    void oneWhoLeavesWhileOthersAreBeforeItGivesUpItsPlace() throws Exception {
        options.silence = Duration.ofMillis(1);
        restart(GroqAgent.options());
        scripts.add(waits("First"));
        try (RawClient first = client()) {
            first.send(RawClient.request("POST /chat", NAMED));
            begun.await();
            try (RawClient second = client()) {
                second.send(RawClient.request("POST /chat", NAMED));
                second.readHead();
                awaitMetric("vaas_in_flight_chats 2");
            }
            awaitMetric("vaas_in_flight_chats 1");
        }
        assertEquals(1, asked.size());
    }

    @Test
    void aReaderThatDoesNotReadHoldsUpNobodyAndIsCut() throws IOException {
        options.patience(Duration.ofMillis(500)).chatsMax(1);
        restart(GroqAgent.options());
        String large = "x".repeat(6 << 20);
        scripts.add(says(large));
        scripts.add(GOOD);
        try (RawClient client = client()) {
            client.send(RawClient.request("POST /chat", NAMED));
            awaitMetric("vaas_in_flight_streams 1");
            Await.until(() -> !asked.isEmpty());
            awaitMetric("vaas_in_flight_chats 0");
            assertEquals("[Hel] [lo] done", seen(NAMED));
            awaitMetric("vaas_streams_left_total 1");
        }
        assertTrue(asked.size() == 2 && List.copyOf(asked).get(1).contains(large), "is stored");
    }

    @Test
    void aResetInMidStreamKeepsTheAnswerOutOfTheMemory() throws Exception {
        scripts.add(waits("First"));
        try (RawClient client = streaming(CHAT)) {
            begun.await();
            agent.resetMemory();
            goOn.countDown();
            client.readHead();
            assertEquals("[First] [Hel] [lo] done*", summary(events(client)));
        }
        assertEquals(List.of(), stored());
    }

    @Test
    void aStopThatOutlivesTheGraceEndsAStreamWithAnError() throws Exception {
        scripts.add(waits("First"));
        try (RawClient client = streaming(CHAT)) {
            client.readHead();
            client.chunk();
            api.close();
            List<String> events = events(client);
            assertEquals("error 503 retry_after", summary(events));
            assertTrue(events.get(0).contains("/docs#stopping"));
        }
        assertEquals(List.of(), stored());
        modelCut.await();
    }

    @Test
    void textThatNobodyReadsIsChargedToTheBudgetAndEndsItsStreamOnly() throws IOException {
        Budget budget = Budget.of(24 << 20, 4096);
        options.budget(budget);
        restart(GroqAgent.options()); // whose own budget has room
        String piece = "x".repeat(16 << 10);
        scripts.add(out -> {
            for (int i = 0; i < 500; i++) {
                say(piece, out);
            }
            write("data: [DONE]\n\n", out);
        });
        scripts.add(GOOD);
        try (RawClient client = streaming(CHAT)) {
            Await.until(() -> !asked.isEmpty());
            awaitMetric("vaas_in_flight_chats 0");
            assertEquals("[Hel] [lo] done", seen(NAMED));
            assertEquals(200, client.readHead().status());
            assertTrue(summary(events(client)).matches("(\\[x+] )*error 503 retry_after"));
        }
        assertEquals(List.of(), stored());
        awaitMetric("vaas_in_flight_streams 0");
        Await.until(() -> budget.used() < 1 << 20);
    }

    static Stream<Arguments> rounds() {
        Map<String, Object> call = Map.of("tool_calls", List.of(Map.of("index", 0, "id", "c1",
                "function", Map.of("name", "look_up", "arguments", "{\"q\":\"sunny\"}"))));
        return Stream.of(
                arguments(callsTool("I look. \n"), says(" \n", "\n It is", " sunny."),
                        "[I look.] [\n\nIt is] [ sunny.] done"),
                arguments(callsTool(""), says("Sunny."), "[Sunny.] done"),
                arguments(sends(delta(call), "data: " + Json.text(Map.of("choices", List.of(
                        Map.of("message", call, "finish_reason", "tool_calls")))) + "\n\n"),
                        says("Sunny."), "[Sunny.] done"),
                arguments(new Whole(200, "{\"choices\":[{\"message\":{\"content\":\"I look.\","
                        + "\"tool_calls\":[{\"id\":\"c1\",\"function\":{\"name\":\"look_up\","
                        + "\"arguments\":\"{\\\"q\\\":\\\"sunny\\\"}\"}}]}}]}"),
                        says("Sunny."), "[I look.\n\nSunny.] done"),
                arguments(callsTool("I look."), new Whole(401, "{}"), "[I look.] error 502"));
    }

    @ParameterizedTest
    @MethodSource("rounds")
    void theTextOfAllRoundsIsJoinedByAnEmptyLine(Script first, Script second, String seen)
            throws IOException {
        scripts.add(first);
        scripts.add(second);
        assertEquals(seen, seen(CHAT));
        assertTrue(List.copyOf(asked).get(1).contains("It says sunny."));
    }

    @ParameterizedTest
    @ValueSource(strings = {CHAT, NAMED})
    void aKnownKeyIsOneDeltaAndDone(String chat) throws IOException {
        scripts.add(GOOD);
        assertEquals("[Hel] [lo] done", seen(chat, "Idempotency-Key: k"));
        assertEquals("replayed [Hello] done", seen(chat, "Idempotency-Key: k"));
        try (RawClient client = client()) {
            assertEquals("Hello", client.ask("POST /chat", chat.replace("true", "false"),
                    "Idempotency-Key: k").json().get("message"), "stream is not compared");
        }
        assertEquals("422", seen(chat.replace("Hi", "Ho"), "Idempotency-Key: k"));
        assertEquals(1, asked.size());
    }

    @Test
    void aCallerOfHttp10GetsTheEventsUntilTheEndOfTheConnection() throws IOException {
        scripts.add(GOOD);
        try (RawClient client = client()) {
            client.send("POST /chat HTTP/1.0\r\nHost: localhost\r\nContent-Length: "
                    + CHAT.length() + "\r\n\r\n" + CHAT);
            Answer head = client.readHead();
            assertFalse(head.header("Transfer-Encoding").isPresent());
            assertEquals("[Hel] [lo] done", summary(parsed(client.textToEnd())));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "\"true\"", "[]"})
    void streamIsABooleanOrNull(String value) throws IOException {
        try (RawClient client = client()) {
            Answer answer = client.ask("POST /chat", CHAT.replace("true", value));
            assertEquals("The field stream must be a boolean or null.",
                    Served.problem(422, answer));
        }
    }

    @Test
    void anEmbeddersReaderGetsTheTextAndEndsTheChatByAnException() throws Exception {
        scripts.add(GOOD);
        List<String> texts = new ArrayList<>();
        Reply reply = agent.chat("", Question.of("Hi"), text -> {
            if (!text.isEmpty()) {
                texts.add(text);
            }
        });
        assertEquals(List.of("Hel", "lo"), texts);
        assertEquals("Hello", ((Reply.Answered) reply).message());
        scripts.add(out -> {
            begun.countDown();
            Await.latch(goOn);
        });
        CompletableFuture<Reply> left = CompletableFuture.supplyAsync(() -> agent.chat("a",
                Question.of("Hi"), text -> {
                    if (begun.getCount() == 0) {
                        throw new IllegalStateException();
                    }
                }));
        assertEquals(Reply.Kind.LEFT, ((Reply.Failed) left.get()).kind(), "also of a silent model");
        assertEquals(List.of("Hi", "Hello"), stored());
    }
}
