package vaas.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;
import vaas.testing.LogLines;
import vaas.api.RawClient;
import vaas.api.Served;
import vaas.api.ServedFixture;

/** Bodies, connections and request ids. */
@Timeout(60)
class ExchangeTest extends ServedFixture {
    private static final int BODY_BYTES_MAX = 1000;
    private static final String HELLO = "{\"message\":\"Hello\"}";

    private RawClient client;

    ExchangeTest() {
        super("MAX_BODY_BYTES", Integer.toString(BODY_BYTES_MAX));
    }

    @BeforeEach
    void connect() throws IOException {
        client = served.client();
    }

    @AfterEach
    void disconnect() throws IOException {
        client.close();
    }

    /** A good body of some length. */
    private static String body(int bytes) {
        return HELLO + " ".repeat(bytes - HELLO.length());
    }

    private static String chunks(int chunks, int bytes) {
        String chunk = Integer.toHexString(bytes) + "\r\n" + " ".repeat(bytes) + "\r\n";
        return chunk.repeat(chunks) + "0\r\n\r\n";
    }

    private void assertClosesAfter(Answer answer) throws IOException {
        assertEquals(Optional.of("close"), answer.header("Connection"));
        client.endOutput();
        assertTrue(client.awaitEnd());
    }

    @Nested
    class Bodies {
        @Test
        void upToTheLimitAreRead() throws IOException {
            assertEquals(200, client.ask("POST /chat", body(BODY_BYTES_MAX)).status());
            client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
            client.send("13\r\n" + HELLO + "\r\n" + chunks(1, BODY_BYTES_MAX - HELLO.length()));
            assertEquals(200, client.read().status());
        }

        @Test
        void oneByteMoreIs413() throws IOException {
            Answer answer = client.ask("POST /chat", body(BODY_BYTES_MAX + 1));
            assertTrue(Served.problem(413, answer).contains(Integer.toString(BODY_BYTES_MAX)));
            assertClosesAfter(answer);
            assertEquals(List.of(), served.agent.questions);
        }

        @ParameterizedTest
        @ValueSource(strings = {"POST /reset-memory", "GET /health", "GET /"})
        void whereNoneIsReadItIsDroppedAtAnyLength(String request) throws IOException {
            assertEquals(200, client.ask(request, body(100 * BODY_BYTES_MAX)).status());
            client.send(RawClient.request(request, "", "Transfer-Encoding: chunked"));
            client.send(chunks(100, BODY_BYTES_MAX));
            assertEquals(200, client.read().status(), "on the same connection");
            assertEquals(200, client.ask("POST /chat", HELLO).status());
        }

        @ParameterizedTest
        @ValueSource(strings = {"80000000\r\n", "fffffffff\r\n", "x\r\n", "-1\r\n"})
        void whereNoneIsReadABrokenOneIsLeft(String chunks) throws IOException {
            client.send(RawClient.request("GET /health", "", "Transfer-Encoding: chunked"));
            client.send(chunks + "ab");
            Answer answer = client.read();
            assertEquals(200, answer.status());
            assertClosesAfter(answer);
        }

        /** Nothing of the kind may be thought a fault of ours: no 500, no stack in the log. */
        @ParameterizedTest
        @ValueSource(strings = {"80000000\r\n", "fffffffff\r\n", "7fffffffffffffff\r\n", "x\r\n"})
        void aChunkThatCannotBeCountedIs400AndNobodysFault(String chunks) throws IOException {
            try (LogLines log = LogLines.listen()) {
                client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
                client.send(chunks + "ab");
                Answer answer = client.read();
                Served.problem(400, answer);
                assertClosesAfter(answer);
                served.checkUsable();
                assertEquals(List.of(), log.with("SEVERE"));
                assertEquals(List.of(), log.with(" thrown "));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"1001", "2147483648", "9223372036854775807",
                "1000000000000000000"})
        void tooLongByTheHeadIs413BeforeAnyOfItComes(String length) throws IOException {
            client.send(RawClient.request("POST /chat", "", "Content-Length: " + length));
            Answer answer = client.read();
            Served.problem(413, answer);
            assertClosesAfter(answer);
        }

