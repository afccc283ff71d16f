package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.CUT;
import static vaas.agent.groq.Scripted.KEY;
import static vaas.agent.groq.Scripted.asked;
import static vaas.agent.groq.Scripted.body;
import static vaas.agent.groq.Scripted.calls;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.messages;
import static vaas.agent.groq.Scripted.refuses;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;
import static vaas.agent.groq.Scripted.taken;
import static vaas.agent.groq.Scripted.talk;
import static vaas.agent.groq.Scripted.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Reply.Kind;
import vaas.agent.SearchMemory;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.json.Json;
import vaas.testing.Talk;
import vaas.memory.MemoryRecord;
import vaas.metrics.Trace;
import vaas.testing.Await;

/** Chats with a scripted Groq: what it is asked, what the caller gets, what is remembered. */
@Timeout(60)
class GroqAgentTest extends GroqFixture {
    private static final Optional<Image> IMAGE =
            Optional.of(new Image("image/png", "iVBORw0KGgo="));

    @Nested
    class ThePrompt {
        @Test
        void isSystemPromptHistoryAndQuestionInThisOrder() throws IOException {
            remember(1, 2);
            script(says("a3"));
            chat("q3");
            Map<String, Object> body = asked(groq);
            assertEquals(List.of("system: Be brief.", "user: q1", "assistant: a1", "user: q2",
                    "assistant: a2", "user: q3"), talk(body));
            assertEquals("text-model", body.get("model"));
            assertEquals(Set.of("model", "messages"), body.keySet());
            assertEquals(Set.of("role", "content"), messages(body).get(1).keySet());
        }

        @ParameterizedTest
        @CsvSource({"0, 6", "2, 5", "3, 5", "4, 4", "10, 1", "1000, 1"})
        void holdsAsManyRecordsAsTheSettingSaysInWholeTurns(int size, int firstTurn)
                throws IOException {
            remember(1, 5);
            script(says("a6"));
            chat(Question.of("q6"), config(groq, "AGENT_MEMORY_SIZE", Integer.toString(size)));
            List<String> expected = new ArrayList<>(List.of("system: Be brief."));
            for (int i = firstTurn; i <= 5; i++) {
                expected.addAll(List.of("user: q" + i, "assistant: a" + i));
            }
            expected.add("user: q6");
            assertEquals(expected, talk(asked(groq)));
        }

        @Test
        void holdsWhatTheLastChatStored() {
            script(says("a1"), says("a2"));
            try (GroqAgent agent = agent(config(groq))) {
                agent.chat(Question.of("q1"));
                agent.chat(Question.of("q2"));
            }
            asked(groq);
            assertEquals(List.of("system: Be brief.", "user: q1", "assistant: a1", "user: q2"),
                    talk(asked(groq)));
        }

        @Test
        void afterAResetHoldsNothingOfBefore() throws IOException {
            remember(1, 2);
            memory.memory.resetMemory();
            script(says("a3"));
            chat("q3");
            assertEquals(List.of("system: Be brief.", "user: q3"), talk(asked(groq)));
        }

        @ParameterizedTest
        @CsvSource({"'', /openai/v1", "/, /openai/v1", "/v1, /v1", "/openai/v1/, /openai/v1",
            "/proxy/groq//, /proxy/groq"})
        void goesToTheBaseUrlInAnyOfItsForms(String path, String base) {
            script(says("a1"));
            String origin = "http://" + groq.getHostName() + ":" + groq.getPort();
            chat(Question.of("q1"), config(groq, "GROQ_BASE_URL", origin + path));
            assertEquals(base + "/chat/completions", taken(groq).getTarget());
        }
    }

    @Nested
    class TheTrace {
        @Test
        void goesAlongWithASpanForEachCallAndTheFlagAsItCame() {
            Set<String> spans = new HashSet<>();
            for (boolean sampled : List.of(true, false)) {
                script(status(500).build(), says("a1"));
                try (GroqAgent agent = agent(config(groq))) {
                    agent.chat(new Question("q", Optional.empty(), Optional.empty(), "-",
                            Optional.empty(), Optional.of(new Trace("4bf9".repeat(8), sampled))));
                }
                for (int call = 0; call < 2; call++) {
                    String parent = taken(groq).getHeaders().get("traceparent");
                    assertTrue(parent.matches("00-(4bf9){8}-[0-9a-f]{16}-0" + (sampled ? 1 : 0)));
                    assertTrue(spans.add(parent.substring(36, 52)), parent);
                }
            }
        }

        @Test
        void isNotBegunHere() {
            script(says("a1"));
            chat("q1");
            assertNull(taken(groq).getHeaders().get("traceparent"));
        }
    }

    @Nested
    class AnAnswer {
        @Test
        void isGivenAndStoredWithItsQuestion() throws IOException {
            remember(1, 1);
            script(says(" a2\n"));
            Reply.Answered answered = answered(chat("q2"));
            assertEquals(" a2\n", answered.message());
            assertEquals(Optional.empty(), answered.clipPath());
            assertEquals(List.of("q1", "a1", "q2", " a2\n"), remembered());
            MemoryRecord stored = memory.records(2).get(1);
            assertEquals(Optional.of(stored.messageId()), answered.messageId());
        }

