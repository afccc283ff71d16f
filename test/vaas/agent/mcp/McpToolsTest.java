package vaas.agent.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Deadline;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.budget.Budget;
import vaas.metrics.Metrics;
import vaas.metrics.Trace;
import vaas.testing.Await;
import vaas.testing.LogLines;

/** The tools of servers of every age, by what goes over the wire. */
@Timeout(60)
class McpToolsTest {
    private static final String OK = "{'content':[{'type':'text','text':'found'}]}";
    private static final Trace TRACE = new Trace("4bf9".repeat(8), true);

    private final Metrics metrics = new Metrics();

    private McpTools.Options options(StandIn server) {
        return McpTools.options(server.url()).metrics(metrics);
    }

    private static Tool tool(McpTools tools) {
        return tools.tools(Question.of("?")).get(0);
    }

    private static Tool.Result call(Tool tool) throws Exception {
        return call(tool, Question.of("?"), Duration.ofSeconds(30));
    }

    private static Tool.Result call(Tool tool, Question question, Duration left)
            throws Exception {
        return tool.function().call(new Tool.Call(Map.of("q", "what", "video_path", "its own"),
                null, question, List.of(), Deadline.after(left)));
    }

    /** A server of before 2026-07-28 in whose sessions a tool can be called. */
    private static StandIn.Script older(String version, AtomicInteger session) {
        return asked -> {
            String mine = asked.headers().get("mcp-session-id");
            boolean gone = session != null && !("s" + session).equals(mine);
            switch (asked.method()) {
                case "server/discover" -> asked.error(400, -32600);
                case "initialize" -> asked.result("{'protocolVersion':'" + version + "',"
                        + "'capabilities':{},'serverInfo':{'name':'x','version':'1'}}",
                        session == null ? "X-Y: z" : "Mcp-Session-Id: s" + session);
                case "notifications/initialized" -> asked.answer(202, "text/plain", "");
                default -> {
                    if (gone) {
                        asked.json(404, "{}");
                    } else if (asked.method().equals("tools/list")) {
                        asked.result("{'tools':[" + StandIn.TOOL + "]}");
                    } else {
                        asked.events().raw(": hello\r\nid: 7\r\ndata:\r\n\r\n");
                        asked.event("{'jsonrpc':'2.0','id':99,'method':'ping'}").event(
                                "{'jsonrpc':'2.0','method':'notifications/message'}");
                        asked.event(asked.wrapped(OK)).end();
                    }
                }
            }
        };
    }

    @Nested
    class OfAServerOfToday {
        @Test
        void areCalledWithTheRequestsOwnMetadata() throws Exception {
            try (StandIn server = StandIn.withTool(asked -> asked.result(OK));
                    McpTools tools = McpTools.open(options(server).token("t0ken")
                            .version("1.2.3"))) {
                assertEquals(Tool.Result.of("found"), call(tool(tools), new Question("?",
                        Optional.empty(), Optional.of("/v.mp4"), "-", Optional.empty(),
                        Optional.of(TRACE)), Duration.ofSeconds(30)));
                assertEquals(List.of("server/discover", "tools/list", "tools/call"),
                        server.methods());
                for (String method : server.methods()) {
                    StandIn.Asked asked = server.asked(method).get(0);
                    assertEquals("2026-07-28", asked.headers().get("mcp-protocol-version"));
                    assertEquals(method, asked.headers().get("mcp-method"));
                    assertEquals("Bearer t0ken", asked.headers().get("authorization"));
                    assertEquals("application/json", asked.headers().get("content-type"));
                    assertEquals("application/json, text/event-stream",
                            asked.headers().get("accept"));
                    Map<?, ?> meta = (Map<?, ?>) asked.param("_meta");
                    assertEquals("2026-07-28",
                            meta.get("io.modelcontextprotocol/protocolVersion"));
                    assertEquals(Map.of("name", "vaas", "version", "1.2.3"),
                            meta.get("io.modelcontextprotocol/clientInfo"));
                    assertEquals(Map.of(),
                            meta.get("io.modelcontextprotocol/clientCapabilities"));
                    assertEquals(method.equals("tools/call"), meta.containsKey("traceparent"));
                }
                StandIn.Asked asked = server.asked("tools/call").get(0);
                assertEquals("find", asked.headers().get("mcp-name"));
                assertEquals("find", asked.param("name"));
                assertEquals(Map.of("q", "what", "video_path", "its own"),
                        asked.param("arguments"));
                assertEquals(TRACE, Trace.of(List.of(
                        (String) asked.param("_meta", "traceparent"))).orElseThrow());
                assertTrue(metrics.text().contains("vaas_mcp_calls_total{outcome=\"ok\"} 1\n"));
                assertTrue(metrics.text().contains("vaas_mcp_tools 1\n"));
                assertTrue(metrics.text().contains("vaas_mcp_up 1\n"));
            }
        }

