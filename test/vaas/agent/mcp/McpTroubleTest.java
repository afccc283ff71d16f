package vaas.agent.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.metrics.Metrics;
import vaas.testing.Await;
import vaas.testing.LogLines;

/** Servers that are broken in every way: what a chat gets, how long it takes, what is repeated. */
@Timeout(60)
class McpTroubleTest {
    private static final String OK = "{'content':[{'type':'text','text':'found'}]}";
    private static final Duration TIMEOUT = Duration.ofMillis(250);
    private static final String TEXT =
            "'content':[{'type':'text','text':'" + StandIn.SECRET + "'}]";

    private final Metrics metrics = new Metrics();
    private final LogLines log = LogLines.listen();

    @AfterEach
    void stopListening() {
        log.close();
    }

    /** By name: how a request is answered that should have been answered with a result. */
    private static final Map<String, StandIn.Script> TROUBLES = new LinkedHashMap<>();

    static {
        String good = "{" + TEXT + ",'tools':[],'supportedVersions':['2026-07-28']}";
        TROUBLES.put("reset before the answer", StandIn.Asked::end);
        TROUBLES.put("reset in mid-head", asked -> {
            asked.raw("HTTP/1.1 200 OK\r\nContent-Ty");
            asked.end();
        });
        TROUBLES.put("reset in mid-body", asked -> {
            asked.raw("HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{\"jsonrpc\":\"2.0\",");
            asked.end();
        });
        TROUBLES.put("reset in mid-stream", asked -> asked.events()
                .event("{'jsonrpc':'2.0','method':'notifications/progress'}").end());
        TROUBLES.put("silent", asked -> { });
        TROUBLES.put("silent after the head", StandIn.Asked::events);
        TROUBLES.put("a byte a moment", asked -> {
            asked.raw("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{");
            drip(() -> asked.raw(" "));
        });
        TROUBLES.put("endless comments", asked -> {
            asked.events();
            drip(() -> asked.raw(": still here\n"));
        });
        TROUBLES.put("endless comments as fast as can be", asked -> {
            asked.events();
            while (true) {
                asked.raw(": still here\n".repeat(5000));
            }
        });
        TROUBLES.put("endless progress", asked -> {
            asked.events();
            drip(() -> asked.event("{'jsonrpc':'2.0','method':'notifications/progress'}"));
        });
        TROUBLES.put("endless progress as fast as can be", asked -> {
            asked.events();
            String progress = "data: {\"method\":\"notifications/progress\"}\n\n".repeat(1000);
            while (true) {
                asked.raw(progress);
            }
        });
        TROUBLES.put("100 MB of JSON", asked -> {
            asked.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100000000\r\n\r\n{\"x\":\"");
            flood(asked);
        });
        TROUBLES.put("100 MB in an event", asked -> {
            asked.events().raw("data: {\"x\":\"");
            flood(asked);
        });
        TROUBLES.put("100 MB under 404", asked -> {
            asked.raw("HTTP/1.1 404 No\r\nContent-Length: 100000000\r\n\r\n{\"x\":\"");
            flood(asked);
        });
        TROUBLES.put("HTML", asked -> asked.answer(200, "text/html", "<html>" + StandIn.SECRET));
        TROUBLES.put("202", asked -> asked.answer(202, "text/plain", ""));
        TROUBLES.put("204", asked -> asked.raw("HTTP/1.1 204 No\r\n\r\n"));
        for (int status : List.of(401, 403, 429, 500, 503)) {
            TROUBLES.put("" + status, asked -> asked.json(status, StandIn.SECRET,
                    "Retry-After: 0", "WWW-Authenticate: Basic realm=x"));
        }
        TROUBLES.put("407", asked -> asked.json(407, "", "Proxy-Authenticate: Basic realm=x"));
        TROUBLES.put("408", asked -> asked.json(408, "{}"));
        TROUBLES.put("empty", asked -> asked.json(200, ""));
        TROUBLES.put("blank", asked -> asked.json(200, " \n"));
        TROUBLES.put("no JSON", asked -> asked.json(200, "{'jsonrpc':"));
        TROUBLES.put("no JSON in an event", asked -> asked.events().event("so").end());
        TROUBLES.put("another id", asked -> asked.json(200,
                "{'jsonrpc':'2.0','id':4711,'result':" + good + "}"));
        TROUBLES.put("an id of text", asked -> asked.json(200,
                "{'jsonrpc':'2.0','id':'" + asked.id() + "','result':" + good + "}"));
        TROUBLES.put("a batch", asked -> asked.json(200, "[" + asked.wrapped(good) + "]"));
        TROUBLES.put("a batch in an event",
                asked -> asked.events().event("[" + asked.wrapped(good) + "]").end());
        TROUBLES.put("result and error at once", asked -> asked.json(200, "{'jsonrpc':'2.0','id':"
                + asked.id() + ",'result':" + good + ",'error':{'code':1,'message':'x'}}"));
        TROUBLES.put("neither", asked -> asked.json(200, "{'jsonrpc':'2.0','id':" + asked.id()
                + "}"));
        TROUBLES.put("a result that is none", asked -> asked.result("[]"));
        TROUBLES.put("keys twice", asked -> asked.json(200, "{'id':1,'id':" + asked.id() + "}"));
        TROUBLES.put("depth 10,000",
                asked -> asked.result("[".repeat(10_000) + "]".repeat(10_000)));
        TROUBLES.put("resultType unknown", asked -> asked.result("{'resultType':'odd'," + TEXT
                + ",'tools':[],'supportedVersions':['2026-07-28']}"));
        TROUBLES.put("resultType null", asked -> asked.result("{'resultType':null," + TEXT
                + ",'tools':[],'supportedVersions':['2026-07-28']}"));
        TROUBLES.put("input_required", asked -> asked.result(
                "{'resultType':'input_required','inputRequests':{}," + TEXT + "}"));
        for (String to : List.of("http://127.0.0.2:1/", "https://127.0.0.1:1/", "file:///etc/x",
                "//" + StandIn.SECRET + "/mcp", "/mcp")) {
            TROUBLES.put("307 to " + to, asked -> asked.answer(307, "text/plain", "",
                    "Location: " + to));
        }
        TROUBLES.put("302", asked -> asked.answer(302, "text/plain", "", "Location: /other"));
        TROUBLES.put("308 to nowhere", asked -> asked.answer(308, "text/plain", ""));
        TROUBLES.put("no HTTP", asked -> {
            asked.raw(StandIn.SECRET + "\r\n\r\n");
            asked.end();
        });
        TROUBLES.put("a head without end", asked -> {
            asked.raw("HTTP/1.1 200 OK\r\n");
            while (true) {
                asked.raw("X-" + StandIn.SECRET + ": " + "y".repeat(1000) + "\r\n");
            }
        });
    }

