package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.api.RawClient.Answer;
import vaas.budget.Budget;
import vaas.testing.Await;

@Timeout(60)
class ChatHandlerTest extends ServedFixture {
    private static final String HELLO = "{\"message\":\"Hello\"}";
    private static final String PNG = "iVBORw0KGgoAAAANSUhEUg==";

    ChatHandlerTest() {
        super("MAX_CONCURRENT_CHATS", "2");
    }

    private Question asked(String body) throws IOException {
        Answer answer = served.chat(body);
        assertEquals(200, answer.status(), answer.body());
        return served.agent.questions.get(served.agent.questions.size() - 1);
    }

    @Nested
    class Fields {
        @Test
        void messageAloneIsEnough() throws IOException {
            Question question = asked(HELLO);
            assertEquals("Hello", question.message());
            assertEquals(Optional.empty(), question.image());
            assertEquals(Optional.empty(), question.videoPath());
        }

        @Test
        void optionalFieldsMayBeNull() throws IOException {
            Question question = asked("{\"message\":\"Hello\",\"image_base64\":null,"
                    + "\"video_path\":null,\"session_id\":null}");
            assertEquals(Optional.empty(), question.image());
            assertEquals(Optional.empty(), question.videoPath());
        }

        @Test
        void imageAndVideoPathReachTheAgent() throws IOException {
            Question question = asked("{\"video_path\":\"/v.mp4\",\"message\":\"Look\","
                    + "\"image_base64\":\"" + PNG + "\"}");
            assertEquals("image/png", question.image().orElseThrow().mediaType());
            assertEquals(Optional.of("/v.mp4"), question.videoPath());
        }

        @Test
        void theMessageMayBeEmptyBesideAnImage() throws IOException {
            Question question = asked("{\"message\":\"\",\"image_base64\":\"data:image/png;"
                    + "base64," + PNG + "\"}");
            assertEquals("", question.message());
            assertTrue(question.image().isPresent());
        }

        @Test
        void unknownFieldsAreIgnoredWhateverTheyHold() throws IOException {
            Question question = asked("{\"a\":{\"message\":1},\"Message\":2,\"message\":\"Hello\","
                    + "\"temperature\":1e400,\"n\":123456789012345678901234567890,\"l\":[null]}");
            assertEquals("Hello", question.message());
        }

        @Test
        void theAgentGetsTheRequestsId() throws IOException {
            served.chat(HELLO, "X-Request-Id: abc-1");
            assertEquals("abc-1", served.agent.questions.get(0).requestId());
        }

        @ParameterizedTest
        @ValueSource(strings = {"{}", "{\"message\":null}", "{\"Message\":\"x\"}",
                "{\"message\":{}}", "{\"message\":[]}", "{\"message\":[\"x\"]}",
                "{\"message\":1}", "{\"message\":1.5}", "{\"message\":true}",
                "{\"message\":\"\"}", "{\"message\":\"\",\"image_base64\":null}",
                "{\"message\":\"x\",\"image_base64\":1}",
                "{\"message\":\"x\",\"image_base64\":{}}",
                "{\"message\":\"x\",\"image_base64\":[\"" + PNG + "\"]}",
                "{\"message\":\"x\",\"image_base64\":false}",
                "{\"message\":\"x\",\"image_base64\":\"\"}",
                "{\"message\":\"x\",\"image_base64\":\"!!\"}",
                "{\"message\":\"x\",\"image_base64\":\"AAAA\"}",
                "{\"message\":\"x\",\"video_path\":1}", "{\"message\":\"x\",\"video_path\":{}}",
                "{\"message\":\"x\",\"video_path\":[]}", "{\"message\":\"x\",\"video_path\":true}",
                "{\"message\":\"x\",\"session_id\":1}", "{\"message\":\"x\",\"session_id\":{}}",
                "{\"message\":\"x\",\"session_id\":[]}", "{\"message\":\"x\",\"session_id\":false}",
                "{\"message\":\"x\",\"session_id\":\"a b\"}",
                "{\"message\":\"x\",\"session_id\":\"..\"}",
                "{\"message\":\"x\",\"session_id\":\"../a\"}",
                "{\"message\":\"x\",\"session_id\":\"a\\n\"}",
                "{\"message\":\"x\",\"session_id\":\"\u00e4\"}",
                "{\"message\":\"x\",\"session_id\":\"12345678901234567890123456789012"
                        + "345678901234567890123456789012345\"}",
                "{\"message\":\"x\",\"session_id\":\"\"}"})
        void whatBreaksTheTableIs422AndReachesNobody(String body) throws IOException {
            String detail = Served.problem(422, served.chat(body));
            assertTrue(detail.endsWith("."), detail);
            assertEquals(List.of(), served.agent.questions);
        }