        @Test
        void aClientThatGoesOnSendingStillReadsIts413() throws IOException {
            Answer answer = client.ask("POST /chat", body(2 * BODY_BYTES_MAX));
            Served.problem(413, answer);
            assertClosesAfter(answer);
        }

        @Test
        void tooManyChunksAre413() throws IOException {
            client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
            client.send(chunks(11, 100));
            Answer answer = client.read();
            Served.problem(413, answer);
            assertClosesAfter(answer);
            assertEquals(List.of(), served.agent.questions);
        }

        @Test
        void chunksWithoutEndAre413() throws IOException {
            client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
            client.send("7fffffff\r\n" + " ".repeat(BODY_BYTES_MAX + 1));
            Answer answer = client.read();
            Served.problem(413, answer);
            assertClosesAfter(answer);
        }

        @ParameterizedTest
        @ValueSource(strings = {"Content-Length: -1", "Content-Length: x", "Content-Length: 1e3",
                "Content-Length: 99999999999999999999", "Content-Length:",
                "Content-Length: 5, 5", "Transfer-Encoding: gzip", "Transfer-Encoding: x, chunked",
                "Content-Length: 1\r\nContent-Length: 900"})
        void headersThatMakeNoSenseNeverHangNorFailTheServer(String header) throws IOException {
            client.send(RawClient.request("POST /chat", "", header)).endOutput();
            int status = client.statusOrEnd().orElse(0);
            assertTrue(status < 500 || status == 501, header + " " + status);
            assertEquals(List.of(), served.agent.questions);
            served.checkUsable();
        }

        @ParameterizedTest
        @ValueSource(strings = {"x\r\n", "-1\r\n", "ffffffffffffffff\r\n", "5;x\r\nab",
                "5\r\nabcdefgh", "\r\n", "5\r\n", "100000000000000000000\r\n"})
        void brokenChunksNeverHangNorFailTheServer(String chunks) throws IOException {
            client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
            client.send(chunks).endOutput();
            int status = client.statusOrEnd().orElse(0);
            assertTrue(status < 500, status + " after " + chunks);
            assertEquals(List.of(), served.agent.questions);
            served.checkUsable();
        }

        /** The JDK's server reads extensions, quoted too, but neither trailers nor blanks. */
        @ParameterizedTest
        @CsvSource({"13;a=\"b;c\",0,200", "13,0;a=\"b\\\"\",200", "13,0|X-Sum: 1,400",
                "13,0|X-Sum: 1|Y: 2,400", "13,0;a=\"b\"|X-Sum: 1,400", "13 ; a = b,0,400",
                "13;a=\"b|c\",0,400"})
        void whatChunksMayCarryIsReadOrRefused(String head, String end, int status)
                throws IOException {
            client.send(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"));
            client.send((head + "|" + HELLO + "|" + end + "||").replace("|", "\r\n"));
            assertEquals(status, client.read().status());
            served.checkUsable();
        }

        /** With assertions on, as in tests, one of these would end the server's dispatcher. */
        @ParameterizedTest
        @ValueSource(strings = {"\r\n", "0\r\n", "0\r\nX", "ffffffffffffffff\r\n",
                "100000000000000000000\r\n"})
        void aBrokenLastChunkStopsNobodyElse(String chunks) throws IOException {
            for (String path : List.of("/chat", "/nowhere", "/reset-memory")) {
                for (int i = 0; i < 5; i++) {
                    try (RawClient other = served.client()) {
                        other.send(RawClient.request(
                                "POST " + path, "", "Transfer-Encoding: chunked"));
                        other.send(chunks).endOutput();
                        assertTrue(other.statusOrEnd().orElse(0) < 500);
                    }
                    served.checkUsable();
                }
            }
            assertEquals(List.of(), served.agent.questions);
        }

        @Test
        void aBodyThatEndsEarlyIsNoQuestion() throws IOException {
            client.send(RawClient.request("POST /chat", "", "Content-Length: 100"));
            client.send("{\"message\":\"Hel").endOutput();
            assertTrue(client.statusOrEnd().orElse(0) < 500);
            assertEquals(List.of(), served.agent.questions);
        }

        @Test
        void aBodyThatNeverComesStopsNobodyElse() throws IOException {
            client.send(RawClient.request("POST /chat", "", "Content-Length: 100"));
            for (int i = 0; i < 20; i++) {
                assertEquals(200, served.chat(HELLO).status());
            }
        }

        @Test
        void expectingContinueGetsItAndThenTheAnswer() throws IOException {
            client.send(RawClient.request("POST /chat", "", "Expect: 100-continue",
                    "Content-Length: " + HELLO.length()));
            assertEquals(100, client.readHead().status());
            client.send(HELLO);
            assertEquals(200, client.read().status());
        }
    }