    static Stream<String> troubles() {
        return TROUBLES.keySet().stream();
    }

    /** A step of something that never ends. */
    private interface Step {
        void run() throws IOException;
    }

    private static void drip(Step step) throws IOException {
        while (true) {
            step.run();
            long next = System.nanoTime() + 20_000_000;
            Await.until(() -> System.nanoTime() >= next);
        }
    }

    private static void flood(StandIn.Asked asked) throws IOException {
        String piece = "x".repeat(1 << 16);
        for (int bytes = 0; bytes < 100_000_000; bytes += piece.length()) {
            asked.raw(piece);
        }
    }

    private McpTools open(StandIn server) {
        return McpTools.open(McpTools.options(server.url()).timeout(TIMEOUT).metrics(metrics));
    }

    private static Tool.Result call(Tool tool) throws Exception {
        return tool.function().call(new Tool.Call(Map.of("q", "what"), null, Question.of("?"),
                List.of(), Deadline.after(Duration.ofSeconds(30))));
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void ofACallCostsItAloneRunsItOnceAndTellsNothing(String name) throws Exception {
        try (StandIn server = StandIn.withTool(TROUBLES.get(name)); McpTools tools = open(server)) {
            Tool tool = tools.tools(Question.of("?")).get(0);
            assertEquals(Tool.Result.of("The tool failed."), call(tool));
            long requests = server.asked("tools/call").stream()
                    .filter(asked -> asked.path().equals("/mcp")).count();
            assertEquals(name.equals("307 to /mcp") ? 4 : 1, requests);
            server.script(StandIn.modern(StandIn.TOOL, asked -> asked.result(OK)));
            assertEquals("found", call(tool).text());
            assertTrue(metrics.text().matches(
                    "(?s).*calls_total\\{outcome=\"(failed|timeout)\"} 1\n.*"), metrics.text());
        }
        assertToldOnce();
    }

    @ParameterizedTest
    @MethodSource("troubles")
    void ofAListWithdrawsTheToolsAndTellsItOnce(String name) throws Exception {
        try (StandIn server = StandIn.start(TROUBLES.get(name)); McpTools tools = open(server)) {
            assertEquals(List.of(), tools.tools(Question.of("?")));
            assertTrue(metrics.text().contains("vaas_mcp_up 0"));
        }
        assertToldOnce();
    }

    private void assertToldOnce() {
        assertEquals(List.of(), log.texts().stream()
                .filter(line -> line.contains(StandIn.SECRET) || line.contains("what")).toList());
        List<String> warnings = log.with("WARNING").stream()
                .filter(line -> line.contains("MCP server")).toList();
        assertEquals(1, warnings.size(), warnings.toString());
    }

    @Test
    void ofAServerThatIsNotThereIsKnownAtOnce() throws Exception {
        StandIn server = StandIn.withTool(asked -> asked.result(OK));
        try (McpTools tools = open(server)) {
            Tool tool = tools.tools(Question.of("?")).get(0);
            server.close();
            assertEquals("The tool failed.", call(tool).text());
        }
        try (McpTools tools = open(server)) {
            assertEquals(List.of(), tools.tools(Question.of("?")));
        }
        assertEquals(1, log.with("tool find of the MCP server failed").size());
    }
}