        @ParameterizedTest
        @ValueSource(strings = {"[]", "null", "1", "\"Hello\"", "true",
                "[{\"message\":\"Hello\"}]"})
        void whatIsNoObjectIs422(String body) throws IOException {
            Served.problem(422, served.chat(body));
            assertEquals(List.of(), served.agent.questions);
        }

        @Test
        void the422NamesTheField() throws IOException {
            for (String field : List.of("image_base64", "video_path", "session_id")) {
                String detail = Served.problem(422,
                        served.chat("{\"message\":\"x\",\"" + field + "\":1}"));
                assertTrue(detail.contains(field), detail);
            }
            assertTrue(Served.problem(422, served.chat("{}")).contains("message"));
            assertTrue(Served.problem(422, served.chat("{\"message\":\"x\",\"session_id\":\"a/\"}"))
                    .contains("session_id"));
        }
    }

    @Nested
    class ContentTypes {
        @Test
        void withoutATypeTheBodyIsJson() throws IOException {
            assertEquals(200, served.chat(HELLO).status());
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "application/json", "application/json; charset=utf-8",
                "application/json;charset=UTF-8", "Application/JSON", " application/json ; q=1",
                "application/problem+json", "application/vnd.api+JSON; v=1"})
        void jsonTypesAreRead(String type) throws IOException {
            assertEquals(200, served.chat(HELLO, "Content-Type: " + type).status());
        }

        @Test
        void whatCurlSaysByItselfIsReadAsJson() throws IOException {
            for (String type : List.of("application/x-www-form-urlencoded",
                    "Application/X-WWW-Form-Urlencoded; charset=UTF-8")) {
                assertEquals(200, served.chat(HELLO, "Content-Type: " + type).status());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"Origin: http://localhost:5173", "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Mode: cors", "sec-fetch-dest: empty"})
        void fromABrowserTheSameTypeIs415(String header) throws IOException {
            Served.problem(415, served.chat(HELLO, header,
                    "Content-Type: application/x-www-form-urlencoded"));
            assertEquals(200, served.chat(HELLO, header).status());
            assertEquals(1, served.agent.questions.size());
        }

        @ParameterizedTest
        @ValueSource(strings = {"utf-8", "UTF8", "\"utf-8\"", "US-ASCII", "us-ascii ",
                "\"UTF-8\""})
        void utf8AndAsciiAreRead(String charset) throws IOException {
            String type = "Content-Type: application/json; q=1;charset=" + charset;
            int status = served.chat(HELLO, type).status();
            assertEquals(charset.equals("UTF8") ? 415 : 200, status);
        }

        @ParameterizedTest
        @ValueSource(strings = {"application/json; charset=iso-8859-1", "application/json;charset=",
                "application/json; charset=utf-16", "application/json; CHARSET=\"utf-8",
                "application/json; charset=utf-8; charset=latin1"})
        void anyOtherCharsetIs415(String type) throws IOException {
            assertTrue(Served.problem(415, served.chat(HELLO, "Content-Type: " + type))
                    .contains("UTF-8"));
            assertEquals(List.of(), served.agent.questions);
        }

        @ParameterizedTest
        @ValueSource(strings = {"gzip", "GZip", "identity, gzip", "br", "x",
                "identity\r\nContent-Encoding: br"})
        void anyContentCodingIs415(String coding) throws IOException {
            Answer answer = served.chat(HELLO, "Content-Encoding: " + coding);
            Served.problem(415, answer);
            assertEquals("identity", answer.header("Accept-Encoding").orElseThrow());
            assertEquals(List.of(), served.agent.questions);
            for (String none : List.of("Identity", "", "identity, identity")) {
                assertEquals(200, served.chat(HELLO, "Content-Encoding: " + none).status());
            }
        }