        @Test
        void thatWasCutAtTheTokenLimitIsOne() throws IOException {
            script(status(200, "{\"choices\":[{\"message\":{\"content\":\"hal\"},"
                    + "\"finish_reason\":\"length\"}]}").build());
            assertEquals("hal", answered(chat("q1")).message());
            assertEquals(List.of("q1", "hal"), remembered());
        }

        @Test
        void isStoredWithoutItsThinking() throws IOException {
            script(says("<think>hm, hm</think>\n\na1"), says("hm, hm</think>a2"));
            assertEquals("a1", answered(chat("q1")).message());
            assertEquals("a2", answered(chat("q2")).message());
            assertEquals(List.of("q1", "a1", "q2", "a2"), remembered());
        }

        @Test
        void afterARetryIsStoredOnce() throws IOException {
            script(status(503).build(), status(500).build(), says("a1"));
            assertEquals("a1", answered(chat("q1")).message());
            assertEquals(List.of("q1", "a1"), remembered());
        }

        @Test
        void survivesReopening() throws IOException {
            script(says("a1"));
            chat("q1");
            memory.close();
            memory = Talk.open(folder);
            assertEquals(List.of("q1", "a1"), remembered());
        }
    }

    @Nested
    class AnImage {
        @Test
        void goesToTheImageModelAndIsRememberedAsItsText() throws IOException {
            remember(1, 1);
            script(says("a cat"));
            chat(new Question("what is this?", IMAGE, Optional.empty(), "id"), config(groq));
            Map<String, Object> body = asked(groq);
            assertEquals("image-model", body.get("model"));
            assertEquals(List.of(
                    Map.of("type", "text", "text", "what is this?"),
                    Map.of("type", "image_url", "image_url",
                            Map.of("url", "data:image/png;base64,iVBORw0KGgo="))),
                    messages(body).get(3).get("content"));
            assertEquals(List.of("q1", "a1", "what is this?", "a cat"), remembered());
            assertFalse(onDisk().contains("iVBORw"));
        }

        @Test
        void withoutTextIsRememberedByAWordAndKeptOutOfLaterPrompts() throws IOException {
            script(says("a cat"), says("tabby"));
            chat(new Question("", IMAGE, Optional.empty(), "id"), config(groq));
            assertEquals(List.of("[image]", "a cat"), remembered());
            chat("which colour?");
            asked(groq);
            Map<String, Object> second = asked(groq);
            assertEquals("text-model", second.get("model"));
            assertEquals(List.of("system: Be brief.", "user: [image]", "assistant: a cat",
                    "user: which colour?"), talk(second));
        }
    }

    /** The rows of the failure table that concern the model, in its order. */
    @Nested
    class WhenItFails {
        @BeforeEach
        void rememberSomething() throws IOException {
            remember(1, 2);
        }

        @ParameterizedTest
        @CsvSource({"401, invalid_api_key", "403, permission_denied"})
        void aRefusedKeyNamesTheSettingAndNotTheKey(int status, String code) throws IOException {
            script(refuses(status, code));
            assertFailed(Kind.MODEL, "GROQ_API_KEY", chat("q3"), 1);
        }

        @Test
        void aRefusalByAPageOfHtmlIsOneOfTheKeyToo() throws IOException {
            script(new MockResponse.Builder().code(403).body("<html>Access denied</html>")
                    .build());
            assertFailed(Kind.MODEL, "GROQ_API_KEY", chat("q3"), 1);
        }

        @ParameterizedTest
        @CsvSource({"404, model_not_found", "400, model_decommissioned"})
        void aModelThatIsGoneNamesItsSetting(int status, String code) throws IOException {
            script(refuses(status, code), refuses(status, code));
            assertFailed(Kind.MODEL, "GROQ_GENERAL_MODEL", chat("q3"), 1);
            Question withImage = new Question("q3", IMAGE, Optional.empty(), "id");
            assertFailed(Kind.MODEL, "GROQ_IMAGE_MODEL", chat(withImage, config(groq)), 2);
        }

        @Test
        void aWrongAddressNamesItsSetting() throws IOException {
            script(refuses(404, "unknown_url"));
            assertFailed(Kind.MODEL, "GROQ_BASE_URL", chat("q3"), 1);
        }

        @Test
        void aRateLimitThatOutlastsTheRetriesIsBusy() throws IOException {
            MockResponse wait = refuses(429, "rate_limit_exceeded");
            script(wait, wait, wait.newBuilder().setHeader("retry-after-ms", "2500").build());
            assertBusy(Duration.ofMillis(2500), chat("q3"), 3);
        }

        @Test
        void aRateLimitOfAnHourIsBusyAtOnce() throws IOException {
            script(new MockResponse.Builder().code(429).setHeader("retry-after", "3600").build());
            assertBusy(Duration.ofHours(1), chat("q3"), 1);
        }

        @ParameterizedTest
        @CsvSource({"400, context_length_exceeded", "413, rate_limit_exceeded"})
        void aPromptThatIsTooLongEvenWithoutHistoryIsTooLong(int status, String code)
                throws IOException {
            script(refuses(status, code), refuses(status, code), refuses(status, code));
            assertFailed(Kind.TOO_LONG, "too long", chat("q3"), 3);
        }

        @ParameterizedTest
        @CsvSource({"400, invalid_request_error", "405, ''", "407, ''", "422, ''", "424, ''",
            "498, capacity_exceeded"})
        void anyOtherRefusalIsNotTriedAgain(int status, String code) throws IOException {
            script(refuses(status, code));
            assertFailed(Kind.MODEL, "refused", chat("q3"), 1);
        }

