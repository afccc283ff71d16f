package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.api.RawClient.Answer;
import vaas.api.RawClient;
import vaas.api.ScriptedAgent;
import vaas.api.Served;
import vaas.api.ServedFixture;

@Timeout(60)
class RouterTest extends ServedFixture {
    private static final String HELLO = "{\"message\":\"Hello\"}";
    private static final Map<String, String> ALLOWED = Map.of("/chat", "POST",
            "/reset-memory", "POST", "/health", "GET, HEAD", "/", "GET, HEAD",
            "/memory", "GET, HEAD", "/memory/x", "GET, HEAD", "/sessions", "GET, HEAD");

    @ParameterizedTest
    @ValueSource(strings = {"/chatfoo", "/chat/", "/chat/x", "/%63hat", "/CHAT", "/chat;a=1",
            "/chat%2f", "/chat%00", "/reset-memory/", "/reset-memoryx", "/reset%2dmemory",
            "/health/", "/healthz", "/./chat", "/x/../chat", "/favicon.ico", "/docs/", "/%20",
            "/memory/", "/memory/x/", "/memory/x/y", "/memoryx", "/sessions/x", "/Memory/x"})
    void pathsAreExact(String path) throws IOException {
        served.memory.insert(served.memory.latest(0), "Hello", "Good day.");
        Served.problem(404, served.ask("POST " + path, HELLO));
        Served.problem(404, served.get(path));
        assertEquals(List.of(), served.agent.questions);
        assertEquals(2, served.memory.latest(2).records().size());
    }

    @Test
    void doubledSlashesAreNoRouteEither() throws IOException {
        for (String path : List.of("//chat", "//reset-memory", "//", "//evil.com/chat")) {
            int status = served.ask("POST " + path, HELLO).status();
            assertTrue(status == 404 || status == 400 || status == 421, path + " " + status);
        }
        assertEquals(List.of(), served.agent.questions);
    }

    @ParameterizedTest
    @ValueSource(strings = {"///chat", "//localhost/chat", "//localhost:80/chat"})
    void slashesBeforeThePathAreAnotherPath(String path) throws IOException {
        int status = served.ask("POST " + path, HELLO).status();
        assertTrue(status == 404 || status == 400 || status == 421, path + " " + status);
        assertEquals(List.of(), served.agent.questions);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW", "post", "get"})
    void anyOtherMethodIs405WithWhatIsAllowed(String method) throws IOException {
        for (Map.Entry<String, String> route : ALLOWED.entrySet()) {
            Answer answer = served.ask(method + " " + route.getKey(), "");
            if (method.equals("OPTIONS") && route.getKey().equals("/health")) {
                assertEquals(200, answer.status(), "it is how HAProxy asks");
                continue;
            }
            Served.problem(405, answer);
            assertEquals(Optional.of(route.getValue()), answer.header("Allow"), route.getKey());
        }
    }

    @Test
    void postAndGetAreNotInterchangeable() throws IOException {
        served.memory.insert(served.memory.latest(0), "Hello", "Good day.");
        for (Map.Entry<String, String> route : ALLOWED.entrySet()) {
            String wrong = route.getValue().equals("POST") ? "GET " : "POST ";
            Served.problem(405, served.ask(wrong + route.getKey(), ""));
        }
        assertEquals(2, served.memory.latest(2).records().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/health", "/memory", "/sessions"})
    void headIsAnsweredWhereGetIsAndWithoutABody(String path) throws IOException {
        try (RawClient client = served.client()) {
            Answer head = client.ask("HEAD " + path, "");
            assertEquals(200, head.status());
            Answer get = client.ask("GET " + path, "");
            assertEquals(200, get.status(), "no body came in between");
            for (String name : List.of("Content-Type", "Content-Length", "ETag", "Vary")) {
                assertEquals(get.header(name), head.header(name), name);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chat", "/reset-memory", "/nowhere"})
    void headElsewhereIsRefusedWithoutABody(String path) throws IOException {
        try (RawClient client = served.client()) {
            Answer head = client.ask("HEAD " + path, "");
            assertEquals(path.equals("/nowhere") ? 404 : 405, head.status());
            assertEquals(200, client.ask("GET /health", "").status(), "no body came in between");
        }
    }

    @Test
    void aTargetWithAuthorityIsTheSamePath() throws IOException {
        assertEquals(200, served.ask("GET http://localhost/health", "").status());
        Served.problem(404, served.ask("GET http://localhost/healthx", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "/a b", "/%", "/%zz", "/\u0001", "chat", "", "http://", "?",
            "localhost:80", "http://localhost", "/{x}", "/\\..\\x", "/ä"})
    void whatIsNoPathNeverHangsNorFailsTheServer(String target) throws IOException {
        try (RawClient client = served.client()) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").endOutput();
            int status = client.statusOrEnd().orElse(0);
            assertTrue(status < 500, target + " " + status);
        }
        served.checkUsable();
    }

    @Test
    void anythingThrownBecomesA500AndTheNextRequestWorks() throws IOException {
        List<ScriptedAgent.Script> failures = List.of(
                question -> {
                    throw new IllegalStateException(question.message());
                },
                question -> {
                    throw new AssertionError(question.message());
                },
                RouterTest::recurse,
                question -> {
                    throw new OutOfMemoryError(question.message());
                },
                question -> {
                    throw new NoClassDefFoundError(question.message());
                },
                question -> null);
        try (RawClient client = served.client()) {
            for (ScriptedAgent.Script failure : failures) {
                served.agent.script(failure);
                String detail = Served.problem(500, client.ask("POST /chat", HELLO));
                assertTrue(detail.endsWith("."), detail);
                assertEquals(200, client.ask("GET /health", "").status());
            }
            served.agent.script(served.agent::remember);
            assertEquals(200, client.ask("POST /chat", HELLO).status());
        }
    }

    private static Reply recurse(Question question) {
        Reply reply = recurse(question);
        return reply == null ? recurse(question) : reply;
    }
}
