package vaas.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a body ends: what can be read in two ways is refused. */
class FramingTest {
    private static final String LENGTH = "Content-Length";
    private static final String CODING = "Transfer-Encoding";

    private static Headers headers(String... pairs) {
        Headers headers = new Headers();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    private static void assertRefused(String protocol, String... pairs) {
        Problem refused = assertThrows(Problem.class,
                () -> Framing.check(headers(pairs), protocol));
        assertEquals(400, refused.toResponse().status());
    }

    @Test
    void otherProtocolsAre505AndWhatIsNoneIs400() {
        for (String protocol : List.of("HTTP/2.0", "HTTP/0.9", "HTTP/9.9")) {
            Problem refused = assertThrows(Problem.class,
                    () -> Framing.check(headers(), protocol));
            assertEquals(505, refused.toResponse().status());
        }
        for (String protocol : List.of("", "HTTP", "HTTX/1.1", "http/1.1", "HTTP/1.1 ", "HTTP/1")) {
            assertRefused(protocol);
        }
    }

    @Test
    void noBodyALengthOrChunksPass() throws Problem {
        Framing.check(headers(), "HTTP/1.1");
        Framing.check(headers(), "HTTP/1.0");
        Framing.check(headers(LENGTH, "12"), "HTTP/1.0");
        Framing.check(headers("content-length", "0"), "HTTP/1.1");
        Framing.check(headers(CODING, "chunked"), "HTTP/1.1");
        assertDoesNotThrow(() -> Framing.check(headers(CODING, " Chunked "), "HTTP/1.1"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "+5", "-1", "5 ", "5,5", "5, 5", "0x5", "1e3", "5.0", "five",
            "\u00b2", "5;5"})
    void aLengthThatIsNotAllDigitsIsRefused(String length) {
        assertRefused("HTTP/1.1", LENGTH, length);
    }

    @Test
    void twoLengthsAreRefusedEvenWhenTheyAgree() {
        assertRefused("HTTP/1.1", LENGTH, "5", LENGTH, "5");
        assertRefused("HTTP/1.1", LENGTH, "5", LENGTH, "6");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "gzip", "identity", "gzip, chunked", "chunked, chunked",
            "chunked;q=1", "xchunked", "chunked,", "\u000bchunked", "chunked\f",
            "\u001fchunked", "chunked\u00a0"})
    void anyOtherCodingIsRefused(String coding) {
        assertRefused("HTTP/1.1", CODING, coding);
    }

    @Test
    void chunksBesideALengthTwiceOrInTheOldProtocolAreRefused() {
        assertRefused("HTTP/1.1", CODING, "chunked", LENGTH, "5");
        assertRefused("HTTP/1.1", CODING, "chunked", LENGTH, "0");
        assertRefused("HTTP/1.1", CODING, "chunked", CODING, "chunked");
        assertRefused("HTTP/1.0", CODING, "chunked");
    }

    @Test
    void aBodyIsAnnouncedByALengthOverZeroOrByChunks() {
        assertFalse(Framing.announcesBody(headers()));
        assertFalse(Framing.announcesBody(headers(LENGTH, "0")));
        assertTrue(Framing.announcesBody(headers(LENGTH, "1")));
        assertTrue(Framing.announcesBody(headers(CODING, "chunked")));
    }

    @Test
    void aLengthIsComparedWhateverItsSize() {
        assertFalse(Framing.announcesMoreThan(headers(), 0));
        assertFalse(Framing.announcesMoreThan(headers(CODING, "chunked"), 0));
        assertFalse(Framing.announcesMoreThan(headers(LENGTH, "1000"), 1000));
        assertTrue(Framing.announcesMoreThan(headers(LENGTH, "1001"), 1000));
        assertTrue(Framing.announcesMoreThan(headers(LENGTH, "999999999999999999"), 1000));
        assertTrue(Framing.announcesMoreThan(headers(LENGTH, "9".repeat(400)), 1000));
    }
}
