package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * Requests and bodies that were good until some of their bytes were changed, the same ones at each
 * run. A failure names its number and its bytes.
 */
@Timeout(300)
class FuzzTest {
    private static final long SEED = 20261122;
    private static final int REQUESTS = 1200;
    private static final int BODIES = 20_000;
    private static final String HELLO = "{\"message\":\"Hello\"}";

    /** What parsers trip over; put in the place of something, or between. */
    private static final List<String> BITS = List.of("\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":",
            ";", ",", "\u0000", "\u007f", "\u00ff", "\"", "\\", "\\u", "\\ud83d", "{", "}",
            "[", "]", "/", "//", "?", "#", "%", "%zz", "..", "*", "-", "+", ".", "0", "00", "1e999",
            "-0", "9999999999999999999", "ffffffff", "null", "true", "NaN", "HTTP/1.0", "HTTP/2",
            "Host: x\r\n", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: x\r\n", "Expect: 100-continue\r\n", "Connection: close\r\n",
            "0\r\n\r\n", "\u00c0\u00af", "\u00ed\u00a0\u0080");

    private final Random random = new Random(SEED);
    private final Set<Integer> statuses = new HashSet<>();

    /** One to four changes: a byte flipped, a part cut, doubled or replaced, something put in. */
    private byte[] mutate(byte[] good) {
        byte[] bytes = good;
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length + 1);
            int end = Math.min(bytes.length, at + 1 + random.nextInt(12));
            byte[] bit = BITS.get(random.nextInt(BITS.size()))
                    .getBytes(StandardCharsets.ISO_8859_1);
            bytes = switch (random.nextInt(6)) {
                case 0 -> flip(bytes, at);
                case 1 -> Arrays.copyOf(bytes, at);
                case 2 -> join(bytes, at, new byte[0], end);
                case 3 -> join(bytes, end, Arrays.copyOfRange(bytes, at, end), end);
                case 4 -> join(bytes, at, bit, end);
                default -> join(bytes, at, bit, at);
            };
        }
        return bytes;
    }

    private byte[] flip(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        if (at < flipped.length) {
            flipped[at] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    /** The beginning up to one offset, something, and the rest from another offset on. */
    private static byte[] join(byte[] bytes, int to, byte[] between, int from) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        joined.write(bytes, 0, to);
        joined.writeBytes(between);
        joined.write(bytes, from, bytes.length - from);
        return joined.toByteArray();
    }

    private static String describe(int number, byte[] bytes) {
        return "number " + number + ": " + HexFormat.of().formatHex(bytes);
    }

    @Test
    void noRequestFailsTheServerNorHangsNorStopsTheNext(@TempDir Path folder) throws IOException {
        List<byte[]> good = List.of(
                RawClient.request("POST /chat", HELLO, "Content-Type: application/json"),
                RawClient.request("POST /chat?a=b", HELLO, "X-Request-Id: 7",
                        "Expect: 100-continue", "Origin: http://localhost:5173"),
                (new String(RawClient.request("POST /chat", "", "Transfer-Encoding: chunked"),
                        StandardCharsets.US_ASCII) + "5;a=b\r\n{\"mes\r\ne\r\nsage\":\"Hello\"}\r\n"
                        + "0\r\nTrailer: x\r\n\r\n").getBytes(StandardCharsets.US_ASCII),
                RawClient.request("POST /reset-memory", "{}", "Authorization: Bearer t"),
                RawClient.request("GET http://localhost/health?x#y", ""),
                RawClient.request("OPTIONS /chat", "", "Origin: http://localhost:5173",
                        "Access-Control-Request-Method: POST"));
        try (Served served = Served.start(folder)) {
            for (int i = 0; i < REQUESTS; i++) {
                byte[] request = mutate(good.get(i % good.size()));
                try {
                    send(served, request);
                    served.checkUsable();
                } catch (IOException | RuntimeException | AssertionError e) {
                    throw new AssertionError(describe(i, request), e);
                }
            }
            assertEquals(200, served.chat(HELLO).status());
            assertTrue(statuses.stream().anyMatch(status -> status < 300)
                    && statuses.stream().anyMatch(status -> status >= 400),
                    "some are still good, and others are not: " + statuses);
        }
    }

    /** Sends all, and nothing more, and reads to the end, which has to come. */
    private void send(Served served, byte[] request) throws IOException {
        try (RawClient client = served.client()) {
            client.send(request).endOutput();
            Optional<Integer> status = client.statusOrEnd();
            while (status.isPresent()) {
                // The JDK's server answers 501 to a transfer coding that it does not know.
                assertTrue(status.get() < 500 || status.get() == 501 || status.get() == 505,
                        "status " + status.get());
                statuses.add(status.get());
                status = client.statusOrEnd();
            }
        } catch (SocketException e) {
            // cut while it was still being sent: a refusal too
        }
    }

    @Test
    void noBodyMakesTheReaderDoAnythingButReadOrRefuse() {
        List<byte[]> good = List.of(
                bytes(HELLO),
                bytes("{\"message\":\"Gr\u00fc\u00dfe \uD83D\uDC4B \\u0041\\ud83d\\udc4b\\n\\\"\","
                        + "\"image_base64\":null,\"video_path\":\"/v.mp4\",\"session_id\":null}"),
                bytes("{\"a\":[1,-2.5e-7,true,false,null,{\"b\":[[],{}]},\"\"],\"message\":\"x\","
                        + "\"n\":123456789012345678901234567890,\"d\":1e400}"),
                bytes(" {\t\"message\" :\r\n\"x\" , \"l\":[ 0 , 1 ] } "));
        int read = 0;
        for (int i = 0; i < BODIES; i++) {
            byte[] body = mutate(good.get(i % good.size()));
            try {
                read += Json.read(body).isEmpty() ? 0 : 1;
            } catch (JsonException e) {
                assertTrue(e.getMessage().startsWith("it ") || e.getMessage().startsWith("there "),
                        e.getMessage());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(describe(i, body), e);
            }
        }
        assertTrue(read > BODIES / 20 && read < BODIES / 2,
                "some are still good, and most are not: " + read);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