        @ParameterizedTest
        @CsvSource({"'a b', a b", "' a', =?base64?IGE=?=", "caf\u00e9, =?base64?Y2Fmw6k=?=",
            "=?base64?x?=, =?base64?PT9iYXNlNjQ/eD89?=", "a.b/c, a.b/c"})
        void haveTheirTrueNamesOnTheWire(String name, String header) throws Exception {
            String listed = StandIn.TOOL.replace("'find'", "'" + name + "'");
            try (StandIn server = StandIn.start(StandIn.modern(listed, asked -> asked.result(OK)));
                    McpTools tools = McpTools.open(options(server))) {
                Tool tool = tool(tools);
                assertEquals(name.replaceAll("[^a-z0-9]", "_"), tool.name());
                assertEquals("found", call(tool).text());
                assertEquals(name, server.asked("tools/call").get(0).param("name"));
                assertEquals(header, server.asked("tools/call").get(0).headers().get("mcp-name"));
            }
        }

        @ParameterizedTest
        @CsvSource({"-32020, 2", "-32022, 2", "-32021, 1", "-32602, 1", "-32603, 1"})
        void areCalledAgainOnlyWhereTheServerSaysThatItDidNotBegin(int code, int calls)
                throws Exception {
            try (StandIn server = StandIn.withTool(asked -> asked.error(400, code));
                    McpTools tools = McpTools.open(options(server))) {
                assertEquals("The tool failed.", call(tool(tools)).text());
                assertEquals(calls, server.asked("tools/call").size());
            }
        }
    }

    @Nested
    class OfAnOlderServer {
        @ParameterizedTest
        @ValueSource(strings = {"2025-11-25", "2025-06-18", "2025-03-26"})
        void areCalledInOneSessionForAll(String version) throws Exception {
            try (StandIn server = StandIn.start(older(version, new AtomicInteger(1)));
                    McpTools tools = McpTools.open(options(server))) {
                assertEquals("found", call(tool(tools)).text());
                assertEquals("found", call(tool(tools)).text());
                assertEquals(List.of("server/discover", "initialize", "notifications/initialized",
                        "tools/list", "tools/call", "tools/call"), server.methods());
                StandIn.Asked begun = server.asked("initialize").get(0);
                assertEquals("2025-11-25", begun.param("protocolVersion"));
                assertNull(begun.headers().get("mcp-protocol-version"));
                assertNull(begun.headers().get("mcp-session-id"));
                assertFalse(server.asked("notifications/initialized").get(0).body()
                        .containsKey("id"));
                for (String method : server.methods().subList(2, 6)) {
                    StandIn.Asked asked = server.asked(method).get(0);
                    assertEquals(version, asked.headers().get("mcp-protocol-version"));
                    assertEquals("s1", asked.headers().get("mcp-session-id"));
                    assertNull(asked.headers().get("mcp-method"));
                    assertNull(asked.param("_meta"));
                }
            }
        }

        @Test
        void mayHaveNoSessions() throws Exception {
            try (StandIn server = StandIn.start(older("2025-06-18", null));
                    McpTools tools = McpTools.open(options(server))) {
                assertEquals("found", call(tool(tools)).text());
                assertNull(server.asked("tools/call").get(0).headers().get("mcp-session-id"));
            }
        }

        @Test
        void areOfferedAlsoIfItAnswersANotificationWithAStream() throws Exception {
            StandIn.Script good = older("2025-06-18", null);
            try (StandIn server = StandIn.start(asked -> {
                if (asked.method().startsWith("notifications/")) {
                    asked.events();
                } else {
                    good.answer(asked);
                }
            }); McpTools tools = McpTools.open(options(server))) {
                assertEquals("find", tool(tools).name());
            }
        }

