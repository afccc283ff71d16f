package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vaas.agent.Reply;
import vaas.api.Described.Operation;
import vaas.api.RawClient.Answer;
import vaas.budget.Budget;
import vaas.http.Router;
import vaas.json.Json;
import vaas.testing.Await;
import vaas.testing.UnluckyMemory;

/**
 * Holds openapi.json and the server to each other. That every answer is as it says is asserted
 * wherever a test asks a {@link Served}.
 */
@Timeout(60)
class DescriptionTest extends HangingFixture {
    private static final String HELLO = "{\"message\":\"Hello\"}";
    private static final String ID = "01a202c3-15a9-7695-837b-edfea8393726";
    private static final Set<String> OF_THE_PAGE = Set.of(
            "GET /docs.css", "GET /page.css", "GET /page.js", "GET /icon.svg");
    /** Statuses that other tests of this class bring about. */
    private static final Map<String, Set<String>> OTHERS = Map.of(
            "/chat", Set.of("413", "429", "502", "504", "507"),
            "/memory", Set.of("413"), "/memory/{message_id}", Set.of("413"));

    private static Map<String, Object> components(String kind) {
        return Described.map(Described.map(Described.DOCUMENT.get("components")).get(kind));
    }

    private static Stream<Operation> operations() {
        return Described.operations();
    }

    @Test
    void theRoutesOfTheCodeAreThoseOfTheDocument() {
        Router router = (Router) Api.handler(Api.options(), served.agent);
        assertEquals(operations().map(Operation::toString).sorted().toList(), router.table()
                .stream().filter(route -> !OF_THE_PAGE.contains(route)).sorted().toList());
    }

