package vaas.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.testing.Allocated;

@Timeout(60)
class JsonStringTest {
    private static final Random RANDOM = new Random(12);

    /** Code points from where the forms differ: controls, escapes, and each length of UTF-8. */
    private static final int[] EDGES = {0, 8, 9, 10, 11, 12, 13, 0x1f, ' ', '"', '/', '\\', 'u',
        0x7e, 0x7f, 0x80, 0xff, 0x7ff, 0x800, 0x2028, 0xd7ff, 0xe000, 0xfeff, 0xffff, 0x10000,
        0x1f600, 0x10ffff};

    private static String randomText() {
        return IntStream.range(0, RANDOM.nextInt(40))
                .mapToObj(i -> Character.toString(EDGES[RANDOM.nextInt(EDGES.length)]))
                .collect(Collectors.joining());
    }

    private static int end(byte[] bytes) {
        return JsonString.end(bytes, 0, bytes.length);
    }

    private static byte[] written(JsonString string) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        string.writeTo(out);
        return out.toByteArray();
    }

    @Test
    void everyCharacterIsWrittenAsTheLibraryWritesItAndFoundAgain() throws IOException {
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (codePoint < 0x3000 || codePoint % 0x7f == 0) {
                if (codePoint < 0xd800 || codePoint > 0xdfff) {
                    holds(Character.toString(codePoint));
                }
            }
        }
    }

    @Test
    void randomTextsAreWrittenAsTheLibraryWritesThemAndFoundAgain() throws IOException {
        for (int i = 0; i < 20_000; i++) {
            holds(randomText());
        }
        holds("x\u00e9\u20ac\n".repeat(300_000));
    }

    private static void holds(String text) throws IOException {
        byte[] quoted = JsonString.quote(text);
        assertEquals("{\"k\":" + new String(quoted, UTF_8) + "}", Json.text(Map.of("k", text)));
        assertArrayEquals(quoted, written(JsonString.of(text)));
        assertEquals(quoted.length, JsonString.of(text).length());
        byte[] among = new byte[quoted.length + 9];
        System.arraycopy(quoted, 0, among, 4, quoted.length);
        int end = JsonString.end(among, 4, among.length);
        assertEquals(4 + quoted.length, end);
        JsonString slice = JsonString.slice(among, 4, end - 4);
        assertEquals(text, slice.text());
        assertEquals(JsonString.of(text), slice);
    }

    @Test
    void aStringThatIsCutAnywhereHasNoEnd() {
        byte[] quoted = JsonString.quote("a\"\\\n\u0001\u00e9\u20ac\ud83d\ude00z");
        for (int limit = 0; limit < quoted.length; limit++) {
            assertEquals(-1, JsonString.end(quoted, 0, limit), "cut at " + limit);
        }
        assertEquals(quoted.length, end(quoted));
    }

    @Test
    void aDamagedByteNeverHidesTheEndOfAnotherForm() {
        byte[] quoted = JsonString.quote("a\"\\\n\u0001\u00e9\u20ac\ud83d\ude00z");
        for (int i = 0; i < quoted.length; i++) {
            for (int b = 0; b < 256; b++) {
                byte[] damaged = quoted.clone();
                damaged[i] = (byte) b;
                int end = end(damaged);
                if (end > 0) { // then what was found is exactly what is written for its text
                    JsonString found = JsonString.slice(damaged, 0, end);
                    assertEquals(JsonString.of(found.text()), found, i + ": " + b);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "a", "\"", "\"a", "\"\\\"", "'a'", " \"a\"", "\\\"a\"",
        "\"\n\"", "\"\0\"", "\"\u001f\"", "\"\\", "\"\\x\"", "\"\\/\"", "\"\\'\"", "\"\\a\"",
        "\"\\u\"", "\"\\u0\"", "\"\\u00\"", "\"\\u000\"", "\"\\u", "\"\\u00", "\"\\u001",
        "\"\\u0041\"", "\"\\u000a\"", "\"\\u000A\"", "\"\\u0008\"", "\"\\u0009\"", "\"\\u000C\"",
        "\"\\u000D\"", "\"\\u001f\"", "\"\\u0020\"", "\"\\u0100\"", "\"\\u1000\"", "\"\\u001G\"",
        "\"\\u001@\"", "\"\\u001:\"", "\"\\u00/0\"", "\"\\u00:0\"", "\"\\U0001\"",
        "\"\\ud83d\\ude00\"", "\"\\ud83d\"",
    })
    void whatIsNotInTheFormThatWeWriteHasNoEnd(String text) {
        assertEquals(-1, end(text.getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "\u0080", "\u00bf", "\u00ff", "\u00fe", "\u00f8\u0088\u0080\u0080\u0080", // no first bytes
        "\u00c3", "\u00c3a", "\u00c3\"", "\u00e2\u0082", "\u00e2\u0082a", "\u00e2a\u0082",
        "\u00f0\u009f\u0098", "\u00f0\u009f\u0098a", "\u00f0\u009fa\u0080", "\u00f0a\u0098\u0080",
        "\u00c3\u00c3", "\u00e2\u0082\u00c3", "\u00f0\u009f\u0098\u00c0", // no next bytes
        "\u00c0\u0080", "\u00c1\u00bf", "\u00e0\u0080\u0080", "\u00e0\u009f\u00bf",
        "\u00f0\u0080\u0080\u0080", "\u00f0\u008f\u00bf\u00bf", // too long for what they say
        "\u00ed\u00a0\u0080", "\u00ed\u00bf\u00bf", "\u00ed\u00a0\u00bd\u00ed\u00b8\u0080",
        "\u00f4\u0090\u0080\u0080", "\u00f5\u0080\u0080\u0080", // past U+10FFFF
    })
    void bytesThatAreNotUtf8HaveNoEnd(String latin) {
        assertEquals(-1, end(("\"" + latin + "\"").getBytes(ISO_8859_1)));
        assertEquals(-1, end(("\"" + latin).getBytes(ISO_8859_1)));
    }

    @Test
    void halfASurrogatePairIsNotWritten() {
        Stream.of("\ud83d", "\ude00", "a\ud83da", "\ude00\ud83d").forEach(text ->
                assertThrows(IllegalArgumentException.class, () -> JsonString.of(text)));
    }

    @Test
    void noMoreIsMadeOfATextThanTheBytesThatStay() {
        String text = "x\u00e9\n".repeat(1 << 20);
        JsonString.of(text);
        long before = Allocated.bytes();
        int length = JsonString.of(text).length();
        long made = Allocated.bytes() - before;
        assertTrue(made < length + (64 << 10), made + " bytes made for " + length);
    }
}