        @Test
        void thatSpeaksAYetOlderVersionAreNotOffered() throws Exception {
            try (StandIn server = StandIn.start(older("2024-11-05", null));
                    McpTools tools = McpTools.open(options(server))) {
                assertEquals(List.of(), tools.tools(Question.of("?")));
            }
        }

        @Test
        void shareANewSessionWhenTheOldOneIsGone() throws Exception {
            AtomicInteger session = new AtomicInteger(1);
            try (StandIn server = StandIn.start(older("2025-11-25", session));
                    McpTools tools = McpTools.open(options(server))) {
                Tool tool = tool(tools);
                session.incrementAndGet();
                together(12, () -> call(tool).text()).forEach(text -> assertEquals("found", text));
                assertEquals(2, server.asked("initialize").size());
                assertEquals(1, server.asked("server/discover").size());
                assertEquals(12, server.asked("tools/call").stream().filter(
                        asked -> asked.headers().get("mcp-session-id").equals("s2")).count());
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {400, 404})
        void areCalledOnceMoreAndNoFurtherInANewSession(int status) throws Exception {
            StandIn.Script good = older("2025-11-25", new AtomicInteger(1));
            try (StandIn server = StandIn.start(good);
                    McpTools tools = McpTools.open(options(server))) {
                server.script(asked -> {
                    if (asked.method().equals("tools/call")) {
                        asked.json(status, "{}");
                    } else {
                        good.answer(asked);
                    }
                });
                assertEquals("The tool failed.", call(tool(tools)).text());
                assertEquals(2, server.asked("tools/call").size());
                assertEquals(2, server.asked("initialize").size());
            }
        }

        @Test
        void survivesItsRestartBetweenTwoChats() throws Exception {
            AtomicInteger session = new AtomicInteger(1);
            try (StandIn server = StandIn.start(older("2025-11-25", session));
                    McpTools tools = McpTools.open(options(server))) {
                assertEquals("found", call(tool(tools)).text());
                server.cut();
                session.incrementAndGet();
                Await.until(server::isDeserted);
                assertEquals("found", call(tool(tools)).text());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"200|{'error':{'code':-32601,'message':''}}",
        "200|{'error':{'code':-32602,'message':''}}", "200|{'result':{'serverInfo':{}}}",
        "400|{'error':{'code':-32000,'message':''}}", "400|", "404|Not Found", "405|",
        "404|{'error':{'code':-32601,'message':''}}", "422|{}", "406|{}",
        "400|{'error':{'code':-32022,'message':'','data':{'supported':['2025-11-25']}}}",
        "200|{'result':{'supportedVersions':['2025-11-25']}}"})
    void anOlderServerIsKnownByItsAnswer(int status, String body) throws Exception {
        StandIn.Script good = older("2025-06-18", null);
        try (StandIn server = StandIn.start(asked -> {
            if (asked.method().equals("server/discover")) {
                asked.json(status, body == null ? "" : body.replaceFirst(
                        "\\{", "{'jsonrpc':'2.0','id':" + asked.id() + ","));
            } else {
                good.answer(asked);
            }
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals("find", tool(tools).name());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"401|", "403|", "429|", "500|", "503|", "200|", "202|",
        "400|{'error':{'code':-32020,'message':''}}", "400|{'error':{'code':-32021,'message':''}}",
        "200|<html>"})
    void andIsNotSoughtBehindAnyOtherAnswer(int status, String body) throws Exception {
        try (StandIn server = StandIn.start(asked -> asked.json(status, body == null ? "" : body));
                McpTools tools = McpTools.open(options(server))) {
            assertEquals(List.of(), tools.tools(Question.of("?")));
            assertEquals(List.of(), server.asked("initialize"));
        }
    }

    @Test
    void aServerOfTodayMayWantToBeAskedTwice() throws Exception {
        StandIn.Script good = StandIn.modern(StandIn.TOOL, null);
        try (StandIn server = StandIn.start(asked -> asked.error(400, -32022))) {
            server.script(asked -> {
                asked.error(400, -32022);
                server.script(good);
            });
            try (McpTools tools = McpTools.open(options(server))) {
                assertEquals("find", tool(tools).name());
                assertEquals(List.of("server/discover", "server/discover", "tools/list"),
                        server.methods());
            }
        }
    }

    @Test
    void aRedirectWithinTheOriginIsFollowedAndRemembered() throws Exception {
        StandIn.Script good = older("2025-06-18", new AtomicInteger(1));
        try (StandIn server = StandIn.start(asked -> {
            if (asked.path().equals("/mcp/")) {
                good.answer(asked);
            } else {
                asked.answer(307, "text/plain", "",
                        "Location: http://" + asked.headers().get("host") + "/mcp/");
            }
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals("found", call(tool(tools)).text());
            assertEquals(List.of("server/discover", "server/discover", "initialize",
                    "notifications/initialized", "tools/list", "tools/call"), server.methods());
            assertEquals(server.asked("server/discover").get(0).body(),
                    server.asked("server/discover").get(1).body());
        }
    }

    @Test
    void theListIsReadPageByPageAndAnEmptyCursorIsOne() throws Exception {
        List<Object> cursors = new ArrayList<>();
        try (StandIn server = StandIn.start(asked -> {
            if (!asked.method().equals("tools/list")) {
                StandIn.modern("", null).answer(asked);
                return;
            }
            cursors.add(asked.param("cursor"));
            int page = cursors.size();
            asked.result("{'tools':[" + StandIn.TOOL.replace("find", "find" + page) + "]"
                    + (page == 1 ? ",'nextCursor':''" : page == 2 ? ",'nextCursor':'c'"
                            : page == 3 ? ",'nextCursor':''" : "") + "}");
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals(List.of("find1", "find2", "find3"), tools.tools(Question.of("?")).stream()
                    .map(Tool::name).toList());
            assertEquals(Arrays.asList(null, "", "c"), cursors);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{'code':-32602,'message':'Unknown tool: find'}",
        "{'code':-32601,'message':''}"})
    void aToolThatVanishesHasTheListReadAgain(String error) throws Exception {
        try (StandIn server = StandIn.withTool(null);
                McpTools tools = McpTools.open(options(server))) {
            Tool tool = tool(tools);
            server.script(StandIn.modern("", asked -> asked.json(200,
                    "{'jsonrpc':'2.0','id':" + asked.id() + ",'error':" + error + "}")));
            assertEquals("The tool failed.", call(tool).text());
            Await.until(() -> tools.tools(Question.of("?")).isEmpty());
            assertEquals(2, server.asked("tools/list").size());
        }
    }

    @Test
    void aToolThatVanishesInTheWordsOfAResultDoesSoToo() throws Exception {
        try (StandIn server = StandIn.withTool(null);
                McpTools tools = McpTools.open(options(server))) {
            Tool tool = tool(tools);
            server.script(StandIn.modern("", asked -> asked.result("{'content':[{'type':'text',"
                    + "'text':'Unknown tool: find'}],'isError':true}")));
            assertEquals("Unknown tool: find", call(tool).text());
            Await.until(() -> tools.tools(Question.of("?")).isEmpty());
            assertTrue(metrics.text().contains("{outcome=\"tool_error\"} 1\n"));
        }
    }

    @Test
    void whatTheRequestHasIsFilledInAndTheModelsOwnDropped() throws Exception {
        String listed = "{'name':'clip','inputSchema':{'type':'object','properties':{"
                + "'video_path':{'type':'string'},'user_image':{},'q':{}},"
                + "'required':['video_path','user_image','q']}}";
        try (StandIn server = StandIn.start(StandIn.modern(listed, asked -> asked.result(
                "{'content':[],'structuredContent':{'clip_path':'./c.mp4'}}")));
                McpTools tools = McpTools.open(options(server))) {
            Question full = new Question("?", Optional.of(new Image("image/png", "aW1n")),
                    Optional.of("/v.mp4"), "-");
            for (Question lacks : List.of(Question.of("?"),
                    new Question("?", full.image(), Optional.of(""), "-"),
                    new Question("?", Optional.empty(), full.videoPath(), "-"))) {
                assertEquals(List.of(), tools.tools(lacks));
            }
            Tool tool = tools.tools(full).get(0);
            assertEquals(Map.of("type", "object", "properties", Map.of("q", Map.of()),
                    "required", List.of("q")), tool.parameters());
            assertEquals(Optional.of("./c.mp4"),
                    call(tool, full, Duration.ofSeconds(30)).clipPath());
            assertEquals(Map.of("q", "what", "video_path", "/v.mp4", "user_image", "aW1n"),
                    server.asked("tools/call").get(0).param("arguments"));
        }
    }

    @Test
    void aCallLeavesTheModelTimeAlsoWhenAllHang() throws Exception {
        try (StandIn server = StandIn.withTool(asked -> { });
                McpTools tools = McpTools.open(options(server))) {
            Tool tool = tool(tools);
            long before = clientCpuNanos();
            Tool.Call call = new Tool.Call(Map.of(), null, Question.of("?"), List.of(),
                    Deadline.after(Duration.ofMillis(2500)));
            for (int i = 0; i < 5; i++) {
                assertEquals("The tool failed.", tool.function().call(call).text());
            }
            assertFalse(call.deadline().hasPassed());
            assertTrue(clientCpuNanos() - before < 1_000_000_000L, "it does not spin meanwhile");
            assertTrue(metrics.text().contains("{outcome=\"timeout\"} 5\n"));
        }
    }

    /** What threads of the HTTP client itself have taken so far. */
    private static long clientCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Thread.getAllStackTraces().keySet().stream()
                .filter(it -> it.getName().startsWith("OkHttp"))
                .mapToLong(it -> threads.getThreadCpuTime(it.getId())).sum();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"\\ud83d|\ufffd", "\\uDE00x|\ufffdx",
        "\\ud83d\\uDE00|\ud83d\ude00", "\\\\ud83d|\\ud83d", "\\ud83dx\\ude00|\ufffdx\ufffd",
        "\\u00e9\\uD83D\\\\|\u00e9\ufffd\\"})
    void halfACharacterIsReplaced(String written, String read) throws Exception {
        try (StandIn server = StandIn.withTool(asked -> asked.result(
                "{'content':[{'type':'text','text':'" + written + "'}]}"));
                McpTools tools = McpTools.open(options(server))) {
            assertEquals(read, call(tool(tools)).text());
        }
    }

    @ParameterizedTest
    @CsvSource({"false,1040000,true", "false,1050000,false", "true,1040000,true",
        "true,1060000,false"})
    void anAnswerIsReadUpToAMebibyte(boolean streamed, int chars, boolean read) throws Exception {
        String result = "{'content':[{'type':'text','text':'found'}],'_meta':{'x':'"
                + "x".repeat(chars) + "'}}";
        try (StandIn server = StandIn.withTool(asked -> {
            if (streamed) {
                asked.events().event("{'method':'notifications/x'}").event(asked.wrapped(result));
            } else {
                asked.result(result);
            }
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals(read ? "found" : "The tool failed.", call(tool(tools)).text());
        }
    }

    @ParameterizedTest
    @CsvSource({"2050000,1", "2110000,0"})
    void aListIsReadUpToFourOnAllItsPages(int chars, int tools) throws Exception {
        String page = "'_meta':{'x':'" + "x".repeat(chars) + "'}}";
        AtomicInteger pages = new AtomicInteger();
        try (StandIn server = StandIn.start(asked -> {
            if (asked.method().equals("tools/list")) {
                asked.result(pages.incrementAndGet() == 1
                        ? "{'tools':[" + StandIn.TOOL + "],'nextCursor':'c'," + page
                        : "{'tools':[]," + page);
            } else {
                StandIn.modern("", null).answer(asked);
            }
        }); McpTools all = McpTools.open(options(server))) {
            if (tools > 0) { // which may take longer than a chat waits for it
                Await.until(() -> all.tools(Question.of("?")).size() == tools);
            }
            assertEquals(tools, all.tools(Question.of("?")).size());
        }
    }

    @Test
    void whatAnAnswerTakesIsCountedGivenBackAndNotTakenFromSmallChats() throws Exception {
        Budget budget = Budget.of(64L << 20, 4096); // 16 MiB for all shares
        String text = "x".repeat(300_000);
        try (StandIn server = StandIn.withTool(asked -> asked.result(
                "{'content':[{'type':'text','text':'" + text + "'}]}"));
                McpTools tools = McpTools.open(options(server).budget(budget));
                Budget.Share others = budget.standing()) {
            Tool tool = tool(tools);
            assertEquals(65_536, call(tool).text().length());
            assertEquals(0, budget.used());
            others.take(10L << 20);
            assertEquals("The tool failed.", call(tool).text());
            assertEquals(10L << 20, budget.used());
        }
    }

    @Test
    void anEventStreamIsKnownInAnyCase() throws Exception {
        try (StandIn server = StandIn.withTool(asked -> {
            asked.raw("HTTP/1.1 200 OK\r\nContent-Type: Text/Event-Stream\r\n\r\n");
            asked.event(asked.wrapped(OK));
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals("found", call(tool(tools)).text());
        }
    }

    @Test
    void anInterruptClosesTheStreamOfTheCall() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (StandIn server = StandIn.withTool(asked -> {
            asked.events();
            begun.countDown();
        }); McpTools tools = McpTools.open(options(server))) {
            FutureTask<String> text = new FutureTask<>(() -> call(tool(tools)).text());
            Thread thread = new Thread(text);
            thread.start();
            begun.await();
            Await.until(() -> { // only the end of the connection wakes it there
                StackTraceElement[] stack = thread.getStackTrace();
                return !thread.isAlive() || stack.length > 0 && stack[0].isNativeMethod()
                        && Arrays.toString(stack).contains("EventStream");
            });
            long start = System.nanoTime();
            thread.interrupt();
            assertEquals("The tool failed.", text.get());
            Await.until(server::isDeserted);
            assertTrue(System.nanoTime() - start < 10_000_000_000L, "long before the timeout");
        }
    }

    @Test
    void aServerThatIsSlowAtTheStartIsNotWaitedForLong() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        StandIn.Script good = StandIn.modern(StandIn.TOOL, null);
        try (StandIn server = StandIn.start(asked -> {
            Await.latch(goOn);
            good.answer(asked);
        }); McpTools tools = McpTools.open(options(server))) {
            assertEquals(List.of(), tools.tools(Question.of("?")));
            goOn.countDown();
            Await.until(() -> tools.tools(Question.of("?")).size() == 1);
        }
    }

    @Test
    void changesOfTheListAreToldOnceAndByName() throws Exception {
        try (LogLines log = LogLines.listen();
                StandIn server = StandIn.withTool(asked -> asked.error(200, -32602));
                McpTools tools = McpTools.open(options(server))) {
            Tool tool = tool(tools);
            call(tool);
            Await.until(() -> server.asked("tools/list").size() == 2);
            server.script(StandIn.modern(StandIn.TOOL.replace("Finds.", "Seeks.") + ","
                    + StandIn.TOOL.replace("find", "more"), asked -> asked.error(200, -32602)));
            Await.until(() -> {
                call(tool);
                return tools.tools(Question.of("?")).size() == 2;
            });
            Await.until(() -> log.with("tools of the MCP server: ").size() == 2);
            assertEquals(List.of("added find; changed ; gone ", "added more; changed find; gone "),
                    log.with("tools of the MCP server: ").stream()
                            .map(line -> line.substring(line.indexOf("added"))).toList());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://host/", "host:80", "http://", "http://u@host/", "http://h/#f",
        "http://h:0/", "http://h:65536/", "http:///mcp", "http://u:p@host/", "/mcp", ""})
    void aServerHasToBeAUrl(String url) {
        assertThrows(IllegalArgumentException.class, () -> McpTools.options(url));
    }

    @ParameterizedTest
    @CsvSource({"http://example.org/,false", "https://example.org/,true", "http://[::1]/,true",
        "http://127.9.9.9/,true", "http://localhost:1/,true",
        "http://localhost.example.org/,false"})
    void aTokenIsNotSentInTheClear(String url, boolean fine) {
        if (fine) {
            McpTools.options(url).token("t");
        } else {
            assertThrows(IllegalArgumentException.class, () -> McpTools.options(url).token("t"));
        }
    }

    private static <T> List<T> together(int count, Callable<T> task) throws Exception {
        List<FutureTask<T>> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            FutureTask<T> one = new FutureTask<>(task);
            all.add(one);
            new Thread(one).start();
        }
        List<T> results = new ArrayList<>();
        for (FutureTask<T> one : all) {
            results.add(one.get());
        }
        return results;
    }
}