        @ParameterizedTest
        @ValueSource(ints = {500, 502, 503, 408, 409})
        void aServerThatKeepsFailingIsGivenUp(int status) throws IOException {
            script(status(status).build(), status(status).build(), status(status).build());
            assertFailed(Kind.MODEL, "could not be reached", chat("q3"), 3);
        }

        @Test
        void aConnectionThatBreaksAtTheLastTryIsGivenUp() throws IOException {
            script(status(500).build(), status(500).build(),
                    says("a3").newBuilder().onResponseBody(CUT).build());
            assertFailed(Kind.MODEL, "could not be reached", chat("q3"), 3);
        }

        @ParameterizedTest
        @ValueSource(strings = {
            "{\"choices\":[{\"message\":", "[]",
            "{\"choices\":[{\"message\":{\"content\":\"\"}}]}",
            "{\"choices\":[{\"message\":{\"content\":\" \"}}]}",
            "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"length\"}]}",
            "", "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}",
            "{\"choices\":[{\"message\":{\"content\":\"a3\"},\"logprobs\":NaN}]}",
            "{\"id\":1,\"id\":2,\"choices\":[{\"message\":{\"content\":\"a3\"}}]}"
        })
        void anAnswerThatIsOfNoUseIsAskedForOnce(String body) throws IOException {
            script(status(200, body).build(), says("a3"));
            assertFailed(Kind.MODEL, "no usable answer", chat("q3"), 1);
        }

        /** Under deadlines that double until one is long enough for the model to be asked. */
        @Test
        void aDeadlineThatPassesIsATimeout() throws IOException {
            script(says("a3").newBuilder().onResponseStart(SocketEffect.Stall.INSTANCE).build());
            Scripted.Groq soon = within(Duration.ofSeconds(2), config(groq));
            assertFailed(Kind.TIMEOUT, "GROQ_TIMEOUT", chat(Question.of("q3"), soon), 1);
        }

        @Test
        void aClosedMemoryIsUnavailableAndTheModelIsNotAsked() throws IOException {
            memory.close();
            Reply reply = chat("q3");
            memory = Talk.open(folder);
            assertFailed(Kind.MEMORY_UNAVAILABLE, "memory", reply, 0);
        }

        @Test
        void aMemoryThatCanNotBeReadIsUnavailableAndTheModelIsNotAsked() throws IOException {
            remember(3, 12); // more than it holds outside its file
            Files.delete(folder.resolve("memory.jsonl"));
            Reply reply = chat(Question.of("q13"), config(groq, "AGENT_MEMORY_SIZE", "24"));
            Reply.Failed failed = assertInstanceOf(Reply.Failed.class, reply);
            assertEquals(Kind.MEMORY_UNAVAILABLE, failed.kind());
            assertEquals(0, groq.getRequestCount());
        }

        @Test
        void theNextChatIsFine() throws IOException {
            script(refuses(401, "invalid_api_key"), says("a3"));
            try (GroqAgent agent = agent(config(groq))) {
                agent.chat(Question.of("q3"));
                assertEquals("a3", answered(agent.chat(Question.of("q3"))).message());
            }
            assertEquals(List.of("q1", "a1", "q2", "a2", "q3", "a3"), remembered());
        }

        private void assertBusy(Duration retryAfter, Reply reply, int requests)
                throws IOException {
            Reply.Busy busy = assertInstanceOf(Reply.Busy.class, reply);
            assertEquals(retryAfter, busy.retryAfter());
            assertUnchanged(busy.detail(), requests);
        }

        private void assertFailed(Kind kind, String says, Reply reply, int requests)
                throws IOException {
            Reply.Failed failed = assertInstanceOf(Reply.Failed.class, reply);
            assertEquals(kind, failed.kind());
            assertTrue(failed.detail().contains(says), failed.detail());
            assertUnchanged(failed.detail(), requests);
        }

        private void assertUnchanged(String detail, int requests) throws IOException {
            assertFalse(detail.contains(KEY) || detail.contains("q3")
                    || detail.contains("words of the provider"), detail);
            assertTrue(detail.endsWith("."), "a sentence");
            assertEquals(requests, groq.getRequestCount(), "requests");
            assertEquals(List.of("q1", "a1", "q2", "a2"), remembered());
            assertEquals(0, memory.now().generation());
            assertFalse(onDisk().contains("q3"));
        }
    }

    @Nested
    class APromptThatIsTooLong {
        @ParameterizedTest
        @CsvSource({"400, context_length_exceeded", "413, rate_limit_exceeded", "413, ''"})
        void isTriedAgainWithTheNewerHalfOfTheHistory(int status, String code)
                throws IOException {
            remember(1, 10);
            script(refuses(status, code), says("a11"));
            assertEquals("a11", answered(chat("q11")).message());
            assertEquals(2 + 20, messages(asked(groq)).size());
            List<String> second = talk(asked(groq));
            assertEquals(2 + 10, second.size());
            assertEquals(List.of("system: Be brief.", "user: q6", "assistant: a6"),
                    second.subList(0, 3));
            assertEquals("user: q11", second.get(11));
            assertEquals(List.of("q11", "a11"), remembered().subList(20, 22));
        }

