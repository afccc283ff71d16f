package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;
import vaas.testing.UnluckyMemory;

@Timeout(60)
class ResetMemoryHandlerTest extends ServedFixture {
    private static final String RESET = "POST /reset-memory";

    @BeforeEach
    void fill() throws IOException {
        served.memory.insert(served.memory.latest(0), "Hello", "Good day.");
    }

    private void assertReset(Answer answer) throws IOException {
        assertEquals(200, answer.status(), answer.body());
        assertEquals("Memory reset successfully", answer.json().get("message"));
        assertEquals(2, answer.json().get("records_removed"));
        assertEquals(List.of(), served.memory.latest(2).records());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{", "x", "null", "[]", "{\"a\":1,\"a\":2}", "\u0000",
            "{\"session_id\":null}", "{\"sessionid\":7}", "session-id=1"})
    void anyBodyIsIgnored(String body) throws IOException {
        assertReset(served.ask(RESET, body));
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "x", ""})
    void soIsItsType(String type) throws IOException {
        assertReset(served.ask(RESET, "a=1", "Content-Type: " + type));
    }

    /** What can't be read may say what is to be reset. */
    @ParameterizedTest
    @ValueSource(strings = {"Content-Encoding: gzip", "Content-Encoding: identity, br",
            "Content-Type: application/json; charset=utf-16",
            "Content-Type: a/b\r\nContent-Type: a/b; charset=latin1"})
    void aBodyThatCannotBeReadIs415AndResetsNothing(String header) throws IOException {
        Served.problem(415, served.ask(RESET, "{}", header));
        assertEquals(2, served.memory.latest(2).records().size());
        assertReset(served.ask(RESET, "", header));
    }

    @Test
    void soAreInvalidBytesAndChunks() throws IOException {
        try (RawClient client = served.client()) {
            client.send(RawClient.request(RESET, new byte[] {(byte) 0xFF, 0, (byte) 0xC0}));
            assertReset(client.read());
            client.send(RawClient.request(RESET, "", "Transfer-Encoding: chunked"));
            client.send("3\r\n{,}\r\n0\r\n\r\n");
            assertEquals(200, client.read().status());
        }
    }

    @Test
    void aNewConversationBegins() throws IOException {
        assertReset(served.ask(RESET, ""));
        served.memory.insert(served.memory.latest(0), "Again", "Yes.");
        assertEquals(2, served.memory.latest(9).records().size());
    }

    @Test
    void aClosedMemoryIs503() throws IOException {
        served.folder.close();
        Served.problem(503, served.ask(RESET, ""));
    }

    @Test
    void aResetThatCannotBeMadeDurableIs500AndSaysSo() throws IOException {
        UnluckyMemory unlucky = new UnluckyMemory();
        try (Served other = Served.start(unlucky.open())) {
            other.memory.insert(other.memory.latest(0), "Hello", "Good day.");
            unlucky.fail();
            assertEquals("Memory reset failed", Served.problem(500, other.ask(RESET, "")));
            unlucky.heal();
            assertEquals(200, other.ask(RESET, "").status(), "asking again is safe");
            assertEquals(List.of(), other.memory.latest(2).records());
            assertTrue(other.memory.isWritable());
        }
    }
}