    @Nested
    class Connections {
        @Test
        void oneServesManyRequests() throws IOException {
            for (int i = 0; i < 10; i++) {
                assertEquals(200, client.ask("POST /chat", HELLO).status());
                assertEquals(200, client.ask("POST /reset-memory", "").status());
                Served.problem(400, client.ask("POST /chat", "{"));
                Served.problem(422, client.ask("POST /chat", "{}"));
                Served.problem(404, client.ask("GET /nowhere", ""));
                assertEquals(200, client.ask("GET /", "").status());
            }
        }

        @Test
        void requestsSentAheadAreAnsweredInOrder() throws IOException {
            client.send(new String(RawClient.request("POST /chat", HELLO, "X-Request-Id: 1"))
                    + new String(RawClient.request("POST /chat", "{", "X-Request-Id: 2"))
                    + new String(RawClient.request("GET /health", "", "X-Request-Id: 3")));
            for (int i = 1; i <= 3; i++) {
                Answer answer = client.read();
                assertEquals(Optional.of(Integer.toString(i)), answer.header("X-Request-Id"));
                assertEquals(i == 2 ? 400 : 200, answer.status());
            }
        }

        @Test
        void anUnreadBodyEndsTheConnectionSoThatItIsNoNextRequest() throws IOException {
            String smuggled = new String(RawClient.request("POST /reset-memory", ""));
            Answer answer = client.ask("POST /nowhere", smuggled);
            Served.problem(404, answer);
            assertClosesAfter(answer);
            assertEquals(0, served.memory.latest(0).generation());
        }

        @Test
        void soDoesTheUnreadBodyOfARefusedMethod() throws IOException {
            Answer answer = client.ask("PUT /chat", HELLO);
            Served.problem(405, answer);
            assertClosesAfter(answer);
        }

        @Test
        void lengthAndChunksTogetherSmuggleNothing() throws IOException {
            String hidden = new String(RawClient.request("POST /reset-memory", ""));
            client.send(RawClient.request("GET /health", "", "Transfer-Encoding: chunked",
                    "Content-Length: " + (hidden.length() + 5)));
            client.send("0\r\n\r\n" + hidden).endOutput();
            int first = client.statusOrEnd().orElse(0);
            assertTrue(first < 500);
            // By RFC 9112 section 6.1 the chunks count; what follows is a request of its own.
            int second = client.statusOrEnd().orElse(0);
            assertTrue(second == 0 || second == 200);
        }

        @Test
        void anOldClientGetsItsAnswer() throws IOException {
            client.send("GET /health HTTP/1.0\r\nHost: localhost\r\n\r\n");
            assertEquals(200, client.read().status());
            assertTrue(client.awaitEnd());
        }

        @Test
        void whoAsksToCloseIsClosed() throws IOException {
            assertEquals(200, client.ask("GET /health", "", "Connection: close").status());
            assertTrue(client.awaitEnd());
        }