        @ParameterizedTest
        @CsvSource({"1, 0", "2, 1", "3, 1", "5, 2", "9, 4"})
        void keepsWholeTurnsWhateverTheirNumber(int turns, int kept) throws IOException {
            remember(1, turns);
            script(refuses(413, ""), says("a"));
            chat("q");
            asked(groq);
            List<String> second = talk(asked(groq));
            assertEquals(2 + 2 * kept, second.size());
            assertTrue(second.get(1).startsWith("user: "), "a question comes first");
        }

        @Test
        void withoutHistoryIsNotTriedAgain() throws IOException {
            script(refuses(413, ""), says("too late"));
            assertEquals(Kind.TOO_LONG,
                    assertInstanceOf(Reply.Failed.class, chat("q1")).kind());
            assertEquals(1, groq.getRequestCount());
            assertEquals(List.of(), remembered());
        }

        @ParameterizedTest
        @CsvSource({"1, 1 0", "2, 2 1 0", "3, 3 1 0", "8, 8 4 2 1 0", "10, 10 5 2 1 0"})
        void isTriedWithHalfTheTurnsDownToNoneAndThenGivenUp(int turns, String tried)
                throws IOException {
            remember(1, turns);
            List<String> expected = List.of(tried.split(" "));
            expected.forEach(kept -> script(refuses(413, "")));
            script(says("too late"));
            assertEquals(Kind.TOO_LONG,
                    assertInstanceOf(Reply.Failed.class, chat("q")).kind());
            assertEquals(expected.size(), groq.getRequestCount());
            for (String kept : expected) {
                List<String> talk = talk(asked(groq));
                assertEquals(Integer.parseInt(kept), (talk.size() - 2) / 2);
                assertEquals("user: q", talk.get(talk.size() - 1));
            }
            assertEquals(2 * turns, remembered().size());
        }

        @ParameterizedTest
        @CsvSource({"400, 'request (9 tokens) exceeds the available context size (8 tokens)'",
            "422, prompt is too long: 9 tokens > 8 maximum",
            "400, The input token count (9) exceeds the maximum number of tokens allowed (8)"})
        void isKnownByWhatOtherServersSay(int status, String words) throws IOException {
            remember(1, 4);
            script(status(status, "[{\"message\":\"" + words + "\"}]").build(), says("a5"));
            assertEquals("a5", answered(chat("q5")).message());
            asked(groq);
            assertEquals(2 + 4, talk(asked(groq)).size());
        }

        @Test
        void leavesTheOlderHalfToTheSearchAndOnlyThat() throws IOException {
            remember(1, 4);
            script(refuses(413, ""), calls("search_memory", "{\"words\":\"q1 q3 q4\"}"),
                    says("a5"));
            assertEquals("a5", answered(chat("q5", SearchMemory.tool())).message());
            asked(groq);
            asked(groq);
            List<String> talk = talk(asked(groq));
            assertTrue(talk.contains("user: q3") && !talk.contains("user: q1"), talk.toString());
            assertTrue(talk.get(talk.size() - 1).matches("tool: .* user: q1"), talk.toString());
        }

        @Test
        void leavesWhatItNoLongerHoldsToTheSearch() throws IOException {
            remember(1, 2);
            script(refuses(413, ""), refuses(413, ""),
                    calls("search_memory", "{\"words\":\"q1 q2\"}"), says("a3"));
            assertEquals("a3", answered(chat("q3", SearchMemory.tool())).message());
            asked(groq);
            asked(groq);
            asked(groq);
            List<String> talk = talk(asked(groq));
            assertTrue(talk.get(talk.size() - 1).matches(
                    "(?s)tool: .* user: q2\n.* user: q1"), talk.toString());
        }

        @Test
        void mayFailInAnotherWayTheSecondTime() throws IOException {
            remember(1, 2);
            script(refuses(413, ""), refuses(401, ""));
            assertEquals(Kind.MODEL, assertInstanceOf(Reply.Failed.class, chat("q3")).kind());
            assertEquals(2, groq.getRequestCount());
        }
    }

    @Nested
    class WhileTheModelThinks {
        @Test
        void aResetLetsTheAnswerThroughAndForgetsIt() throws Exception {
            remember(1, 1);
            Thinking thinking = new Thinking(1);
            try (GroqAgent agent = agent(config(groq))) {
                CompletableFuture<Reply> chat = CompletableFuture.supplyAsync(
                        () -> agent.chat(Question.of("overtaken question")));
                thinking.begun.await();
                agent.resetMemory();
                thinking.goOn.countDown();
                Reply.Answered late = answered(chat.get());
                assertEquals("re: overtaken question", late.message());
                assertEquals(Optional.empty(), late.messageId());
                assertEquals(List.of(), remembered());
                assertEquals(1, memory.now().generation());
                assertFalse(onDisk().contains("overtaken"));
                Reply.Answered next = answered(agent.chat(Question.of("next question")));
                assertTrue(next.messageId().isPresent());
                assertEquals(List.of("next question", "re: next question"), remembered());
            }
            asked(groq);
            assertEquals(List.of("system: Be brief.", "user: next question"), talk(asked(groq)));
        }

