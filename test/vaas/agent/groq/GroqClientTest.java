package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.CUT;
import static vaas.agent.groq.Scripted.KEY;
import static vaas.agent.groq.Scripted.config;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.status;
import static vaas.agent.groq.Scripted.taken;
import static vaas.agent.groq.Scripted.within;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockResponseBody;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import okhttp3.Headers;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;
import vaas.agent.Question;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.Busy;
import vaas.agent.groq.Completion.Refused;
import vaas.agent.groq.Completion.TimedOut;
import vaas.agent.groq.Completion.Unreachable;
import vaas.agent.groq.Completion.Unusable;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.testing.Await;

/** One question to a scripted server: what it comes to, and in how many requests exactly. */
@Timeout(60)
class GroqClientTest {
    private static final Piece BODY = Piece.of("{\"model\":\"m\"}");
    private static final Duration SHORT = Duration.ofMillis(500);
    /** Shorter than the longest pause that is made, and long enough for any answer. */
    private static final Duration NINE_SECONDS = Duration.ofSeconds(9);

    private MockWebServer groq;

    @BeforeEach
    void startServer() throws IOException {
        groq = Scripted.start();
    }

    @AfterEach
    void stopServer() {
        groq.close();
    }

    @Test
    void anAnswerTakesOneRequest() throws InterruptedException {
        groq.enqueue(says("hello"));
        assertEquals(new Answer("hello"), complete());
        RecordedRequest request = taken(groq);
        assertEquals("POST", request.getMethod());
        assertEquals("/openai/v1/chat/completions", request.getTarget());
        assertEquals("application/json", request.getHeaders().get("Content-Type"));
        assertEquals("{\"model\":\"m\"}", request.getBody().utf8());
        assertRequests(1);
    }

    @Test
    void aLongHistoryIsSentWithItsLengthAndWithoutACopyOfIt() {
        String text = "\u00e9\n".repeat(200_000);
        List<MemoryRecord> history = Stream.generate(() -> new MemoryRecord(
                UUID.fromString("01990000-0000-7000-8000-000000000001"), Role.USER, text,
                Instant.EPOCH)).limit(16).toList();
        Piece body = new ChatRequest(new ChatRequest.Template("m", "s"), Scripted.offer(), history,
                Question.of("q")).body(true, Set.of(), false);
        groq.enqueue(says("hello"));
        long before = allocatedBytes();
        assertEquals(new Answer("hello"), complete(config(groq), body));
        long allocated = allocatedBytes() - before;
        assertTrue(allocated < body.length() / 2, allocated + " of " + body.length());
        RecordedRequest request = taken(groq);
        assertEquals(Long.toString(body.length()), request.getHeaders().get("Content-Length"));
        assertEquals(text, Scripted.messages(Scripted.body(request)).get(16).get("content"));
    }

