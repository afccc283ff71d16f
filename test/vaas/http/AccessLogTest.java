package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.agent.Reply;
import vaas.testing.LogLines;
import vaas.api.ScriptedAgent;
import vaas.api.Served;

/** What the log says of a request, and what neither it nor an error answer ever says. */
@Timeout(60)
class AccessLogTest {
    private static final String SECRET = "xyzzy";

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"/chat,/chat", "'a b',a\\u0020b", "~!\"{0}'',~!\"{0}''"})
    void visibleAsciiStays(String text, String expected) {
        assertEquals(expected, AccessLog.printable(text));
    }

    @Test
    void theRestIsEscapedAndLongTextsAreCut() {
        assertEquals("a\\u000d\\u000aINFO\\u001b\\u007f\\u00e4",
                AccessLog.printable("a\r\nINFO\u001b\u007fä"));
        assertEquals("x".repeat(100), AccessLog.printable("x".repeat(101)));
        assertEquals("", AccessLog.printable(null));
    }

    @Test
    void aRequestIsOneLineWithoutItsQuery() throws IOException {
        try (LogLines log = LogLines.listen(); Served served = start()) {
            served.get("/health?" + SECRET, "X-Request-Id: id-1");
            stop(served);
            List<String> lines = log.with("id-1");
            assertEquals(1, lines.size(), log.all().toString());
            String line = lines.get(0);
            assertTrue(line.matches("INFO GET /health 200 [0-9]+ ms [0-9]+ bytes id id-1"), line);
        }
    }

    @Test
    void refusedRequestsAreLoggedToo() throws IOException {
        try (LogLines log = LogLines.listen(); Served served = start()) {
            served.ask("BREW /%0apot", "", "X-Request-Id: id-2");
            served.chat("{", "X-Request-Id: id-3");
            stop(served);
            assertTrue(log.with("id-2").get(0).startsWith("INFO BREW /%0apot 404 "));
            assertTrue(log.with("id-3").get(0).startsWith("INFO POST /chat 400 "));
        }
    }

    @Test
    void anErrorIsLoggedWithItsKindAndPlaceUnderTheSameId() throws IOException {
        try (LogLines log = LogLines.listen(); Served served = start()) {
            served.agent.script(question -> {
                throw new IllegalStateException(question.message());
            });
            served.chat("{\"message\":\"" + SECRET + "\"}", "X-Request-Id: id-4");
            stop(served);
            List<String> lines = log.with("id-4");
            assertEquals(2, lines.size(), lines.toString());
            assertTrue(lines.get(0).contains(IllegalStateException.class.getName())
                    && lines.get(0).contains("AccessLogTest"), lines.get(0));
        }
    }

    @Test
    void everyLineOfARequestNamesItsTrace() throws IOException {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        try (LogLines log = LogLines.listen(); Served served = start()) {
            served.agent.script(question -> {
                throw new IllegalStateException();
            });
            String parent = "traceparent: 00-" + trace + "-00f067aa0ba902b7-01";
            served.chat("{\"message\":\"q\"}", "X-Request-Id: id-5", parent);
            served.ask("POST /reset-memory", "", "X-Request-Id: id-6", parent);
            served.get("/health", "X-Request-Id: id-7", parent, parent);
            stop(served);
            assertEquals(2, log.with("id id-5 trace " + trace).size());
            assertEquals(2, log.with("id id-6 trace " + trace).size());
            assertEquals(4, log.with(trace).size());
            assertEquals(5, log.with("id id-").size());
        }
    }

    @Test
    void noErrorAnswerAndNoLogLineRepeatsWhatWasSent() throws IOException {
        String quoted = "\"" + SECRET + "\"";
        List<String> bodies = List.of(SECRET, quoted, "{\"message\":" + quoted,
                "{\"message\":" + SECRET + "}", "{\"message\":" + quoted + "} " + SECRET,
                "{" + quoted + ":1," + quoted + ":2}", "{\"message\":[" + quoted + "]}",
                "{\"message\":{" + quoted + ":1}}", "[" + quoted + "]",
                "{\"message\":\"" + SECRET + "\\ud83d\"}", "{\"message\":\"\\" + SECRET + "\"}",
                "{\"message\":" + quoted + ",\"session_id\":\"" + SECRET + " \"}",
                "{\"message\":" + quoted + ",\"image_base64\":" + quoted + "}",
                "{\"message\":" + quoted + ",\"image_base64\":\"data:" + SECRET + "\"}",
                "{\"message\":" + quoted + ",\"video_path\":[" + quoted + "]}",
                "{\"message\":\"" + SECRET.repeat(100) + "\"}");
        try (LogLines log = LogLines.listen();
                Served served = start("MAX_BODY_BYTES", "300")) {
            for (String body : bodies) {
                String answer = served.chat(body, "Cookie: " + SECRET).body();
                assertTrue(answer.contains("\"detail\":"), body);
                assertFalse(answer.contains(SECRET), answer);
                served.ask("POST /nowhere", body);
                served.ask("POST /reset-memory", body, "Content-Type: " + SECRET);
            }
            for (String request : List.of("GET /memory?session_id=xyzzy%20", "GET /memory?limit="
                    + SECRET, "POST /reset-memory?" + SECRET, "POST /reset-memory?all=" + SECRET)) {
                assertFalse(Served.problem(422, served.ask(request, "")).contains(SECRET));
            }
            for (String header : List.of("If-Match: ", "Idempotency-Key: x ")) {
                String path = header.startsWith("If") ? "/reset-memory" : "/chat";
                assertFalse(Served.problem(400, served.ask("POST " + path, "{}", header + SECRET))
                        .contains(SECRET));
            }
            failInEveryWay(served, "{\"message\":" + quoted + "}");
            stop(served);
            assertEquals(List.of(), log.with(SECRET));
            assertTrue(log.all().size() > bodies.size());
        }
    }

    private static void failInEveryWay(Served served, String body) throws IOException {
        List<ScriptedAgent.Script> scripts = List.of(served.agent::remember,
                question -> new Reply.Failed(Reply.Kind.MODEL, "No."),
                question -> null,
                question -> {
                    throw new AssertionError(question.message());
                },
                question -> {
                    throw new IllegalStateException(new IOException(question.message()));
                });
        for (ScriptedAgent.Script script : scripts) {
            served.agent.script(script);
            assertFalse(served.chat(body).body().contains(SECRET));
        }
    }

    /** Patient when it stops: without a grace it would not wait for what is still to be logged. */
    private Served start(String... settings) throws IOException {
        List<String> all = new ArrayList<>(List.of(settings));
        all.addAll(List.of("SHUTDOWN_GRACE", "60"));
        return Served.start(folder, all.toArray(String[]::new));
    }

    /** A request is logged after its answer, so its line is certain only after the stop. */
    private static void stop(Served served) {
        served.api.close();
    }
}