        @Test
        void aMemoryThatIsClosedMakesItUnavailable() throws Exception {
            remember(1, 1);
            Thinking thinking = new Thinking(1);
            try (GroqAgent agent = agent(config(groq))) {
                CompletableFuture<Reply> chat =
                        CompletableFuture.supplyAsync(() -> agent.chat(Question.of("late")));
                thinking.begun.await();
                memory.close();
                thinking.goOn.countDown();
                Reply.Failed failed = assertInstanceOf(Reply.Failed.class, chat.get());
                assertEquals(Kind.MEMORY_UNAVAILABLE, failed.kind());
            }
            memory = Talk.open(folder);
            assertEquals(List.of("q1", "a1"), remembered());
        }

        @Test
        void aTurnOfSomebodyElseIsKeptAndTheOrderIsThatOfTheAnswers() throws Exception {
            Thinking thinking = new Thinking(1);
            try (GroqAgent agent = agent(config(groq))) {
                CompletableFuture<Reply> chat =
                        CompletableFuture.supplyAsync(() -> agent.chat(Question.of("first")));
                thinking.begun.await();
                remember(1, 1);
                thinking.goOn.countDown();
                assertTrue(answered(chat.get()).messageId().isPresent());
            }
            assertEquals(List.of("q1", "a1", "first", "re: first"), remembered());
        }

        @Test
        void manyOthersMayAskAndAllIsStoredInWholeTurns() throws Exception {
            int chats = 16;
            Thinking thinking = new Thinking(chats);
            ExecutorService threads = Executors.newFixedThreadPool(chats);
            try (GroqAgent agent = agent(config(groq))) {
                List<Future<Reply>> replies = new ArrayList<>();
                for (int i = 0; i < chats; i++) {
                    Question question = Question.of("question " + i);
                    replies.add(threads.submit(() -> agent.chat(question)));
                }
                thinking.begun.await(); // all of them are under way
                thinking.goOn.countDown();
                for (int i = 0; i < chats; i++) {
                    Reply.Answered answered = answered(replies.get(i).get());
                    assertEquals("re: question " + i, answered.message());
                    MemoryRecord stored =
                            memory.memory.byMessageId(answered.messageId().orElseThrow())
                                    .orElseThrow();
                    assertEquals("re: question " + i, stored.content());
                }
            } finally {
                threads.shutdownNow();
            }
            List<String> all = remembered();
            assertEquals(2 * chats, all.size());
            for (int i = 0; i < all.size(); i += 2) {
                assertEquals("re: " + all.get(i), all.get(i + 1));
            }
        }

        @Test
        void closingTheAgentEndsTheChatAndLeavesTheMemoryOpen() throws Exception {
            Thinking thinking = new Thinking(1);
            GroqAgent agent = agent(config(groq));
            CompletableFuture<Reply> chat =
                    CompletableFuture.supplyAsync(() -> agent.chat(Question.of("cut off")));
            thinking.begun.await();
            agent.close();
            Reply reply = chat.get(30, TimeUnit.SECONDS);
            assertEquals(Kind.MODEL, assertInstanceOf(Reply.Failed.class, reply).kind());
            thinking.goOn.countDown();
            remember(1, 1);
            assertEquals(List.of("q1", "a1"), remembered());
        }

        /** A model that answers nobody before it is told to go on. */
        private final class Thinking extends Dispatcher {
            final CountDownLatch begun;
            final CountDownLatch goOn = new CountDownLatch(1);

            Thinking(int chats) {
                begun = new CountDownLatch(chats);
                groq.setDispatcher(this);
            }

            @Override
            public MockResponse dispatch(RecordedRequest request) throws InterruptedException {
                List<Map<?, ?>> messages = messages(body(request));
                begun.countDown();
                goOn.await();
                return says("re: " + messages.get(messages.size() - 1).get("content"));
            }

            @Override
            public void close() {
                goOn.countDown();
            }
        }
    }

    @Nested
    class Tools {
        private final List<Map<String, Object>> seen =
                Collections.synchronizedList(new ArrayList<>());
        private Optional<String> seenVideoPath = Optional.empty();

        private final Tool clip = new Tool("clip", "Cuts a clip.",
                Map.of("type", "object", "properties", Map.of()), call -> {
                    seen.add(call.arguments());
                    seenVideoPath = call.question().videoPath();
                    return new Tool.Result("clip " + seen.size(),
                            Optional.of("/clips/" + seen.size() + ".mp4"));
                });
        private final Tool find = new Tool("find", "Finds.", Map.of("type", "object"),
                call -> Tool.Result.of("found " + call.arguments().get("what")));
        private final Tool broken = new Tool("broken", "Fails.", Map.of("type", "object"),
                call -> {
                    throw new IOException("no such file: /private/path");
                });

        @Test
        void areOfferedWithTheirDescription() {
            script(says("a1"));
            chat("q1", clip, find);
            List<?> tools = (List<?>) asked(groq).get("tools");
            assertEquals(Map.of("type", "function", "function", Map.of("name", "clip",
                            "description", "Cuts a clip.",
                            "parameters", Map.of("type", "object", "properties", Map.of()))),
                    tools.get(0));
            assertEquals(2, tools.size());
        }

        @Test
        void areNotOfferedWhenDisabled() {
            script(says("a1"), says("a2"));
            try (GroqAgent agent = agent(config(groq, "DISABLE_TOOLS", "clip"), clip)) {
                agent.chat(Question.of("q1"));
            }
            assertNull(asked(groq).get("tools"));
        }