    private static long allocatedBytes() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }

    @Test
    void theKeyIsSentOnceAsABearer() {
        groq.enqueue(says("hello"));
        complete();
        Headers headers = taken(groq).getHeaders();
        assertEquals(List.of("Bearer " + KEY), headers.values("Authorization"));
        assertEquals(headers.toString().indexOf("Bearer"),
                headers.toString().lastIndexOf("Bearer"));
    }

    @Test
    void blanksAroundTheKeyAreNotSent() {
        groq.enqueue(says("hello"));
        complete(config(groq, "GROQ_API_KEY", " " + KEY + "\n"));
        assertEquals("Bearer " + KEY, taken(groq).getHeaders().get("Authorization"));
    }

    @Test
    void withoutAKeyThereIsNoSuchHeader() {
        groq.enqueue(says("hello"));
        assertEquals(new Answer("hello"), complete(config(groq, "GROQ_API_KEY", "")));
        assertNull(taken(groq).getHeaders().get("Authorization"));
    }

    @Test
    void theKeyIsSentWithEachRetryToo() {
        script(status(500).build(), says("hello"));
        complete();
        taken(groq);
        RecordedRequest second = taken(groq);
        assertEquals(List.of("Bearer " + KEY), second.getHeaders().values("Authorization"));
        assertEquals("{\"model\":\"m\"}", second.getBody().utf8());
    }

    @ParameterizedTest
    @CsvSource({
        "https://h.example/openai/v1, https://h.example/openai/v1",
        "https://h.example/openai/v1/, https://h.example/openai/v1",
        "https://h.example/v1///, https://h.example/v1",
        "http://h.example/v1, http://h.example/v1",
        "https://h.example, https://h.example/openai/v1",
        "https://h.example/, https://h.example/openai/v1",
        "http://127.0.0.1:8081//, http://127.0.0.1:8081/openai/v1",
        "'  http://[::1]:8081/v1 ', http://[::1]:8081/v1",
        "HTTPS://H.example/x/y, HTTPS://H.example/x/y",
        "http://vllm_server:8000/v1, http://vllm_server:8000/v1",
    })
    void aBaseUrlComesWithOrWithoutItsPath(String text, String expected) {
        assertEquals("GroqClient.Options[" + expected + "]",
                GroqClient.options().baseUrl(text).toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "h.example/v1", "ftp://h.example", "http://h.example:0/v1",
        "http://h.example:99999", "https://me:pwd@h.example/v1", "https://h.example?pwd"})
    void anyOtherBaseUrlIsRefusedWithoutQuotingIt(String text) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> GroqClient.options().baseUrl(text));
        assertFalse(refused.getMessage().contains("pwd"), refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "line\nbreak", "caf\u00e9"})
    void aKeyThatCanNotStandInAHeaderIsRefusedWithoutQuotingIt(String key) {
        IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                () -> GroqClient.options().apiKey(key));
        assertEquals("the key is empty or not visible ASCII", refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 429, 500, 502, 503, 504, 520, 529})
    void aPassingFailureIsTriedAgain(int status) {
        script(status(status).build(), says("hello"));
        assertEquals(new Answer("hello"), complete());
        assertRequests(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 500, 502, 503})
    void afterThreeRequestsItGivesUp(int status) {
        script(status(status).build(), status(status).build(), status(status).build(),
                says("too late"));
        assertInstanceOf(Unreachable.class, complete());
        assertRequests(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 503})
    void aRetryAfterOfZeroDoesNotMakeAnybodyElseRetry(int status) {
        MockResponse again = new MockResponse.Builder().code(status)
                .setHeader("Retry-After", "0").build();
        script(again, again, again, says("too late"));
        assertInstanceOf(Unreachable.class, complete());
        assertRequests(3);
    }

    @Test
    void aRateLimitForGoodIsBusyWithTheLastWaitAskedFor() {
        MockResponse wait = status(429).build();
        script(wait, wait, status(429).setHeader("retry-after-ms", "4000").build(), says("late"));
        assertEquals(new Busy(Duration.ofSeconds(4)), complete());
        assertRequests(3);
    }

    @Test
    void withoutAWaitAskedForItTellsThePauseItWouldHaveMade() {
        script(status(429).build(), status(429).build(),
                new MockResponse.Builder().code(429).build());
        Busy busy = assertInstanceOf(Busy.class, complete());
        assertTrue(busy.retryAfter().compareTo(Duration.ofMillis(1500)) >= 0
                && busy.retryAfter().compareTo(Duration.ofSeconds(2)) <= 0, busy.toString());
        assertRequests(3);
    }

    /** Its own pause would be half a second, and the deadline long enough for that. */
    @Test
    void retryAfterIsObeyedInSeconds() {
        script(new MockResponse.Builder().code(429).setHeader("Retry-After", "9.5").build(),
                says("too late"));
        assertEquals(new Busy(Duration.ofMillis(9500)),
                complete(within(NINE_SECONDS, config(groq))));
        assertRequests(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 500, 503})
    void aWaitOfAnHourIsPassedOnAtOnce(int status) {
        script(new MockResponse.Builder().code(status).setHeader("Retry-After", "3600").build(),
                says("an hour later"));
        assertEquals(new Busy(Duration.ofHours(1)), complete());
        assertRequests(1);
    }

    @Test
    void aDateFarAwayIsPassedOnAtOnce() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                ZonedDateTime.ofInstant(Instant.now().plusSeconds(7200), ZoneOffset.UTC));
        script(new MockResponse.Builder().code(429).setHeader("Retry-After", date).build(),
                says("hours later"));
        Busy busy = assertInstanceOf(Busy.class, complete());
        assertTrue(busy.retryAfter().compareTo(Duration.ofSeconds(7100)) > 0
                && busy.retryAfter().compareTo(Duration.ofSeconds(7200)) <= 0, busy.toString());
        assertRequests(1);
    }

    @Test
    void aDateThatHasPassedMeansAtOnce() {
        script(new MockResponse.Builder().code(429)
                .setHeader("Retry-After", "Sun, 06 Nov 1994 08:49:37 GMT").build(), says("hello"));
        assertEquals(new Answer("hello"), complete());
        assertRequests(2);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, OTHER",
        "400, context_length_exceeded, TOO_LONG",
        "400, model_decommissioned, MODEL",
        "400, tool_use_failed, TOOL_USE",
        "401, invalid_api_key, KEY",
        "403, permission_denied, KEY",
        "404, model_not_found, MODEL",
        "404, unknown_url, ADDRESS",
        "405, '', OTHER",
        "407, '', OTHER",
        "413, rate_limit_exceeded, TOO_LONG",
        "422, '', OTHER",
        "424, '', OTHER",
        "498, capacity_exceeded, OTHER",
        "499, '', OTHER"
    })
    void aRefusalIsNotTriedAgain(int status, String code, Reason reason) {
        script(Scripted.refuses(status, code), says("too late"));
        assertEquals(reason, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @Test
    void aRefusalMayBeAPageOfHtml() {
        script(new MockResponse.Builder().code(403).setHeader("Content-Type", "text/html")
                .body("<html><body>Access denied.</body></html>").build());
        assertEquals(Reason.KEY, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 404, 413, 422, 498})
    void theServerMayAskForARetryOfWhatIsNotRetried(int status) {
        script(status(status).setHeader("x-should-retry", "true").build(), says("hello"));
        assertEquals(new Answer("hello"), complete());
        assertRequests(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 409, 500, 503})
    void theServerMayForbidARetry(int status) {
        script(status(status).setHeader("x-should-retry", "false").build(), says("too late"));
        assertInstanceOf(Unreachable.class, complete());
        assertRequests(1);
    }

    @Test
    void aRateLimitThatMustNotBeRetriedPassesItsWaitOn() {
        script(status(429).setHeader("x-should-retry", "false")
                .setHeader("retry-after-ms", "7000").build(), says("too late"));
        assertEquals(new Busy(Duration.ofSeconds(7)), complete());
        assertRequests(1);
    }

    @Test
    void anUnknownWordAboutRetriesIsIgnored() {
        script(status(400).setHeader("x-should-retry", "maybe").build(), says("too late"));
        assertEquals(Reason.OTHER, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @Test
    void evenRetriesAskedForAreAtMostTwo() {
        MockResponse again = status(422).setHeader("x-should-retry", "true").build();
        script(again, again, again, says("too late"));
        assertEquals(Reason.OTHER, ((Refused) complete()).reason());
        assertRequests(3);
    }

    @Test
    void aConnectionCutBeforeTheAnswerIsTriedAgain() {
        script(says("a").newBuilder().onResponseStart(CUT).build(), says("hello"));
        assertEquals(new Answer("hello"), complete());
        assertRequests(2);
    }

    @Test
    void aConnectionCutAtAnyStageIsGivenUpAfterThreeRequests() {
        script(says("a").newBuilder().onRequestStart(CUT).build(),
                says("b").newBuilder().onRequestBody(CUT).build(),
                says("c".repeat(1000)).newBuilder().onResponseBody(CUT).build(),
                says("too late"));
        assertInstanceOf(Unreachable.class, complete());
        assertRequests(3);
    }

    /** Its port is taken, so that nobody else can listen there meanwhile, but not listened at. */
    @Test
    void aServerThatDoesNotListenIsUnreachable() throws IOException {
        try (Socket deaf = new Socket()) {
            deaf.bind(new InetSocketAddress("127.0.0.1", 0));
            assertInstanceOf(Unreachable.class, complete(config(groq,
                    "GROQ_BASE_URL", "http://127.0.0.1:" + deaf.getLocalPort() + "/v1")));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "{", "{not JSON", "{}", "{\"choices\":[]}",
        "{\"choices\":[{\"message\":{\"content\":\"\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"length\"}]}",
        "{\"choices\":[{\"message\":{\"content\":\"\\ud800\"}}]}",
        "{\"choices\":[{\"message\":{\"content\":\"hello\"},\"logprobs\":NaN}]}",
        "{\"id\":1,\"id\":2,\"choices\":[{\"message\":{\"content\":\"hello\"}}]}"
    })
    void anAnswerThatIsBrokenOrEmptyIsPaidForOnce(String body) {
        script(status(200, body).setHeader("x-should-retry", "true").build(), says("not asked"));
        assertInstanceOf(Unusable.class, complete());
        assertRequests(1);
    }

    @Test
    void aRefusalByAProxyKeepsItsStatus() {
        script(status(407, "{}").build(), says("too late"));
        assertEquals(Reason.OTHER, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 301, 302, 303, 307, 308})
    void aRedirectIsNotFollowedSoTheKeyStaysHere(int status) throws IOException {
        try (MockWebServer elsewhere = Scripted.start()) {
            elsewhere.enqueue(says("gotcha"));
            script(status(status).setHeader("Location", elsewhere.url("/v1")).build(),
                    says("not asked"));
            assertEquals(Reason.ADDRESS, ((Refused) complete()).reason());
            assertRequests(1);
            assertEquals(0, elsewhere.getRequestCount());
        }
    }

    @Test
    void aRedirectWithinTheServerIsNotFollowedEither() {
        script(status(307).setHeader("Location", "/other").build(), says("not asked"));
        assertEquals(Reason.ADDRESS, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @Test
    void anAnswerOfEightMebibytesIsReadAndALargerOneIsNot() {
        String padding = " ".repeat((8 << 20) - 100);
        String json = "{\"choices\":[{\"message\":{\"content\":\"hello\"}}]}";
        script(status(200, padding + json).build(),
                status(200, padding + json + " ".repeat(200)).build());
        assertEquals(new Answer("hello"), complete());
        assertInstanceOf(Unusable.class, complete());
        assertRequests(2);
    }

    @Test
    void aRefusalThatIsTooLargeIsStillARefusal() {
        script(status(404, "x".repeat(9 << 20)).build());
        assertEquals(Reason.ADDRESS, ((Refused) complete()).reason());
        assertRequests(1);
    }

    @Test
    void aServerThatStallsRunsIntoTheDeadline() throws IOException {
        assertTimesOut(stalling());
    }

    @Test
    void aServerThatDribblesRunsIntoTheDeadline() throws IOException {
        assertTimesOut(new MockResponse.Builder().body(new MockResponseBody() {
            @Override
            public long getContentLength() {
                return 1 << 20;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                while (true) { // until the client leaves
                    sink.writeByte(' ').flush();
                    Await.deafly();
                }
            }
        }).build());
    }

    @Test
    void oneDeadlineHoldsForAllTries() throws IOException {
        assertTimesOut(status(503).build(), status(500).build(), stalling());
    }

    /** Under deadlines that double until one is long enough for all answers, on any machine. */
    private void assertTimesOut(MockResponse... answers) throws IOException {
        Duration deadline = Duration.ofMillis(250);
        Completion outcome;
        do {
            groq.close();
            groq = Scripted.start();
            script(answers);
            outcome = complete(within(deadline, config(groq)));
            deadline = deadline.multipliedBy(2);
        } while (groq.getRequestCount() < answers.length);
        assertInstanceOf(TimedOut.class, outcome);
        assertRequests(answers.length);
    }

    @Test
    void aDeadlineThatHasPassedCostsNoRequest() {
        script(says("too late"));
        assertInstanceOf(TimedOut.class, complete(within(Duration.ZERO, config(groq))));
        assertRequests(0);
    }

    @Test
    void aPauseThatWouldOutlastTheDeadlineIsNotMade() {
        script(status(503).setHeader("retry-after-ms", "9500").build(), says("too late"));
        assertInstanceOf(Unreachable.class, complete(within(NINE_SECONDS, config(groq))));
        assertRequests(1);
    }

    @Test
    void aRateLimitLongerThanTheDeadlineIsPassedOn() {
        script(status(429).setHeader("retry-after-ms", "9500").build(), says("too late"));
        assertEquals(new Busy(Duration.ofMillis(9500)),
                complete(within(NINE_SECONDS, config(groq))));
        assertRequests(1);
    }

    @Test
    void localhostWorksWhereTheServerListensOnIpv4Only() throws IOException {
        try (MockWebServer ipv4 = new MockWebServer()) {
            ipv4.start(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0);
            ipv4.enqueue(says("hello"));
            assertEquals(new Answer("hello"), complete(config(groq,
                    "GROQ_BASE_URL", "http://localhost:" + ipv4.getPort() + "/v1")));
            assertEquals("/v1/chat/completions", taken(ipv4).getTarget());
        }
    }

    @Test
    void oneConnectionServesOneQuestionAfterAnother() {
        script(says("one"), status(500).build(), says("two"));
        try (GroqClient client = GroqClient.open(config(groq).client())) {
            assertEquals(new Answer("one"), complete(client, Duration.ofSeconds(30)));
            assertEquals(new Answer("two"), complete(client, Duration.ofSeconds(30)));
        }
        assertEquals(List.of(0, 1, 2), List.of(taken(groq).getExchangeIndex(),
                taken(groq).getExchangeIndex(), taken(groq).getExchangeIndex()));
    }

    @Test
    void closingEndsAPauseBetweenRetries() throws Exception {
        script(status(503).setHeader("retry-after-ms", "9999").build(), says("too late"));
        long before = System.nanoTime();
        AtomicReference<Completion> outcome = new AtomicReference<>();
        GroqClient client = GroqClient.open(config(groq).client());
        Thread chat = new Thread(() -> outcome.set(complete(client, Duration.ofSeconds(60))));
        chat.start();
        awaitPause(chat);
        client.close();
        chat.join();
        assertInstanceOf(Unreachable.class, outcome.get());
        assertRequests(1);
        assertTrue(System.nanoTime() - before < 9_000_000_000L, "it did not sleep on");
    }

    @Test
    void closingCutsACallThatIsUnderWay() throws Exception {
        script(stalling(), says("too late"));
        GroqClient client = GroqClient.open(config(groq).client());
        CompletableFuture<Completion> chat = CompletableFuture.supplyAsync(
                () -> complete(client, Duration.ofSeconds(60)));
        taken(groq);
        client.close();
        assertInstanceOf(Unreachable.class, chat.get(30, TimeUnit.SECONDS));
        assertRequests(1);
    }

    @Test
    void onceClosedItAsksNobody() {
        script(says("too late"));
        GroqClient client = GroqClient.open(config(groq).client());
        client.close();
        assertInstanceOf(Unreachable.class, complete(client, Duration.ofSeconds(30)));
        assertRequests(0);
    }

    @Test
    void anInterruptEndsAPauseAndIsKept() throws Exception {
        script(status(503).setHeader("retry-after-ms", "9999").build(), says("too late"));
        AtomicReference<Completion> outcome = new AtomicReference<>();
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread chat = new Thread(() -> {
            outcome.set(complete());
            if (Thread.currentThread().isInterrupted()) {
                interrupted.countDown();
            }
        });
        chat.start();
        awaitPause(chat);
        chat.interrupt();
        chat.join();
        assertInstanceOf(Unreachable.class, outcome.get());
        assertEquals(0, interrupted.getCount());
        assertRequests(1);
    }

    // A pause shows in nothing but what the thread does.
    private static void awaitPause(Thread chat) {
        Await.until(() -> {
            assertFalse(chat.getState() == Thread.State.TERMINATED, "it should have paused");
            return chat.getState() == Thread.State.TIMED_WAITING
                    && Arrays.stream(chat.getStackTrace()).anyMatch(
                            frame -> frame.getClassName().equals(CountDownLatch.class.getName()));
        });
    }

    private void script(MockResponse... answers) {
        for (MockResponse answer : answers) {
            groq.enqueue(answer);
        }
    }

    private static MockResponse stalling() {
        return says("never").newBuilder().onResponseStart(SocketEffect.Stall.INSTANCE).build();
    }

    private Completion complete() {
        return complete(config(groq));
    }

    private static Completion complete(Scripted.Groq config) {
        return complete(config, BODY);
    }

    private static Completion complete(Scripted.Groq config, Piece body) {
        try (GroqClient client = GroqClient.open(config.client())) {
            return complete(client, body, config.timeout());
        }
    }

    private static Completion complete(GroqClient client, Duration timeout) {
        return complete(client, BODY, timeout);
    }

    private static Completion complete(GroqClient client, Piece body, Duration timeout) {
        try (Budget.Share share = Budget.ofThisProcess().share()) {
            return client.calls().complete(
                    body, Deadline.after(timeout),
                    new Question("q", Optional.empty(), Optional.empty(), "request-id"), share,
                    AnswerReader.NONE);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void assertRequests(int count) {
        assertEquals(count, groq.getRequestCount(), "requests");
    }
}