    @Test
    void theFieldsAndParametersOfTheCodeAreThoseOfTheDocument() {
        Set<String> fields = new TreeSet<>(Asked.STRINGS);
        fields.add(Asked.STREAM);
        assertEquals(fields, new TreeSet<>(Described.map(Described.map(
                components("schemas").get("ChatRequest")).get("properties")).keySet()));
        Operation reset = operations().filter(it -> it.path().equals("/reset-memory")).findFirst()
                .orElseThrow();
        assertEquals(ResetScope.PARAMETERS, reset.parameters()
                .filter(it -> it.get("in").equals("query")).map(it -> it.get("name"))
                .collect(Collectors.toSet()));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void eachIsAskedWithEachOfItsExamples(Operation operation) throws Exception {
        String path = operation.path().replaceFirst("\\{.*}", ID);
        assertTrue(isGood(served.ask(operation.method() + " " + path, bodies(operation)
                .findFirst().orElse(""))));
        for (Map<String, Object> parameter : operation.parameters().toList()) {
            Object example = parameter.get("example");
            Described.SCHEMA.check(parameter.get("schema"), example, parameter.toString());
            String value = example.toString();
            String query = parameter.get("in").equals("query")
                    ? "?" + parameter.get("name") + "=" + URLEncoder.encode(
                            value, StandardCharsets.UTF_8) : "";
            String header = parameter.get("in").equals("header")
                    ? parameter.get("name") + ": " + value : "X-No: parameter";
            Answer answer = served.ask(operation.method() + " " + path + query,
                    operation.path().equals("/chat") ? HELLO : "", header);
            assertTrue(isGood(answer), operation + " with " + parameter + ": " + answer);
        }
        for (String type : types(operation)) {
            String got = served.ask(operation.method() + " " + path, HELLO, "Accept: " + type)
                    .header("Content-Type").orElseThrow();
            assertTrue(got.startsWith(type) || got.equals("application/problem+json"), got);
        }
        for (String body : bodies(operation).toList()) {
            assertEquals(200, whole(operation.method() + " " + path, body).status(), body);
        }
    }

    private static Set<String> types(Operation operation) {
        Map<String, Object> good = Described.map(operation.responses().get("200"));
        return operation.path().equals("/chat") ? Set.of() // there the body says which
                : Described.map(good.get("content")).keySet();
    }

    // There may be no such message, and a conversation may be in another state.
    private static boolean isGood(Answer answer) {
        return Set.of(200, 404, 412).contains(answer.status());
    }

    private static Stream<String> bodies(Operation operation) {
        return contents(operation.item().get("requestBody")).flatMap(content ->
                examples(content).values().stream().map(example -> {
                    Described.SCHEMA.check(content.get("schema"), example, "a request");
                    return Json.text(Described.map(example));
                }));
    }

    private static Stream<Map<String, Object>> contents(Object of) {
        return of == null ? Stream.of()
                : Described.map(Described.SCHEMA.resolved(of).getOrDefault("content", Map.of()))
                        .values().stream().map(Described::map);
    }

    private static Map<String, Object> examples(Map<String, Object> content) {
        Map<String, Object> values = new LinkedHashMap<>();
        Described.map(content.getOrDefault("examples", Map.of())).forEach((name, example) ->
                values.put(name, Described.SCHEMA.resolved(example).get("value")));
        return values;
    }

    /** Reads a stream to its end, too. */
    private Answer whole(String methodAndPath, String body) throws IOException {
        try (RawClient client = served.client()) {
            if (!body.contains("\"stream\":true")) {
                return client.ask(methodAndPath, body);
            }
            Answer head = client.send(RawClient.request(methodAndPath, body)).readHead();
            ByteArrayOutputStream events = new ByteArrayOutputStream();
            for (byte[] chunk = client.chunk(); chunk.length > 0; chunk = client.chunk()) {
                events.writeBytes(chunk);
            }
            Answer answer = new Answer(head.status(), head.headers(),
                    events.toString(StandardCharsets.UTF_8));
            assertTrue(answer.body().contains("event: delta\n"), answer.body());
            assertTrue(answer.body().contains("event: done\n"), answer.body());
            Described.check(methodAndPath, answer);
            return answer;
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void theExamplesOfItsAnswersAreAsTheyAreDescribed(Operation operation) {
        operation.responses().forEach((status, response) -> contents(response).forEach(content ->
                examples(content).forEach((name, value) -> {
                    String place = operation + " " + status + " " + name;
                    Described.SCHEMA.check(content.get("schema"), value, place);
                    if (components("examples").containsKey(name)) {
                        assertEquals(Integer.valueOf(status),
                                Described.map(value).get("status"), place);
                    }
                })));
    }

    /** What refuses a request before its route is asked, or does not. */
    @ParameterizedTest
    @MethodSource("operations")
    void itsStatusesAreThoseThatOccur(Operation operation) throws Exception {
        String asked = operation.method() + " " + operation.path().replaceFirst("\\{.*}", ID);
        String accept = "Accept: text/html";
        Map<Integer, Answer> answers = new TreeMap<>();
        try (Served guarded = Served.start(folder.resolve("guarded"), "API_TOKEN", "t");
                RawClient raw = served.client()) {
            answers.put(401, guarded.ask(asked, HELLO));
            answers.put(400, served.ask(asked, HELLO, "Host: localhost", "Host: localhost"));
            answers.put(403, served.ask(asked, HELLO, "Origin: https://elsewhere.example"));
            answers.put(421, served.ask(asked, HELLO, "Host: elsewhere.example"));
            answers.put(304, served.ask(asked, HELLO, "If-None-Match: *", accept));
            answers.put(415, served.ask(asked, HELLO, "Content-Encoding: gzip"));
            answers.put(404, served.ask(asked, HELLO));
            answers.put(422, served.ask(asked + "?session_id=&limit=0", "{}"));
            answers.put(412, served.ask(asked, HELLO, "If-Match: \"x\""));
            answers.put(505, raw.send(asked + " HTTP/2.0\r\nHost: localhost\r\n\r\n").read());
        }
        Set<String> others = new TreeSet<>(operation.responses().keySet());
        answers.keySet().forEach(status -> others.remove(status.toString()));
        others.removeAll(Set.of("200", "500", "503"));
        assertEquals(OTHERS.getOrDefault(operation.path(), Set.of()), others);
        for (Map.Entry<Integer, Answer> row : answers.entrySet()) {
            assertEquals(operation.responses().containsKey(row.getKey().toString()),
                    row.getKey() == row.getValue().status(), operation + ": " + row);
        }
    }

    @Test
    void aServerThatStopsSaysSoOnEveryRoute() throws Exception {
        try (Served stopping = Served.start(folder.resolve("stops"), "SHUTDOWN_GRACE", "60")) {
            stopping.agent.hang(begun, goOn);
            Future<Answer> running = threads.submit(() -> stopping.chat(HELLO));
            begun.await();
            Future<?> stop = threads.submit(stopping.api::close);
            Await.until(() -> stopping.get("/health").status() == 503);
            for (Operation operation : operations().toList()) {
                Answer answer = stopping.ask(operation.method() + " " + operation.path()
                        .replaceFirst("\\{.*}", ID), "");
                assertEquals(503, answer.status(), operation.toString());
                assertEquals("/docs#stopping", answer.json().get("type"));
            }
            goOn.countDown();
            running.get();
            stop.get();
        }
    }

    @Test
    void whatCouldNeverBeHeldIsNotRead() throws IOException {
        try (Served tight = Served.start(folder.resolve("tight"), Budget.of(32 << 20, 4096))) {
            tight.memory.insert(tight.memory.latest(0), "Hello", "x".repeat(9_000_000));
            for (String path : List.of("/memory", "/memory/"
                    + tight.memory.latest(1).records().get(1).messageId())) {
                assertEquals("/docs#too-long-for-server", tight.get(path).json().get("type"));
            }
        }
    }

    /** How each error that is shown comes about. */
    private Map<String, Callable<Answer>> errors() {
        Map<String, Callable<Answer>> errors = new LinkedHashMap<>();
        errors.put("bad-request", () -> served.get("/health", "Host: a", "Host: b"));
        errors.put("unauthorized", () -> with(served -> served.get("/memory"), "API_TOKEN", "t"));
        errors.put("forbidden", () -> served.get("/memory", "Origin: https://elsewhere.example"));
        errors.put("not-found", () -> served.get("/memory/" + ID));
        errors.put("precondition-failed",
                () -> served.ask("POST /reset-memory", "", "If-Match: \"x\""));
        errors.put("body-too-long", () -> served.chat("", "Content-Length: 20971521"));
        errors.put("unsupported-media-type", () -> served.chat(HELLO, "Content-Encoding: gzip"));
        errors.put("misdirected", () -> served.get("/memory", "Host: elsewhere.example"));
        errors.put("unprocessable", () -> served.chat("{}"));
        errors.put("bad-parameter", () -> served.get("/memory?session_id=a&session_id=a"));
        errors.put("key-reused", () -> {
            served.chat(HELLO, "Idempotency-Key: k");
            return served.chat("{\"message\":\"Bye\"}", "Idempotency-Key: k");
        });
        errors.put("failed", () -> scripted(question -> null));
        errors.put("model-busy", () -> scripted(question -> new Reply.Busy(Duration.ofSeconds(7),
                detail("model-busy"))));
        Map.of("model-failed", Reply.Kind.MODEL, "timeout", Reply.Kind.TIMEOUT,
                "too-long-for-model", Reply.Kind.TOO_LONG, "memory-full", Reply.Kind.NOT_STORED,
                "too-many-in-use", Reply.Kind.ALL_IN_USE, "line-full", Reply.Kind.LINE_FULL,
                "too-many-conversations", Reply.Kind.TOO_MANY_CONVERSATIONS,
                "maybe-stored", Reply.Kind.MAYBE_STORED,
                "stopping", Reply.Kind.LEFT).forEach((name, kind) -> errors.put(name,
                        () -> scripted(question -> new Reply.Failed(kind, detail(name)))));
        errors.put("too-many-chats", () -> with(one -> {
            Answer[] inside = new Answer[1];
            one.agent.script(question -> {
                inside[0] = one.chat(HELLO);
                return one.agent.remember(question);
            });
            one.chat(HELLO);
            return inside[0];
        }, "MAX_CONCURRENT_CHATS", "1"));
        errors.put("too-long-for-server", () -> tight(Budget.of(32 << 20, 4096),
                "{\"message\":\"" + "x".repeat(2_500_000) + "\"}"));
        errors.put("server-full", () -> {
            Budget budget = Budget.of(32 << 20, 4096);
            for (int i = 0; i < 16; i++) {
                budget.share().take(Budget.SMALL_BYTES);
            }
            return tight(budget, HELLO);
        });
        errors.put("reset-failed", () -> {
            UnluckyMemory unlucky = new UnluckyMemory();
            try (Served other = Served.start(unlucky.open())) {
                other.chat(HELLO);
                unlucky.fail();
                Answer answer = other.ask("POST /reset-memory", "");
                unlucky.heal();
                return answer;
            }
        });
        errors.put("memory-away", () -> {
            served.troubled.away();
            Answer answer = served.get("/memory");
            served.troubled.trouble = call -> null;
            return answer;
        });
        errors.put("version", () -> {
            try (RawClient client = served.client()) {
                return client.send("GET /health HTTP/2.0\r\nHost: localhost\r\n\r\n").read();
            }
        });
        errors.put("memory-unavailable", () -> {
            served.folder.close(); // so this is the last
            return served.get("/health");
        });
        return errors;
    }

    private static String detail(String example) {
        return error(example).get("detail").toString();
    }

    private static Map<String, Object> error(String example) {
        return Described.map(Described.map(components("examples").get(example)).get("value"));
    }

    /** What is asked of a server. */
    private interface Asking {
        Answer ask(Served server) throws IOException;
    }

    private Answer with(Asking asking, String... settings) throws IOException {
        try (Served other = Served.start(folder.resolve(settings[0]), settings)) {
            return asking.ask(other);
        }
    }

    private Answer tight(Budget budget, String body) throws IOException {
        try (Served other = Served.start(folder.resolve("tight"), budget)) {
            return other.chat(body);
        }
    }

    private Answer scripted(ScriptedAgent.Script script) throws IOException {
        served.agent.script(script);
        return served.chat(HELLO);
    }

    @Test
    void theErrorsThatAreShownAreWhatIsAnswered() throws Exception {
        Map<String, Callable<Answer>> errors = errors();
        assertEquals(new TreeSet<>(components("examples").keySet()),
                new TreeSet<>(errors.keySet()));
        for (Map.Entry<String, Callable<Answer>> row : errors.entrySet()) {
            assertEquals(error(row.getKey()), row.getValue().call().json());
        }
    }

    @Test
    void thePageForPeopleIsMadeOfIt() throws IOException {
        Answer page = served.get("/docs");
        assertEquals("text/html; charset=utf-8", page.header("Content-Type").orElseThrow());
        String html = page.body();
        List<String> ids = matches("id=\"([^\"]*)\"", html);
        assertEquals(new TreeSet<>(ids).size(), ids.size(), "ids are unique: " + ids);
        for (ProblemType type : ProblemType.values()) {
            assertTrue(ids.contains(type.uri().substring("/docs#".length())), type.uri());
        }
        operations().forEach(it -> {
            assertTrue(ids.contains(it.item().get("operationId")), it.toString());
            it.responses().keySet().forEach(status -> assertTrue(
                    html.contains("<th scope=\"row\">" + status + "</th>"), it + " " + status));
        });
        for (String target : matches("(?:href|src)=\"([^\"]*)\"", html)) {
            assertFalse(target.matches("/.*|[a-z]+:.*"), target + " is not below this page");
            assertTrue(!target.startsWith("#") || ids.contains(target.substring(1)), target);
        }
        assertFalse(Pattern.compile("<script|<style| style=| on[a-z]+=").matcher(html).find());
    }

    private static List<String> matches(String pattern, String text) {
        return Pattern.compile(pattern).matcher(text).results()
                .map(match -> match.group(1)).toList();
    }
}