        @Test
        void twoTypesAre415() throws IOException {
            Served.problem(415, served.chat(HELLO, "Content-Type: application/json",
                    "Content-Type: application/json"));
        }

        @ParameterizedTest
        @ValueSource(strings = {"text/plain", "text/plain; x=application/json", "text/json",
                "application/x-www-form-urlencodedx", "multipart/form-data; boundary=json",
                "application/xml", "application/jsonl", "application/json5", "json", "*/*",
                "application/octet-stream", "application/json, text/plain"})
        void othersAre415(String type) throws IOException {
            Answer answer = served.chat(HELLO, "Content-Type: " + type);
            Served.problem(415, answer);
            assertEquals("application/json", answer.header("Accept").orElseThrow());
            assertEquals(List.of(), served.agent.questions);
        }
    }

    @Nested
    class MalformedJson {
        @ParameterizedTest
        @ValueSource(strings = {" ", "{", "{\"message\":\"x\"", "{\"message\":\"x\"} x",
                "{\"message\":\"x\"}{}", "{\"message\":\"x\"},", "{\"message\":\"x\"}\u0000",
                "{'message':'x'}", "{message:\"x\"}", "{\"message\":\"x\",}", "message=x",
                "{\"message\":\"x\",\"message\":\"y\"}",
                "{\"message\":\"x\",\"\\u006dessage\":\"y\"}", "{\"message\":\"\\ud83d\"}",
                "{\"message\":\"\\udc4b\\ud83d\"}", "{\"message\":\"x\",\"\\ud83d\":1}",
                "{\"message\":\"x\",\"a\":[\"\\udc4b\"]}", "{\"message\":\"a\nb\"}",
                "{\"message\":\"\\x\"}", "{\"message\":NaN}", "{\"message\":01}",
                "\uFEFF", "\uFEFF\uFEFF{\"message\":\"x\"}", "// x\n{\"message\":\"x\"}"})
        void is400AndReachesNobody(String body) throws IOException {
            String detail = Served.problem(400, served.chat(body));
            assertFalse(detail.contains("\n") || detail.contains("tools.jackson"), detail);
            assertEquals(List.of(), served.agent.questions);
        }

        @Test
        void aByteOrderMarkIsSkippedAndUnknownFieldsMayRepeat() throws IOException {
            assertEquals("x", asked("\uFEFF{\"message\":\"x\"}").message());
            assertEquals("x", asked("{\"a\":1,\"a\":2,\"message\":\"x\",\"b\":{\"c\":1,\"c\":2}}")
                    .message());
        }

        @Test
        void afterAMalformedBodyTheConnectionCanBeUsedAgain() throws IOException {
            try (RawClient client = served.client()) {
                Served.problem(400, client.ask("POST /chat", "x" + " ".repeat(100_000)));
                Served.problem(400, client.ask("POST /chat", HELLO + "x" + " ".repeat(100_000)));
                assertEquals(200, client.ask("POST /chat", HELLO).status());
            }
        }

        @Test
        void anEmptyBodyIs400() throws IOException {
            Served.problem(400, served.chat(""));
            Served.problem(400, served.chat("", "Content-Length: 0"));
        }

        @Test
        void nestingUpTo64IsReadAndNoDeeper() throws IOException {
            assertEquals(200, served.chat(nested(63)).status());
            Served.problem(400, served.chat(nested(64)));
            Served.problem(400, served.chat("[".repeat(100_000)));
            Served.problem(400, served.chat("{\"message\":\"x\",\"a\":" + "[".repeat(100_000)));
            Served.problem(400, served.chat("{\"a\":".repeat(100_000)));
            served.checkUsable();
        }

        /** With the object around them, one level more than the arrays. */
        private String nested(int arrays) {
            return "{\"message\":\"x\",\"a\":" + "[".repeat(arrays) + "]".repeat(arrays) + "}";
        }

        @ParameterizedTest
        @CsvSource({"FF", "C3", "C3 28", "E2 82", "C0 AF", "ED A0 80", "F4 90 80 80", "80"})
        void invalidUtf8Is400(String hex) throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            body.writeBytes("{\"message\":\"x".getBytes(StandardCharsets.UTF_8));
            for (String octet : hex.split(" ")) {
                body.write(Integer.parseInt(octet, 16));
            }
            body.writeBytes("\"}".getBytes(StandardCharsets.UTF_8));
            try (RawClient client = served.client()) {
                client.send(RawClient.request("POST /chat", body.toByteArray()));
                Served.problem(400, client.read());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"UTF-16BE", "UTF-16LE", "UTF-32BE"})
        void otherEncodingsAre400(String charset) throws Exception {
            try (RawClient client = served.client()) {
                client.send(RawClient.request("POST /chat", HELLO.getBytes(charset)));
                Served.problem(400, client.read());
            }
        }
    }

    @Nested
    class Replies {
        @ParameterizedTest
        @CsvSource({"MODEL,502,about:blank", "TIMEOUT,504,about:blank",
                "TOO_LONG,413,/docs#too-long-for-model", "NOT_STORED,507,/docs#memory-full",
                "MEMORY_UNAVAILABLE,503,/docs#memory-unavailable",
                "KEY_REUSED,422,/docs#key-reused",
                "TOO_MANY_CONVERSATIONS,507,/docs#too-many-conversations"})
        void eachFailureHasItsStatusAndTypeAndKeepsItsSentence(Reply.Kind kind, int status,
                String type) throws IOException {
            served.agent.script(question -> new Reply.Failed(kind, "It failed, sorry."));
            Answer answer = served.chat(HELLO);
            assertEquals("It failed, sorry.", Served.problem(status, answer));
            assertEquals(type, answer.json().get("type"));
        }

        @ParameterizedTest
        @CsvSource({"PT0S,1", "PT0.001S,1", "PT1S,1", "PT1.001S,2", "PT30S,30", "PT2H,7200"})
        void aBusyModelIs503WithWholeSecondsRoundedUp(Duration wait, String seconds)
                throws IOException {
            served.agent.script(question -> new Reply.Busy(wait, "Not now."));
            Answer answer = served.chat(HELLO);
            assertEquals("Not now.", Served.problem(503, answer));
            assertEquals("/docs#model-busy", answer.json().get("type"));
            assertEquals(Optional.of(seconds), answer.header("Retry-After"));
        }
    }

    /** What a chat's text takes of the heap, at a heap of 32 MiB: all together have 8. */
    @Nested
    class Room {
        private final Budget budget = Budget.of(32 << 20, 4096);
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private Served tight;

        @BeforeEach
        void startTight() throws IOException {
            tight = Served.start(folder.resolve("tight"), budget);
        }

        @AfterEach
        void stopTight() throws IOException {
            goOn.countDown();
            threads.shutdownNow();
            tight.close();
        }

        private static String message(int chars) {
            return "{\"message\":\"" + "x".repeat(chars) + "\"}";
        }

        @Test
        void whatCanNeverFitIs413ThatSaysSo() throws IOException {
            Answer answer = tight.chat(message(2_500_000));
            assertTrue(Served.problem(413, answer).contains("memory"), answer.body());
            assertEquals("/docs#too-long-for-server", answer.json().get("type"));
            assertEquals(List.of(), tight.agent.questions);
            awaitRoom();
        }

        @Test
        void whileALongOneIsUnderWayTheNextIs503AndShortOnesAreServed() throws Exception {
            tight.agent.hang(begun, goOn);
            Future<Answer> running = threads.submit(() -> tight.chat(message(1_500_000)));
            begun.await();
            tight.agent.script(tight.agent::remember);
            Answer refused = tight.chat(message(1_500_000));
            Served.problem(503, refused);
            assertEquals("/docs#server-full", refused.json().get("type"));
            assertEquals(Optional.of("1"), refused.header("Retry-After"));
            for (int i = 0; i < 20; i++) {
                assertEquals(200, tight.chat(message(65_000)).status());
            }
            goOn.countDown();
            assertEquals(200, running.get().status());
            awaitRoom();
            assertEquals(200, tight.chat(message(1_500_000)).status());
        }

        /** An answer is there for its client a moment before its share is given back. */
        private void awaitRoom() {
            Await.until(() -> budget.used() == 0);
        }

        @Test
        void whatNobodyAsksForIsSkippedAndCostsNothing() throws IOException {
            for (String item : List.of("{},", "[],", "\"k\",", "{\"a\":[1]},", "1234567890,")) {
                String items = item.repeat(10_000_000 / item.length());
                assertEquals(200, tight.chat("{\"message\":\"x\",\"y\":[" + items + "1]}").status(),
                        item);
            }
            assertEquals(200, tight.chat("{\"y\":\"" + "x".repeat(10_000_000)
                    + "\",\"message\":\"x\"}").status());
        }

        @Test
        void everyEndGivesItBack() throws IOException {
            for (String body : List.of(message(100), message(2_500_000), "{", "{}", "x")) {
                tight.chat(body);
            }
            tight.agent.script(question -> {
                throw new IllegalStateException();
            });
            Served.problem(500, tight.chat(message(1000)));
            try (RawClient client = tight.client()) {
                client.send(RawClient.request("POST /chat", "", "Content-Length: 100"));
                client.send("{\"message\":\"Hel").endOutput();
                Served.problem(400, client.read());
            }
            awaitRoom();
        }

        @Test
        void routesThatReadNoBodyTakeNothing() throws IOException {
            for (int i = 0; i < 16; i++) {
                budget.share().take(Budget.SMALL_BYTES);
            }
            Served.problem(503, tight.chat(HELLO));
            String body = " ".repeat(1_000_000);
            assertEquals(200, tight.ask("GET /health", body).status());
            assertEquals(200, tight.ask("POST /reset-memory", body).status());
        }
    }

    @Nested
    class TooManyAtOnce {
        private final CountDownLatch begun = new CountDownLatch(2);
        private final CountDownLatch goOn = new CountDownLatch(1);
        private final ExecutorService threads = Executors.newCachedThreadPool();

        @AfterEach
        void end() {
            goOn.countDown();
            threads.shutdownNow();
        }

        @Test
        void getA503AtOnceWhileEverythingElseIsServed() throws Exception {
            served.agent.hang(begun, goOn);
            List<Future<Answer>> running = List.of(threads.submit(() -> served.chat(HELLO)),
                    threads.submit(() -> served.chat(HELLO)));
            begun.await();
            Answer refused = served.chat(HELLO);
            Served.problem(503, refused);
            assertEquals("/docs#too-many-chats", refused.json().get("type"));
            assertTrue(Integer.parseInt(refused.header("Retry-After").orElseThrow()) > 0);
            assertEquals(200, served.get("/health").status());
            assertEquals(200, served.get("/").status());
            assertEquals(200, served.ask("POST /reset-memory", "").status());
            Served.problem(400, served.chat("{"));
            assertEquals(2, served.agent.questions.size());
            goOn.countDown();
            for (Future<Answer> chat : running) {
                assertEquals(200, chat.get().status());
            }
            assertEquals(200, served.chat(HELLO).status());
        }

        @Test
        void aPlaceIsTakenUntilTheAnswerIsWrittenOrCannotBe() throws Exception {
            served.agent.script(question -> new Reply.Answered(
                    "x".repeat(8_000_000), Optional.empty(), Optional.empty()));
            try (RawClient one = served.client(); RawClient two = served.client()) {
                for (RawClient deaf : List.of(one, two)) {
                    deaf.send(RawClient.request("POST /chat", HELLO));
                    assertEquals(200, deaf.readHead().status());
                }
                assertEquals("/docs#too-many-chats", served.chat(HELLO).json().get("type"));
            }
            served.agent.script(served.agent::remember);
            Await.until(() -> served.chat(HELLO).status() != 503); // it is seen that they left
        }

        @Test
        void failedChatsGiveTheirPlaceBack() throws IOException {
            served.agent.script(question -> {
                throw new IllegalStateException();
            });
            for (int i = 0; i < 5; i++) {
                Served.problem(500, served.chat(HELLO));
            }
            served.agent.script(served.agent::remember);
            assertEquals(200, served.chat(HELLO).status());
        }
    }
}
