package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.asked;
import static vaas.agent.groq.Scripted.calls;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.error;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Reply.Kind;
import vaas.agent.Tool;
import vaas.agent.ToolSource;
import vaas.agent.mcp.McpTools;
import vaas.agent.mcp.StandIn;
import vaas.json.Fields;
import vaas.memory.Conversations;
import vaas.testing.Await;
import vaas.testing.LogLines;

/** Chats with tools that are not the agent's own: what they may cost a chat. */
@Timeout(60)
class ToolSourceTest extends GroqFixture {
    private static final Tool OWN = tool("own", "mine");

    private static Tool tool(String name, String result) {
        return new Tool(name, "", Map.of("type", "object"), call -> Tool.Result.of(result));
    }

    private GroqAgent agent(ToolSource source, String... settings) {
        Scripted.Groq config = config(groq, settings);
        return GroqAgent.open(config.client(), memory.folder,
                config.agent().tools(OWN).source(source));
    }

    private List<String> offered() {
        return Fields.items(asked(groq).get("tools")).stream()
                .map(tool -> (String) Fields.get(tool, "function", "name")).toList();
    }

    private static String answer(Reply reply) {
        return assertInstanceOf(Reply.Answered.class, reply).message();
    }

    @Test
    void areOfferedBehindItsOwnWhichWin() {
        script(calls("own", "{}"), says("a1"), says("a2"));
        try (GroqAgent agent = agent(question -> List.of(tool("a", ""), tool("own", "theirs"),
                tool("a", ""), tool("b", ""), tool("c", "")), "DISABLE_TOOLS", "b")) {
            answer(agent.chat(Question.of("q1")));
            assertEquals(List.of("own", "a", "c"), offered());
            assertTrue(asked(groq).toString().contains("content=mine"));
            assertEquals(List.of(OWN), agent.tools());
        }
    }

    @Test
    void areNoMoreThanTheModelTakes() {
        script(says("a1"));
        List<Tool> many = IntStream.range(0, 500).mapToObj(i -> tool("t" + i, "")).toList();
        try (GroqAgent agent = agent(question -> many)) {
            answer(agent.chat(Question.of("q1")));
        }
        List<String> offered = offered();
        assertEquals(128, offered.size());
        assertEquals("t126", offered.get(127));
    }

    @Test
    void areTheSameToTheEndOfAChat() {
        script(calls("now", "{}"), says("a1"), says("a2"));
        List<Tool> present = new ArrayList<>(List.of(tool("now", "here")));
        try (GroqAgent agent = agent(question -> List.copyOf(present))) {
            present.add(0, new Tool("now", "", Map.of(), call -> {
                present.clear();
                return Tool.Result.of("here");
            }));
            present.remove(1);
            answer(agent.chat(Question.of("q1")));
            answer(agent.chat(Question.of("q2")));
        }
        assertEquals(List.of("own", "now"), offered());
        assertEquals(List.of("own", "now"), offered());
        assertEquals(List.of("own"), offered());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {"400|strange|Something odd about a schema.|1",
        "422|strange|Something odd.|1", "400|strange|tools are not supported|1",
        "400|context_length_exceeded|Too long.|0", "400|tool_use_failed|Botched.|0"})
    void areLeftOutFirstWhenTheModelRefusesThePrompt(
            int status, String code, String words, int remembered) throws IOException {
        memory.say(1, 4);
        script(status(status, error(code, words)).build(), code.startsWith("tool")
                ? status(status, error(code, words)).build() : says("a5"), says("a5"), says("a6"));
        try (LogLines log = LogLines.listen();
                GroqAgent agent = agent(question -> List.of(tool("theirs", "")))) {
            assertEquals("a5", answer(agent.chat(Question.of("q5"))));
            assertEquals(1, log.with("WARNING").stream()
                    .filter(line -> line.contains("DISABLE_TOOLS: theirs")).count());
            int asked = groq.getRequestCount();
            answer(agent.chat(Question.of("q6")));
            for (int i = 1; i < asked; i++) {
                assertEquals(List.of("own", "theirs"), offered());
            }
            Map<String, Object> body = asked(groq);
            assertEquals(1, ((List<?>) body.get("tools")).size());
            assertEquals(10, ((List<?>) body.get("messages")).size()); // the whole history
            assertEquals(remembered == 1 ? List.of("own") : List.of("own", "theirs"), offered());
        }
    }

    @ParameterizedTest
    @CsvSource({"401, invalid_api_key", "400, model_decommissioned", "402, strange"})
    void areNotLeftOutWhereThatWouldNotHelp(int status, String code) {
        script(status(status, error(code, "No.")).build());
        try (GroqAgent agent = agent(question -> List.of(tool("theirs", "")))) {
            assertInstanceOf(Reply.Failed.class, agent.chat(Question.of("q1")));
        }
        assertEquals(1, groq.getRequestCount());
    }

    @Test
    void areLeftAloneWhenTheReaderLeavesAndTheChatEnds() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        script(calls("find", "{}"));
        try (StandIn server = StandIn.withTool(asked -> {
            asked.events();
            begun.countDown();
        }); McpTools tools = McpTools.open(McpTools.options(server.url()));
                GroqAgent agent = agent(tools)) {
            Reply reply = agent.chat(Conversations.SHARED, Question.of("q1"), text -> {
                if (begun.getCount() == 0) {
                    throw new IOException("left");
                }
            });
            assertEquals(Kind.LEFT, assertInstanceOf(Reply.Failed.class, reply).kind());
            Await.until(server::isDeserted);
            assertEquals(1, server.asked("tools/call").size());
        }
        assertEquals(List.of(), remembered());
    }

    @Test
    void thatHangTakeNoThreadOfItsOwn() throws Exception {
        CountDownLatch begun = new CountDownLatch(260);
        CountDownLatch goOn = new CountDownLatch(1);
        groq.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                String body = request.getBody().utf8();
                return body.contains("\"tool_call_id\"") ? says(body.contains("mine") ? "m" : "t")
                        : calls(body.contains("hang") ? "theirs" : "own", "{}");
            }
        });
        Tool theirs = new Tool("theirs", "", Map.of("type", "object"), call -> {
            begun.countDown();
            goOn.await();
            return Tool.Result.of("");
        });
        try (GroqAgent agent = agent(question -> List.of(theirs))) {
            List<Thread> hanging = IntStream.range(0, 260).mapToObj(
                    i -> new Thread(() -> agent.chat(Question.of("hang")))).toList();
            hanging.forEach(Thread::start);
            begun.await();
            assertEquals("m", answer(agent.chat(Question.of("q"))));
            goOn.countDown();
            for (Thread thread : hanging) {
                thread.join();
            }
        }
    }

    @Test
    void ofAServerThatIsSlowCostTheChatNoMoreThanTheirTime() throws Exception {
        script(calls("find", "{}"), says("a1"));
        try (StandIn server = StandIn.withTool(asked -> { });
                McpTools tools = McpTools.open(McpTools.options(server.url())
                        .timeout(Duration.ofMillis(200)));
                GroqAgent agent = agent(tools)) {
            assertEquals("a1", answer(agent.chat(Question.of("q1"))));
            asked(groq);
            assertTrue(asked(groq).toString().contains("content=The tool failed."));
        }
        assertEquals(List.of("q1", "a1"), remembered());
    }
}
