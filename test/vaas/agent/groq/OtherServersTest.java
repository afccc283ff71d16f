package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.asked;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.messages;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Reply.Kind;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.json.Fields;
import vaas.metrics.Metrics;
import vaas.testing.LogLines;

/** Chats with servers that are not Groq's, by the bytes that they are known to answer. */
@Timeout(60)
class OtherServersTest extends GroqFixture {
    private static final String NO_TOOLS =
            "{'error':{'message':'m does not support tools','type':'api_error','code':null}}";

    private final List<Map<String, Object>> seen =
            Collections.synchronizedList(new ArrayList<>());
    private final Tool clip = tool("clip");
    private final Tool find = tool("find_it");
    private final LogLines log = LogLines.listen();

    @AfterEach
    void stopListening() {
        log.close();
    }

    private Tool tool(String name) {
        return new Tool(name, "", Map.of("type", "object"), call -> {
            seen.add(call.arguments());
            return Tool.Result.of("done");
        });
    }

    @Nested
    class ToolsThatAreNotTaken {
        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "400|" + NO_TOOLS,
            "400|{'object':'error','message':'`auto` tool choice requires"
                    + " --enable-auto-tool-choice','type':'BadRequestError','code':400}",
            "404|{'error':{'message':'No endpoints found that support tool use.','code':404}}",
            "500|{'error':{'code':500,'message':'tools param requires --jinja flag'}}",
            "200|{'error':{'code':400,'message':'m does not support tools'}}",
            "422|{'detail':[{'loc':['body','tools'],'msg':'Extra inputs are not permitted'}]}"
        })
        void areLeftOutAndThatIsRememberedForTheModel(int status, String body)
                throws IOException {
            script(error(status, body), says("a1"), says("a2"));
            try (GroqAgent agent = agent(clip, find)) {
                assertEquals("a1", answered(agent.chat(Question.of("q1"))));
                assertEquals("a2", answered(agent.chat(Question.of("q2"))));
            }
            assertEquals(2, ((List<?>) asked(groq).get("tools")).size());
            assertEquals(Set.of("model", "messages"), asked(groq).keySet());
            assertEquals(Set.of("model", "messages"), asked(groq).keySet());
            assertEquals(List.of("q1", "a1", "q2", "a2"), remembered());
            assertEquals(1, log.texts().stream()
                    .filter(line -> line.contains("DISABLE_TOOLS")).count());
        }

        @Test
        void areOfferedAgainAfterAnHour() {
            AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5); // it may overflow
            script(error(400, NO_TOOLS), says("a1"), says("a2"), says("a3"));
            try (GroqAgent agent = GroqAgent.open(config(groq).client(), memory.folder,
                    config(groq).agent().tools(clip).nanoTime(nanos::get))) {
                agent.chat(Question.of("q1"));
                nanos.addAndGet(Duration.ofHours(1).toNanos() - 1);
                agent.chat(Question.of("q2"));
                nanos.incrementAndGet();
                agent.chat(Question.of("q3"));
            }
            asked(groq);
            asked(groq);
            assertNull(asked(groq).get("tools"));
            assertEquals(1, ((List<?>) asked(groq).get("tools")).size());
        }

        @ParameterizedTest
        @ValueSource(strings = {
            "{'error':{'message':'Invalid schema for function `find_it`: not an object'}}",
            "{'error':{'message':'tools[1].function.parameters is not supported'}}",
            "{'detail':[{'loc':['body','tools',1,'function'],'msg':'Value error'}]}"
        })
        void areFirstThoseThatTheErrorNamesAndThenAll(String body) {
            script(error(400, body), error(400, NO_TOOLS), says("a1"));
            chat("q1", clip, find);
            assertEquals(2, ((List<?>) asked(groq).get("tools")).size());
            List<?> second = (List<?>) asked(groq).get("tools");
            assertEquals(1, second.size());
            assertTrue(second.toString().contains("name=clip"), second.toString());
            assertNull(asked(groq).get("tools"));
        }

        @Test
        void areAskedForOnceMoreOnlyAndNotRememberedIfThatIsRefusedToo() {
            script(error(400, NO_TOOLS), error(400, NO_TOOLS), says("a2"));
            try (GroqAgent agent = agent(clip)) {
                failed(Kind.MODEL, "refused", agent.chat(Question.of("q1")));
                assertEquals(2, groq.getRequestCount());
                agent.chat(Question.of("q2"));
            }
            asked(groq);
            asked(groq);
            assertEquals(1, ((List<?>) asked(groq).get("tools")).size());
        }

        @Test
        void areNoReasonToAskAgainWhereThereAreNone() {
            script(error(400, NO_TOOLS), says("too late"));
            failed(Kind.MODEL, "refused", chat("q1"));
            assertEquals(1, groq.getRequestCount());
        }
    }

    @Nested
    class ABrokenAnswer {
        @ParameterizedTest
        @ValueSource(strings = {
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'error',"
                    + "'error':{'code':502,'message':'gone'}}]}",
            "{'choices':[{'message':{'content':'The capital of'}}],'error':{'code':502}}",
            "{'choices':[{'message':{'content':'The capital of'}}],'error':'gone'}",
            "{'choices':[{'message':{'content':'The capital of'},'error':'gone'}]}",
            "{'choices':[{'message':{'content':'The capital of','error':{'code':1}}}]}",
            "{'choices':[{'message':{'content':'The capital of'}}],'x_groq':{'error':'gone'}}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'error'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'abort'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'cancelled'}]}",
            "{'choices':[{'message':{'content':'The capital of'},"
                    + "'finish_reason':'network_error'}]}",
            "{'choices':[{'message':{'content':'The capital of'},"
                    + "'finish_reason':'insufficient_system_resource'}]}",
            "{'choices':[{'message':{'content':'The capital of'},"
                    + "'finish_reason':'content_filter'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'OTHER'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'SPII'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'killed'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':"
                    + "'incomplete'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':"
                    + "{'type':'Error'}}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':'oom'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':"
                    + "'rate_limit'}]}",
            "{'choices':[{'message':{'content':'The capital of'},'finish_reason':500}]}",
            "{'choices':[{'message':{'content':'The capital of'},'errors':['gone']}]}",
            "{'status':'failed','choices':[{'message':{'content':'The capital of'}}]}",
            "{'base_resp':{'status_code':1},'choices':[{'message':{'content':'The capital'}}]}",
            "{'object':'error','choices':[{'message':{'content':'The capital of'}}]}"
        })
        void isNotStoredAndNotAskedForAgain(String body) throws IOException {
            script(error(200, body), says("too late"));
            assertNoAnswer();
        }

        @ParameterizedTest
        @ValueSource(strings = {"'eos'", "'end_turn'", "null", "'stop'", "'length'", "'STOP'",
            "'eos_token'", "{'type':'stop'}", "'stop_sequence'", "''", "'unknown'", "'max_tokens'"})
        void isNoneWithAReasonThatMeansAnEnd(String reason) {
            script(error(200, "{'choices':[{'message':{'content':'Paris'},'finish_reason':"
                    + reason + "}],'error':null}"));
            assertEquals("Paris", answered(chat("q1")));
        }
    }

    @Nested
    class AnError {
        @Test
        void aboutLengthHalvesTheHistoryDownToNoneAndSaysWhatWasTooLong() throws IOException {
            String[] bodies = {
                "{'error':{'code':400,'type':'exceed_context_size_error','message':'request"
                        + " (4267 tokens) exceeds the available context size'}}",
                "{'object':'error','message':'This model`s maximum context length is 8'}",
                "{'error':'prompt is too long'}"};
            memory.store("q1", "a1");
            memory.store("q2", "a2");
            script(error(400, bodies[0]), error(422, bodies[1]), error(500, bodies[2]));
            failed(Kind.TOO_LONG, "even without the history", chat("q3"));
            assertEquals(6, messages(asked(groq)).size());
            assertEquals(4, messages(asked(groq)).size());
            assertEquals(2, messages(asked(groq)).size());
            assertEquals(3, groq.getRequestCount());
        }

        @Test
        void aboutTheRateInA200IsBusyWithItsWait() {
            MockResponse wait = error(200,
                    "{'error':{'code':429,'message':'Rate limit exceeded'}}");
            script(wait, wait, wait.newBuilder().setHeader("retry-after-ms", "2500").build());
            Reply.Busy busy = assertInstanceOf(Reply.Busy.class, chat("q1"));
            assertEquals(Duration.ofMillis(2500), busy.retryAfter());
            assertEquals(3, groq.getRequestCount());
        }

        @ParameterizedTest
        @CsvSource(delimiter = '|', value = {
            "400|{'error':{'message':'x/y is not a valid model ID','code':400}}"
                    + "|GROQ_GENERAL_MODEL",
            "404|{'error':{'message':'model `x` not found','type':'api_error'}}"
                    + "|check GROQ_GENERAL_MODEL",
            "200|{'error':'Unexpected endpoint or method. (POST /openai/v1/chat/completions)'}"
                    + "|GROQ_BASE_URL",
            "200|<!DOCTYPE html><html>Welcome</html>|GROQ_BASE_URL",
            "200|  <html>Welcome</html>|GROQ_BASE_URL",
            "308|<html>moved</html>|GROQ_BASE_URL",
            "301|''|GROQ_BASE_URL",
            "404|404 page not found|GROQ_BASE_URL",
            "200|Ollama is running|GROQ_BASE_URL", "200|{'message':'Welcome'}|GROQ_BASE_URL",
            "200|{'detail':'Not Found'}|GROQ_BASE_URL",
            "400|Client sent an HTTP request to an HTTPS server.|GROQ_BASE_URL",
            "404|{'error':{'type':'not_found_error','message':'model: x'}}"
                    + "|available: check GROQ_GENERAL_MODEL",
            "400|[{'error':{'code':400,'message':'API key not valid.','status':"
                    + "'INVALID_ARGUMENT'}}]|GROQ_API_KEY",
            "200|{'error':{'message':'no','code':401}}|GROQ_API_KEY"
        })
        void namesTheSettingThatMendsIt(int status, String body, String setting) {
            script(error(status, body), says("too late"));
            failed(Kind.MODEL, setting, chat("q1"));
            assertEquals(1, groq.getRequestCount());
        }

        @Test
        void isLoggedWithStatusCodeAndTypeButNotItsMessage() {
            script(error(400, "{'error':{'code':4711,'type':'Odd_Error','message':'secret'}}"));
            chat("q1");
            assertTrue(log.texts().stream().anyMatch(line -> line.contains(
                    "answered 400, code 4711, type Odd_Error")), log.texts().toString());
            assertFalse(log.texts().toString().contains("secret"));
        }

        @Test
        void aboutTheModelThatAServerMayStillLoadIsNamedAfterRetries() {
            MockResponse gone = error(503, "{'error':{'message':'model not found'}}");
            script(gone, gone, gone);
            failed(Kind.MODEL, "available: check GROQ_GENERAL_MODEL", chat("q1"));
            assertEquals(3, groq.getRequestCount());
        }

        @Test
        void inA200ThatMeansAServersFailureIsTriedAgain() {
            script(error(200, "{'error':{'code':502,'message':'upstream'}}"), says("a1"));
            assertEquals("a1", answered(chat("q1")));
        }
    }

    @Nested
    class ARoundOfTools {
        @ParameterizedTest
        @ValueSource(strings = {"", " ", "from=1", "[1]", "null", "\"{}\"", "{\"from\":",
            "{\"a\":NaN}", "7", "{} {}"})
        void goesBackWithArgumentsThatAreAnObject(String arguments) {
            script(Scripted.calls("clip", arguments), says("a1"));
            assertEquals("a1", answered(chat("q1", clip)));
            asked(groq);
            List<Map<?, ?>> messages = messages(asked(groq));
            Map<?, ?> call = (Map<?, ?>) ((List<?>) messages.get(2).get("tool_calls")).get(0);
            assertEquals("{}", ((Map<?, ?>) call.get("function")).get("arguments"));
            boolean blank = arguments.isBlank();
            assertEquals(!blank, ((String) messages.get(3).get("content")).startsWith(
                    "Error: the arguments can't be used"), "the model is told");
            assertEquals(blank ? 1 : 0, seen.size());
        }

        @Test
        void hasAnIdForEachCallThatIsUniqueInThePrompt() {
            script(Scripted.calls(new ToolCall("", "clip", "{}"), new ToolCall("", "clip", "{}"),
                            new ToolCall("x", "clip", "{}"), new ToolCall("x", "clip", "{}")),
                    Scripted.calls(new ToolCall("x", "clip", "{}")), says("a1"));
            chat("q1", clip);
            asked(groq);
            asked(groq);
            List<Map<?, ?>> messages = messages(asked(groq));
            List<Object> called = new ArrayList<>();
            List<Object> results = new ArrayList<>();
            for (Map<?, ?> message : messages) {
                for (Object call : Fields.items(message.get("tool_calls"))) {
                    called.add(Fields.get(call, "id"));
                }
                if (message.get("role").equals("tool")) {
                    results.add(message.get("tool_call_id"));
                }
            }
            assertEquals(called, results);
            assertEquals(5, Set.copyOf(called).size(), called.toString());
            assertEquals("x", called.get(2), "what is unique stays");
            assertTrue(called.get(0).toString().matches("[A-Za-z0-9]{9}"), "as Mistral wants it");
        }

        @Test
        void takesBackWhatCameBesideACallAndStoresNothingOfIt() throws IOException {
            script(error(200, "{'choices':[{'message':{'role':'assistant','content':null,"
                    + "'reasoning_content':'hmm','reasoning':'no','annotations':[],"
                    + "'tool_calls':[{'index':0,'id':'x','type':'function','function':"
                    + "{'name':'clip','arguments':'{}'},'extra_content':"
                    + "{'google':{'thought_signature':'sig+'}},'nothing':null}]}}]}"),
                    says("a1"), says("a2"));
            chat("q1", clip);
            chat("q2", clip);
            asked(groq);
            Map<?, ?> message = messages(asked(groq)).get(2);
            assertEquals(Set.of("role", "reasoning_content", "tool_calls"), message.keySet());
            assertEquals(Map.of("id", "x", "type", "function", "function",
                    Map.of("name", "clip", "arguments", "{}"), "extra_content",
                    Map.of("google", Map.of("thought_signature", "sig+"))),
                    Fields.first(message.get("tool_calls")));
            assertFalse(asked(groq).toString().contains("sig+"), "not in the next chat");
            assertFalse(Files.readString(folder.resolve("memory.jsonl")).contains("sig+"));
        }
    }

    @Nested
    class AnAnswerOfAnotherKind {
        @Test
        void aRefusalIsTheAnswerAndAskedForOnce() throws IOException {
            script(error(200, "{'choices':[{'message':{'content':null,"
                    + "'refusal':'I can`t help with that.'},'finish_reason':'stop'}]}"));
            assertEquals("I can`t help with that.", answered(chat("q1")));
            assertEquals(List.of("q1", "I can`t help with that."), remembered());
        }

        @ParameterizedTest
        @ValueSource(strings = {"\n", "\r\n"})
        void aWholeStreamThatNobodyAskedForIsRead(String line) {
            String events = "\ufeffdata:%n%n: hello%n%ndata: {'choices':[{'delta':"
                    + "{'role':'assistant',"
                    + "'content':'Par'}}]}%n%ndata: {'choices':[{'delta':{'content':'is'},"
                    + "'finish_reason':'stop'}]}%n%ndata: {'choices':[],'usage':{}}%n%n"
                    + "data: [DONE]%n%n";
            script(error(200, events.replace("%n", line)));
            assertEquals("Paris", answered(chat("q1")));
        }

        @Test
        void aStreamMayCallTools() {
            script(error(200, "data: {'choices':[{'delta':{'reasoning_content':'h'}}]}\n\n"
                    + "data: {'choices':[{'delta':{'reasoning_content':'m','content':null}}]}\n\n"
                    + "data: {'choices':[{'delta':{'tool_calls':[{'index':0,'id':'x',"
                    + "'function':{'name':'clip','arguments':''}}]}}]}\n\n"
                    + "data: {'choices':[{'delta':{'tool_calls':[{'index':0,"
                    + "'function':{'arguments':'{}'}}]},'finish_reason':'tool_calls'}]}\n\n"),
                    says("a1"));
            assertEquals("a1", answered(chat("q1", clip)));
            assertEquals(1, seen.size());
            asked(groq);
            assertEquals("hm", messages(asked(groq)).get(2).get("reasoning_content"));
        }

        @ParameterizedTest
        @ValueSource(strings = {
            "data: {'choices':[{'delta':{'content':'Par'}}]}\n\n",
            "data: {'choices':[{'delta':{'content':'Par'}}]}\n\ndata: {'error':{'code':502}}\n\n",
            "data: {'choices':[{'delta':{'content':'Par'}}]}\n\nevent: error\ndata: {'x':1}"
                    + "\n\ndata: [DONE]\n\n",
            "data: {'choices':[{'delta':{'content':'Par'}}]}\n\nerror: {'code':400}\n\n"
                    + "data: [DONE]\n\n",
            "data: {'choices':[{'delta':{'content':'Par'}}]}\n\ndata: {'choi"
        })
        void aStreamThatBreaksOffIsAskedForOnceAndNotStored(String events) throws IOException {
            script(error(200, events), says("too late"));
            assertNoAnswer();
        }
    }

    @Test
    void aConnectionFoundClosedCostsNoRetryAndNoWarning() throws IOException {
        MockResponse closed = says("x").newBuilder().onResponseStart(Scripted.CUT).build();
        script(says("a1"), closed, says("a2"), closed, status(503).build(), status(503).build(),
                says("a3"));
        try (GroqAgent agent = agent()) {
            assertEquals("a1", answered(agent.chat(Question.of("q1"))));
            assertEquals("a2", answered(agent.chat(Question.of("q2"))));
            assertTrue(log.texts().stream().noneMatch(it -> it.contains("not be reached")));
            assertEquals("a3", answered(agent.chat(Question.of("q3"))), "both retries are left");
        }
        assertEquals(7, groq.getRequestCount());
    }

    @Test
    void aPeerThatSaysKeepAliveAndClosesEachTimeCostsNoRetryAndNoWarning() throws Exception {
        String answer = "{\"choices\":[{\"message\":{\"content\":\"a1\"}}]}";
        byte[] bytes = ("HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: "
                + answer.length() + "\r\n\r\n" + answer).getBytes(StandardCharsets.US_ASCII);
        Metrics metrics = new Metrics();
        try (ServerSocket peer = new ServerSocket(0, 9, InetAddress.getLoopbackAddress());
                GroqAgent agent = GroqAgent.open(GroqClient.options().metrics(metrics)
                        .baseUrl("http://127.0.0.1:" + peer.getLocalPort() + "/v1"),
                        memory.folder, GroqAgent.options())) {
            FutureTask<Integer> answers = new FutureTask<>(() -> answerEach(peer, bytes, 5));
            new Thread(answers).start();
            for (int i = 0; i < 5; i++) {
                assertEquals("a1", answered(agent.chat(Question.of("q" + i))));
            }
            assertEquals(5, answers.get(), "requests");
        }
        assertTrue(log.texts().stream().noneMatch(it -> it.contains("not be reached")));
        assertTrue(metrics.text().contains("vaas_model_retries_total 0\n"), metrics.text());
    }

    // One request on each connection; a client that finds it closed has to make a new one.
    private static int answerEach(ServerSocket peer, byte[] answer, int times) throws IOException {
        int requests = 0;
        while (requests < times) {
            try (Socket socket = peer.accept()) {
                InputStream in = socket.getInputStream();
                StringBuilder head = new StringBuilder();
                while (head.indexOf("\r\n\r\n") < 0) {
                    head.append((char) in.read());
                }
                Matcher length = Pattern.compile("(?i)content-length: (\\d+)").matcher(head);
                assertTrue(length.find());
                in.readNBytes(Integer.parseInt(length.group(1)));
                socket.getOutputStream().write(answer);
                requests++;
            }
        }
        return requests;
    }

    private static MockResponse error(int status, String body) {
        return status(status, body.replace('\'', '"')).build();
    }

    /** What the script holds first is neither an answer nor stored nor asked for again. */
    private void assertNoAnswer() {
        failed(Kind.MODEL, "no usable answer", chat("q1"));
        assertEquals(1, groq.getRequestCount());
        assertEquals(List.of(), remembered());
    }

    private static String answered(Reply reply) {
        return assertInstanceOf(Reply.Answered.class, reply, reply.toString()).message();
    }

    private static void failed(Kind kind, String says, Reply reply) {
        Reply.Failed failed = assertInstanceOf(Reply.Failed.class, reply, reply.toString());
        assertEquals(kind, failed.kind());
        assertTrue(failed.detail().contains(says), failed.detail());
    }
}
