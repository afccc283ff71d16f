package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import vaas.api.RawClient.Answer;
import vaas.api.face.Asset;
import vaas.json.Json;
import vaas.testing.JsonSchema;

/** Holds answers to openapi.json: statuses, headers, media types and bodies. */
final class Described {
    static final Map<String, Object> DOCUMENT = read();
    static final JsonSchema SCHEMA = new JsonSchema(DOCUMENT);
    private static final List<Operation> OPERATIONS = map(DOCUMENT.get("paths")).entrySet().stream()
            .flatMap(path -> map(path.getValue()).entrySet().stream()
                    .filter(method -> method.getValue() instanceof Map)
                    .map(method -> new Operation(method.getKey().toUpperCase(), path.getKey(),
                            map(method.getValue())))).toList();

    private static final String PROBLEM = "application/problem+json";
    private static final Set<String> OF_EVERY_ANSWER = Set.of("date", "connection",
            "content-length", "content-type", "transfer-encoding", "cache-control");
    /** What is longer is not parsed, to save time. */
    private static final int BODY_CHARS_MAX = 1 << 20;

    private Described() {}

    /** One operation of the document. */
    record Operation(String method, String path, Map<String, Object> item) {
        boolean is(String methodAndPath) {
            return methodAndPath.matches(method + " "
                    + path.replace(".", "\\.").replaceFirst("\\{.*}", "[^/]+"));
        }

        @Override
        public String toString() {
            return method + " " + path;
        }

        Map<String, Object> responses() {
            return map(item.get("responses"));
        }

        Stream<Map<String, Object>> parameters() {
            return ((List<?>) item.get("parameters")).stream().map(SCHEMA::resolved);
        }
    }

    private static Map<String, Object> read() {
        try (InputStream in = Asset.class.getResourceAsStream("openapi.json")) {
            return Json.read(in.readAllBytes());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Stream<Operation> operations() {
        return OPERATIONS.stream();
    }

    /** Asserts that the document says of an answer all that there is to say. */
    static void check(String methodAndTarget, Answer answer) {
        String asked = methodAndTarget.replaceFirst("^HEAD ", "GET ")
                .replaceFirst(" http://[^/]*", " ").replaceFirst("[?#].*", "");
        Optional<Operation> found = operations().filter(it -> it.is(asked)).findFirst();
        if (found.isPresent()) {
            check(found.get(), answer, methodAndTarget.startsWith("HEAD "));
        } else if (answer.header("Content-Type").equals(Optional.of(PROBLEM))
                && !answer.body().isEmpty()) {
            checkJson(Map.of("$ref", "#/components/schemas/Problem"), answer, asked);
        }
    }

    private static void check(Operation operation, Answer answer, boolean head) {
        String place = operation + " " + answer.status();
        Object listed = operation.responses().get(Integer.toString(answer.status()));
        if (answer.status() == 405 || answer.status() == 308) { // stand in the path's description
            return;
        }
        assertTrue(listed != null, place + " is not described");
        Map<String, Object> response = SCHEMA.resolved(listed);
        checkHeaders(response, answer, place);
        Map<String, Object> contents = map(response.getOrDefault("content", Map.of()));
        String type = answer.header("Content-Type").orElse("").split(";")[0];
        assertTrue(type.isEmpty() ? contents.isEmpty() : contents.containsKey(type),
                place + " is not described as " + type);
        if (!type.isEmpty() && !head && answer.body().length() <= BODY_CHARS_MAX) {
            checkBody(map(contents.get(type)), type, answer, place);
        }
    }

    private static void checkHeaders(Map<String, Object> response, Answer answer, String place) {
        Map<String, Object> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        headers.putAll(map(response.getOrDefault("headers", Map.of())));
        headers.forEach((name, header) -> assertTrue(answer.header(name).isPresent()
                || !Boolean.TRUE.equals(SCHEMA.resolved(header).get("required")),
                place + " lacks the header " + name));
        answer.headers().forEach((name, value) -> {
            if (headers.containsKey(name)) {
                Object schema = SCHEMA.resolved(headers.get(name)).get("schema");
                boolean number = "integer".equals(map(schema).get("type"));
                SCHEMA.check(schema, number ? Long.valueOf(value) : value, place + " " + name);
            } else {
                assertTrue(OF_EVERY_ANSWER.contains(name.toLowerCase())
                        || name.toLowerCase().startsWith("access-control-")
                        || name.equalsIgnoreCase("Vary") && value.equals("Origin"),
                        place + " has a header that is not described: " + name);
            }
        });
    }

    private static void checkBody(
            Map<String, Object> content, String type, Answer answer, String place) {
        if (type.equals("text/event-stream")) {
            checkEvents(answer.body());
        } else if (type.endsWith("json") && !type.endsWith("ndjson")) {
            checkJson(content.get("schema"), answer, place);
        }
        if (type.equals(PROBLEM)) {
            assertEquals(answer.status(), answer.json().get("status"));
            assertTrue(map(content.get("examples")).values().stream()
                    .map(example -> map(SCHEMA.resolved(example).get("value")).get("type"))
                    .anyMatch(answer.json().get("type")::equals)
                    || answer.json().get("type").equals("about:blank"),
                    place + " has a type that is not described: " + answer.body());
        }
    }

    /** Asserts that each event of a stream is as it is described. */
    static void checkEvents(String stream) {
        for (String event : stream.split("\n\n")) {
            String[] lines = event.split("\ndata: ");
            if (lines.length > 1) { // it is no comment
                SCHEMA.check(Map.of("$ref", "#/components/schemas/StreamEvent"),
                        Map.of("event", lines[0].replace("event: ", ""), "data", lines[1]), event);
            }
        }
    }

    private static void checkJson(Object schema, Answer answer, String place) {
        SCHEMA.check(schema, answer.json(), place);
    }

    @SuppressWarnings("unchecked") // JSON's objects
    static Map<String, Object> map(Object json) {
        return (Map<String, Object>) json;
    }
}