        @Test
        void mayBeCalledSeveralAtATimeAndAreAnsweredInOrder() throws IOException {
            remember(1, 1);
            script(calls(new ToolCall("x", "find", "{\"what\":\"sun\"}"),
                            new ToolCall("y", "clip", "{\"from\":3,\"to\":null}"),
                            new ToolCall("z", "find", "{\"what\":\"moon\"}")),
                    says("a2"));
            Reply.Answered answered = answered(chat("q2", clip, find));
            assertEquals("a2", answered.message());
            asked(groq);
            Map<String, Object> second = asked(groq);
            List<Map<?, ?>> added = messages(second).subList(4, 8);
            assertEquals("assistant", added.get(0).get("role"));
            assertEquals(List.of(
                    new ToolCall("x", "find", "{\"what\":\"sun\"}").toWire(),
                    new ToolCall("y", "clip", "{\"from\":3,\"to\":null}").toWire(),
                    new ToolCall("z", "find", "{\"what\":\"moon\"}").toWire()),
                    added.get(0).get("tool_calls"));
            assertEquals(List.of(
                    Map.of("role", "tool", "content", "found sun", "tool_call_id", "x"),
                    Map.of("role", "tool", "content", "clip 1", "tool_call_id", "y"),
                    Map.of("role", "tool", "content", "found moon", "tool_call_id", "z")),
                    added.subList(1, 4));
            assertNull(second.get("tool_choice"));
            assertEquals(3, seen.get(0).get("from"));
            assertTrue(seen.get(0).containsKey("to"));
            assertEquals(List.of("q1", "a1", "q2", "a2"), remembered(), "no tool traffic");
        }

        @Test
        void mayMakeAClipForTheCaller() {
            script(calls("clip", "{}"), calls("clip", "{}"), calls("find", "{}"), says("a1"));
            assertEquals(Optional.of("/clips/2.mp4"),
                    answered(chat("q1", clip, find)).clipPath(), "the last one made");
        }

        @Test
        void getThePathOfTheVideoAsItCame() {
            script(calls("clip", "{}"), says("a1"));
            try (GroqAgent agent = agent(config(groq), clip)) {
                agent.chat(new Question("q1", Optional.empty(), Optional.of("../v.mp4"), "id"));
            }
            assertEquals(Optional.of("../v.mp4"), seenVideoPath);
        }

        @Test
        void thatDoNotExistAreAnsweredWithAnError() {
            assertToolSays("Error: there is no tool of that name.", "invented", "{}");
        }

        @Test
        void thatFailAreAnsweredWithAnErrorThatTellsNoMore() {
            assertToolSays("Error: the tool failed.", "broken", "{}");
        }

        @Test
        void thatFailWithAnErrorAreAnsweredAsAnyOtherFailure() throws IOException {
            Tool endless = tool("endless", call -> endless(0));
            Tool missing = tool("missing", call -> {
                throw new NoClassDefFoundError("private.Name");
            });
            script(calls(new ToolCall("x", "endless", "{}"), new ToolCall("y", "missing", "{}")),
                    says("a1"));
            assertEquals("a1", answered(chat("q1", endless, missing)).message());
            asked(groq);
            List<String> talk = talk(asked(groq));
            assertEquals(List.of("tool: Error: the tool failed.", "tool: Error: the tool failed."),
                    talk.subList(3, 5));
            assertEquals(List.of("q1", "a1"), remembered());
        }

        private Tool.Result endless(int depth) {
            return depth < 0 ? Tool.Result.of("") : endless(depth + 1);
        }

        @Test
        void thatFindTheHeapFullDoNotHideIt() {
            Tool greedy = tool("greedy", call -> {
                throw new OutOfMemoryError("no heap in this test");
            });
            script(calls("greedy", "{}"), says("too late"));
            assertThrows(OutOfMemoryError.class, () -> chat("q1", greedy));
        }

        @Test
        void thatBlockAreLeftBehindAtTheDeadlineAndInterrupted() throws Exception {
            CountDownLatch interrupted = new CountDownLatch(1);
            CountDownLatch never = new CountDownLatch(1);
            Tool blocked = tool("blocked", call -> {
                try {
                    never.await();
                } catch (InterruptedException e) {
                    interrupted.countDown();
                }
                return Tool.Result.of("");
            });
            script(calls("blocked", "{}"), says("too late"));
            Scripted.Groq soon = within(Duration.ofSeconds(2), config(groq));
            try (GroqAgent agent = agent(soon, blocked)) {
                Reply reply = agent.chat(Question.of("q1"));
                assertEquals(Kind.TIMEOUT, assertInstanceOf(Reply.Failed.class, reply).kind());
                interrupted.await();
            }
            assertEquals(1, groq.getRequestCount());
            assertEquals(List.of(), remembered());
        }

        @Test
        void thatNeverEndHoldNoChatPastItsDeadline() throws IOException {
            AtomicBoolean end = new AtomicBoolean();
            Tool deaf = tool("deaf", call -> {
                while (!end.get()) {
                    Await.deafly();
                }
                return Tool.Result.of("");
            });
            script(calls("deaf", "{}"), says("too late"));
            try (GroqAgent agent = agent(within(Duration.ofSeconds(2), config(groq)), deaf)) {
                Reply reply = agent.chat(Question.of("q1"));
                assertEquals(Kind.TIMEOUT, assertInstanceOf(Reply.Failed.class, reply).kind());
            } finally {
                end.set(true);
            }
        }