        @Test
        void oneThatLeavesBeforeItsAnswerHurtsNobody() throws IOException {
            try (RawClient leaving = served.client()) {
                leaving.send(RawClient.request("POST /chat", HELLO));
            }
            served.checkUsable();
        }

        @ParameterizedTest
        @ValueSource(strings = {"\r\n\r\n", "GET\r\n\r\n", "x y z w\r\n\r\n", "\u0016\u0003\u0001",
                "GET / HTTP/1.1\r\n: x\r\n\r\n",
                "GET / HTTP/1.1\r\nHost: localhost\r\nx\r\n\r\n", "GET /health"})
        void noiseNeverHangsNorFailsTheServer(String noise) throws IOException {
            client.send(noise).endOutput();
            assertTrue(client.statusOrEnd().orElse(0) < 500);
            served.checkUsable();
        }

        @ParameterizedTest
        @CsvSource({"HTTP/9.9,505", "HTTP/2.0,505", "HTTP/0.9,505", "HTTP/1.2,505", "HTTX/1.1,400",
                "http/1.1,400", "HTTP/1.1x,400", "HTTP/11,400", "HTTP/1.10,400"})
        void onlyTwoVersionsAreSpoken(String version, int status) throws IOException {
            client.send("GET /health " + version + "\r\nHost: localhost\r\n\r\n");
            Served.problem(status, client.read());
        }

        @Test
        void tooManyOrTooLongHeadersAreRefused() throws IOException {
            String many = "X-%d: x\r\n".repeat(1000).replace("%d", "a");
            for (String headers : List.of(many, "X: " + "x".repeat(1 << 20) + "\r\n")) {
                try (RawClient other = served.client()) {
                    assertNotEquals(Optional.of(200), statusOf(other, headers));
                }
            }
            served.checkUsable();
        }

        private Optional<Integer> statusOf(RawClient other, String headers) throws IOException {
            try {
                other.send("GET /health HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n");
            } catch (IOException e) {
                return Optional.empty(); // refused while it was still being sent
            }
            return other.statusOrEnd();
        }
    }

    @Nested
    class RequestIds {
        private Optional<String> idFor(String... headers) throws IOException {
            return client.ask("GET /health", "", headers).header("X-Request-Id");
        }

        private void assertNew(Optional<String> id) {
            assertDoesNotThrow(() -> UUID.fromString(id.orElseThrow()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"a", "0f9c-1", "~!\"'<>{}", "%0d%0a"})
        void theCallersIsKept(String id) throws IOException {
            assertEquals(Optional.of(id), idFor("X-Request-Id: " + id));
            assertEquals(Optional.of(id), idFor("x-request-id: " + id));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 127, 128})
        void upTo128CharactersAreKept(int length) throws IOException {
            String id = "x".repeat(length);
            assertEquals(Optional.of(id), idFor("X-Request-Id: " + id));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "two words", "a\tb", "ä", "a\u007f", "a\u001b[1m"})
        void anyOtherIsReplaced(String id) throws IOException {
            assertNew(idFor("X-Request-Id: " + id));
        }

        @Test
        void soAreLongOnesAndTwo() throws IOException {
            assertNew(idFor("X-Request-Id: " + "x".repeat(129)));
            assertNew(idFor("X-Request-Id: a", "X-Request-Id: b"));
        }

        @Test
        void withoutOneEveryRequestGetsItsOwn() throws IOException {
            Optional<String> first = idFor();
            assertNew(first);
            assertNotEquals(first, idFor());
        }

        @Test
        void errorsCarryItToo() throws IOException {
            for (String request : List.of("GET /nowhere", "PUT /chat", "POST /chat")) {
                assertEquals(Optional.of("me"), client.ask(request, "", "X-Request-Id: me")
                        .header("X-Request-Id"));
            }
        }
    }
}