        @Test
        void getTheTimeThatIsLeftAndWhatTheModelIsShown() throws IOException {
            remember(1, 3);
            AtomicReference<Tool.Call> got = new AtomicReference<>();
            Tool curious = tool("curious", call -> {
                got.set(call);
                return Tool.Result.of("");
            });
            script(calls("curious", "{}"), says("a4"));
            chat("q4", curious);
            assertTrue(got.get().remaining().compareTo(Duration.ofSeconds(60)) < 0);
            assertTrue(got.get().remaining().compareTo(Duration.ofSeconds(10)) > 0);
            assertEquals(List.of("q1", "a1", "q2", "a2", "q3", "a3"),
                    got.get().history().stream().map(MemoryRecord::content).toList());
            assertFalse(got.get().toString().contains("q4"), "it may end up in a log");
        }

        @Test
        void calledInTheLastRoundBesideTextLeaveTheTextAsTheAnswer() throws IOException {
            IntStream.range(0, 6).forEach(i -> groq.enqueue(callsBeside("text " + i, "clip")));
            String all = "text 0\n\ntext 1\n\ntext 2\n\ntext 3\n\ntext 4";
            assertEquals(all, answered(chat("q1", clip)).message());
            assertEquals(5, groq.getRequestCount());
            assertEquals(4, seen.size());
            assertEquals(List.of("q1", all), remembered());
        }

        @Test
        void calledWithoutBeingOfferedLeaveTheTextBesideAsTheAnswer() throws IOException {
            script(callsBeside("a1", "invented"), callsBeside("a2", "invented"));
            assertEquals("a1", answered(chat("q1")).message());
            assertEquals("a2", answered(chat("q2", clip)).message());
            assertEquals(2, groq.getRequestCount());
            assertEquals(List.of("q1", "a1", "q2", "a2"), remembered());
        }

        @Test
        void calledAfterWordsLeaveThemInTheAnswer() throws IOException {
            script(callsBeside("Let me look.\n", "clip"), calls("clip", "{}"),
                    callsBeside("<think>hm</think>And again.", "clip"), says("Paris."));
            String whole = "Let me look.\n\nAnd again.\n\nParis.";
            assertEquals(whole, answered(chat("q1", clip)).message());
            assertEquals(List.of("q1", whole), remembered());
            asked(groq);
            assertEquals("Let me look.\n", messages(asked(groq)).get(2).get("content"));
        }

        @Test
        void calledInVainWithTooMuchHistoryLeaveNoWords() throws IOException {
            memory.store("q1", "a1");
            script(callsBeside("Let me look.", "clip"), refuses(400, "context_length_exceeded"),
                    says("Paris."));
            assertEquals("Paris.", answered(chat("q2", clip)).message());
        }

        private MockResponse callsBeside(String text, String tool) {
            return status(200, Json.text(Map.of("choices", List.of(Map.of("message", Map.of(
                    "content", text, "tool_calls",
                    List.of(new ToolCall("x", tool, "{}").toWire()))))))).build();
        }

        private Tool tool(String name, Tool.Function function) {
            return new Tool(name, "", Map.of("type", "object"), function);
        }

        @Test
        void thatReturnNothingHaveFailed() {
            Tool nothing = new Tool("nothing", "", Map.of(), call -> null);
            script(calls("nothing", "{}"), says("a1"));
            assertEquals("a1", answered(chat("q1", nothing)).message());
            assertEquals("Error: the tool failed.", toolSaid());
        }

        @ParameterizedTest
        @ValueSource(strings = {"from=1", "{\"from\":", "[1]", "\"text\"", "{} {}"})
        void areNotCalledWithArgumentsThatAreNoJsonObject(String arguments) {
            script(calls("clip", arguments), says("a1"));
            assertEquals("a1", answered(chat("q1", clip)).message());
            String said = toolSaid();
            assertTrue(said.startsWith("Error: the arguments can't be used: "), said);
            assertEquals(List.of(), seen);
        }

        @Test
        void areCalledWithoutArgumentsWhenTheyAreBlank() {
            script(calls("clip", " "), says("a1"));
            chat("q1", clip);
            assertEquals(List.of(Map.of()), seen);
        }

        @Test
        void getTheirResultsCutWhenTheyAreTooLongForAPrompt() {
            Tool wordy = new Tool("wordy", "", Map.of(), call ->
                    Tool.Result.of("x".repeat(call.arguments().size())
                            + "\ud83d\ude00".repeat(20_000)));
            script(calls("wordy", "{}"), says("a1"), calls("wordy", "{\"a\":1}"), says("a2"));
            chat("q1", wordy);
            assertEquals("\ud83d\ude00".repeat(8192), toolSaid());
            chat("q2", wordy);
            assertEquals("x" + "\ud83d\ude00".repeat(8191), toolSaid(), "no half of a pair");
        }

        @Test
        void areCalledInFourRoundsAndThenTheModelHasToAnswer() throws IOException {
            script(calls("clip", "{}"), calls("clip", "{}"), calls("clip", "{}"),
                    calls("clip", "{}"), says("a1"));
            assertEquals("a1", answered(chat("q1", clip)).message());
            assertEquals(4, seen.size());
            for (int round = 0; round < 4; round++) {
                assertNull(asked(groq).get("tool_choice"));
            }
            Map<String, Object> last = asked(groq);
            assertEquals("none", last.get("tool_choice"));
            assertEquals(2 + 4 * 2, messages(last).size());
            assertEquals(List.of("q1", "a1"), remembered());
        }

        @Test
        void areNotCalledForever() throws IOException {
            IntStream.range(0, 7).forEach(i -> groq.enqueue(calls("clip", "{}")));
            Reply.Failed failed = assertInstanceOf(Reply.Failed.class, chat("q1", clip));
            assertEquals(Kind.MODEL, failed.kind());
            assertEquals(5, groq.getRequestCount());
            assertEquals(4, seen.size());
            assertEquals(List.of(), remembered());
        }

        @Test
        void areCalledEightAtATimeAtMost() {
            script(calls(IntStream.range(0, 10).mapToObj(i -> new ToolCall("id" + i, "clip", "{}"))
                    .toArray(ToolCall[]::new)), says("a1"));
            chat("q1", clip);
            assertEquals(8, seen.size());
            asked(groq);
            List<Map<?, ?>> messages = messages(asked(groq));
            assertEquals(3 + 10, messages.size(), "each call has its result");
            assertEquals("clip 8", messages.get(10).get("content"));
            assertEquals("Error: at most 8 calls at a time.", messages.get(11).get("content"));
            assertEquals("id9", messages.get(12).get("tool_call_id"));
        }

        @Test
        void whoseCallTheModelBotchesGetASecondChance() throws IOException {
            script(refuses(400, "tool_use_failed"), calls("clip", "{}"), says("a1"));
            assertEquals("a1", answered(chat("q1", clip)).message());
            assertEquals(talk(asked(groq)), talk(asked(groq)), "the same prompt");
            assertEquals(3, groq.getRequestCount());
            assertEquals(List.of("q1", "a1"), remembered());
        }

        @Test
        void whoseCallTheModelBotchesTwiceGetNoThirdChance() throws IOException {
            MockResponse botched = refuses(400, "tool_use_failed");
            script(botched, botched, says("too late"));
            assertEquals(Kind.MODEL,
                    assertInstanceOf(Reply.Failed.class, chat("q1", clip)).kind());
            assertEquals(2, groq.getRequestCount());
            assertEquals(List.of(), remembered());
        }

        @Test
        void getOneSecondChanceInAChatNotInARound() {
            MockResponse botched = refuses(400, "tool_use_failed");
            script(botched, calls("clip", "{}"), botched, says("too late"));
            assertEquals(Kind.MODEL,
                    assertInstanceOf(Reply.Failed.class, chat("q1", clip)).kind());
            assertEquals(3, groq.getRequestCount());
        }

        /** Under deadlines that double until one is long enough to call the tool and ask again. */
        @Test
        void doNotStretchTheDeadline() throws IOException {
            MockResponse stalling = says("never").newBuilder()
                    .onResponseStart(SocketEffect.Stall.INSTANCE).build();
            script(calls("clip", "{}"), stalling, says("too late"));
            try (GroqAgent agent = agent(within(Duration.ofSeconds(2), config(groq)), clip)) {
                Reply reply = agent.chat(Question.of("q1"));
                assertEquals(Kind.TIMEOUT, assertInstanceOf(Reply.Failed.class, reply).kind());
            }
            assertEquals(1, seen.size(), "it got as far as that");
            assertEquals(2, groq.getRequestCount());
            assertEquals(List.of(), remembered());
        }

        @Test
        void findWhatThePromptNoLongerShows() throws IOException {
            remember(1, 5);
            script(calls("search_memory", "{\"words\":\"q2 q5\"}"), says("a6"));
            try (GroqAgent agent = agent(
                    config(groq, "AGENT_MEMORY_SIZE", "4"), SearchMemory.tool())) {
                assertEquals("a6", answered(agent.chat(Question.of("q6"))).message());
            }
            String found = toolSaid();
            assertTrue(found.endsWith(" user: q2"), found);
            assertFalse(found.contains("q5"), found);
        }

        private void assertToolSays(String said, String name, String arguments) {
            script(calls(name, arguments), says("a1"));
            assertEquals("a1", answered(chat("q1", clip, broken)).message());
            assertEquals(said, toolSaid());
        }

        /** What the model was told by the tool, in the second of two requests. */
        private String toolSaid() {
            asked(groq);
            List<Map<?, ?>> messages = messages(asked(groq));
            Map<?, ?> last = messages.get(messages.size() - 1);
            assertEquals("tool", last.get("role"));
            return (String) last.get("content");
        }
    }

    private void remember(int from, int last) throws IOException {
        for (int i = from; i <= last; i++) {
            memory.store("q" + i, "a" + i);
        }
    }

    /** Every byte of every file of the memory. */
    private String onDisk() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        return text.toString();
    }

    private GroqAgent agent(Scripted.Groq config, Tool... tools) {
        return Scripted.agent(config, memory.folder, tools);
    }

    private Reply chat(Question question, Scripted.Groq config) {
        try (GroqAgent agent = agent(config)) {
            return agent.chat(question);
        }
    }

    private static Reply.Answered answered(Reply reply) {
        return assertInstanceOf(Reply.Answered.class, reply, reply.toString());
    }
}
