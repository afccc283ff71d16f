package vaas.json;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.testing.ChildJvm;

@Timeout(60)
class JsonFieldsTest {
    private static final Set<String> STRINGS = Set.of("message", "image");
    private static final Set<String> FLAGS = Set.of("stream");

    private static final String TOO_MUCH =
            "it is nested deeper than 64, or has a number or key that is too long";

    private static JsonFields read(InputStream in) throws JsonException, IOException {
        return JsonFields.read(in, STRINGS, FLAGS, bytes -> { });
    }

    private static JsonFields read(byte[] utf8) throws JsonException {
        try {
            return read(new ByteArrayInputStream(utf8));
        } catch (JsonException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static JsonFields read(String text) throws JsonException {
        return read(text.getBytes(UTF_8));
    }

    private static String refusal(String text) {
        return assertThrows(JsonException.class, () -> read(text)).getMessage();
    }

    private static String message(JsonFields fields) {
        return fields.string("message").map(JsonString::text).orElse(null);
    }

    @Test
    void knownFieldsAreKeptAndTheRestIsSkipped() throws JsonException {
        JsonFields fields = read("{\"x\":{\"message\":1,\"stream\":[{}]},\"message\":\"hi\\n\","
                + "\"y\":[1,\"image\",null,true],\"\":-1.5e3,\"stream\":true,\"x\":{}} ");
        assertEquals("hi\n", message(fields));
        assertEquals(Optional.of(true), fields.flag("stream"));
        assertEquals(Optional.empty(), fields.string("image"));
        assertEquals(Optional.of(false), read("{\"stream\":false}").flag("stream"));
        assertEquals("", message(read("{\"message\":\"\"}")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"message\":null,\"stream\":null}", "{\"Message\":1,\"m\":2}"})
    void absentAndNullAreTheSame(String text) throws JsonException {
        JsonFields fields = read(text);
        assertEquals(Optional.empty(), fields.string("message"));
        assertEquals(Optional.empty(), fields.flag("stream"));
        assertFalse(fields.isMistyped("message") || fields.isMistyped("stream"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1.5", "{\"message\":\"x\"}", "[\"x\",[]]", "{}", "[]"})
    void anotherTypeIsToldFromNull(String value) throws JsonException {
        JsonFields fields = read("{\"message\":" + value + ",\"stream\":" + value
                + ",\"image\":\"x\"}");
        assertTrue(fields.isMistyped("message"));
        assertTrue(fields.isMistyped("stream"));
        assertFalse(fields.isMistyped("image"));
        assertThrows(IllegalStateException.class, () -> fields.string("message"));
        assertThrows(IllegalStateException.class, () -> fields.flag("stream"));
    }

    @Test
    void aStringIsNoBooleanAndTheOtherWayRound() throws JsonException {
        assertTrue(read("{\"stream\":\"true\"}").isMistyped("stream"));
        assertTrue(read("{\"message\":true}").isMistyped("message"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"message\":\"a\",\"message\":\"a\"}", "{\"message\":null,\"message\":\"a\"}",
        "{\"message\":1,\"x\":2,\"mess\\u0061ge\":\"a\"}", "{\"message\":{},\"message\":{}}",
    })
    void aKnownFieldTwiceIsRefused(String text) {
        assertEquals("it has the field message twice", refusal(text));
    }

    @Test
    void aFieldThatWasNotAskedForCantBeRead() throws JsonException {
        JsonFields fields = read("{\"other\":\"x\"}");
        assertThrows(IllegalArgumentException.class, () -> fields.string("other"));
        assertThrows(IllegalArgumentException.class, () -> fields.string("stream"));
        assertThrows(IllegalArgumentException.class, () -> fields.flag("message"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "[]", "[1,{\"message\":[]}]", "\"message\"", "7", "-0.5", "true", "null",
    })
    void anotherValueThanAnObjectIsToldFromMalformedText(String text) throws IOException {
        JsonException other = assertThrows(JsonException.class, () -> read(text));
        assertTrue(other.isOtherValue());
        assertEquals("it is not an object", other.getMessage());
        for (String broken : List.of(text + "x", text + "{}", "[" + text, text + "]")) {
            assertFalse(assertThrows(JsonException.class, () -> read(broken)).isOtherValue());
        }
    }

    @Test
    void reasonsTellThePlaceAndNotTheText() {
        assertEquals("it is malformed at line 2, column 5", refusal("{\n\"a\" 1}"));
        assertEquals("it is empty or incomplete", refusal(""));
        assertEquals("it is empty or incomplete", refusal("\ufeff"));
        assertEquals("there is more text after the value", refusal("{} {}"));
        assertEquals("it holds half a surrogate pair", refusal("{\"x\":[\"\\ud800\"]}"));
        assertEquals("it holds half a surrogate pair", refusal("{\"x\":{\"\\ude00\":1}}"));
        assertEquals(TOO_MUCH, refusal("{\"a\":" + "[".repeat(64) + "]".repeat(64) + "}"));
    }

    @Test
    void whatIsNotUtf8IsRefusedAndAByteOrderMarkSkipped() throws JsonException {
        assertEquals("x", message(read("\ufeff{\"message\":\"x\"}")));
        for (String wrong : new String[] {"\u00ff", "\u00c3", "\u0080", "\u00c0\u00af",
            "\u00ed\u00a0\u0080", "\u00f4\u0090\u0080\u0080"}) {
            for (String name : List.of("message", "other")) {
                byte[] text = ("{\"" + name + "\":\"" + wrong + "\"}").getBytes(ISO_8859_1);
                assertEquals("it is not valid UTF-8",
                        assertThrows(JsonException.class, () -> read(text)).getMessage());
            }
        }
        for (String charset : new String[] {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"}) {
            byte[] text = "{\"message\":\"x\"}".getBytes(Charset.forName(charset));
            assertThrows(JsonException.class, () -> read(text));
        }
    }

    @Test
    void stringsOfAllLengthsComeWhole() throws JsonException {
        int[] edges = {0, '\n', '"', '\\', '/', 'a', 0xe9, 0x20ac, 0x1f600, 0x10ffff};
        Random random = new Random(12);
        for (int round = 0; round < 100; round++) {
            int kinds = 1 + random.nextInt(edges.length); // so that some are of few kinds
            String text = IntStream.range(0, random.nextInt(20_000))
                    .mapToObj(i -> Character.toString(edges[random.nextInt(kinds)]))
                    .collect(Collectors.joining());
            JsonFields fields = read("{\"image\":" + Json.text(Map.of("a", text))
                    .substring(5));
            assertEquals(Optional.of(JsonString.of(text)), fields.string("image"));
        }
    }

    @Test
    void escapesThatNobodyNeedsAreWrittenShorter() throws JsonException {
        String text = "{\"message\":\"\\u0061\\/\\u000a\\u00e9\\ud83d\\ude00\"}";
        assertEquals(JsonString.of("a/\n\u00e9\ud83d\ude00"),
                read(text).string("message").orElseThrow());
    }

    @Test
    void damageIsJudgedAsByTheReaderOfWholeTexts() {
        String text = "{\"a\":[1.5e3,\"\\ud83d\\ude00\",{\"b\":null},-0],\"stream\":true,"
                + "\"message\":\"x\\n\u00e9\",\"c\":{\"d\":[[],{}]}}";
        Random random = new Random(13);
        String pieces = "{}[]\",:\\ud83e019.-+ \n\u00e9\0tfn";
        for (int round = 0; round < 5_000; round++) {
            StringBuilder damaged = new StringBuilder(text);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(damaged.length());
                damaged.replace(at, at + random.nextInt(2),
                        pieces.substring(random.nextInt(pieces.length())).substring(0, 1));
            }
            assertEquals(verdict(() -> Json.read(damaged.toString())),
                    verdict(() -> read(damaged.toString())), damaged.toString());
        }
    }

    private interface Reading {
        Object read() throws JsonException;
    }

    private static String verdict(Reading reading) {
        try {
            reading.read();
            return "good";
        } catch (JsonException e) {
            return e.isOtherValue() + " " + e.getMessage();
        }
    }

    @Test
    void theChargeIsAskedInStepsForKnownStringsOnly() throws Exception {
        String text = "{\"other\":\"" + "x".repeat(500_000) + "\",\"message\":\"";
        List<Long> steps = new ArrayList<>();
        JsonFields.Charge charge = steps::add;
        JsonFields.read(new ByteArrayInputStream((text + "\"}").getBytes(UTF_8)), STRINGS, FLAGS,
                charge);
        assertEquals(List.of(), steps, "nothing for what is empty or skipped");
        JsonFields.read(new ByteArrayInputStream(
                (text + "\u00e9".repeat(500_000) + "\"}").getBytes(UTF_8)), STRINGS, FLAGS, charge);
        long sum = steps.stream().mapToLong(Long::longValue).sum();
        assertTrue(sum > 1_000_000 && sum < 1_000_000 + (66 << 10), "sum " + sum);
        assertTrue(steps.stream().allMatch(step -> step >= 256 && step <= 64 << 10));
    }

    @Test
    void aRefusalOfTheChargeEndsTheReadingAndReachesTheCaller() {
        IOException refusal = new IOException("no room");
        AtomicLong allowed = new AtomicLong(100_000);
        InputStream in = new Repeated("{\"message\":\"", "x", 20_000_000, "\"}");
        IOException thrown = assertThrows(IOException.class,
                () -> JsonFields.read(in, STRINGS, FLAGS, bytes -> {
                    if (allowed.addAndGet(-bytes) < 0) {
                        throw refusal;
                    }
                }));
        assertSame(refusal, thrown);
        assertTrue(((Repeated) in).given() < 140_000, "no more is read than was allowed");
    }

    @Test
    void whatTheStreamThrowsReachesTheCallerAndTheStreamStaysOpen() throws Exception {
        IOException cut = new IOException("cut");
        for (String text : new String[] {"", "{", "{\"message\":\"x", "{\"a\":[1", "{}"}) {
            Iterator<Byte> bytes = text.chars().mapToObj(c -> (byte) c).iterator();
            InputStream in = new InputStream() {
                @Override
                public int read() throws IOException {
                    if (!bytes.hasNext()) {
                        throw cut;
                    }
                    return bytes.next();
                }

                @Override
                public void close() {
                    throw new AssertionError("closed");
                }
            };
            assertSame(cut, assertThrows(IOException.class, () -> read(in)), text);
        }
    }

    @Test
    void aLongBodyOfAnyKindIsReadInASmallHeap() throws IOException {
        assertEquals(List.of(
                "objects: good", "lists: good", "keys: good", "strings: good", "string: good",
                "escapes: good", "blanks: good", "nested: good", "words: good",
                "key: " + TOO_MUCH, "number: " + TOO_MUCH, "exponent: " + TOO_MUCH,
                "brackets: " + TOO_MUCH, "word: " + TOO_MUCH,
                "list: it is not an object", "text: it is not an object",
                "message: no room"),
                ChildJvm.output("-Xmx16m", Heap.class).lines().toList());
    }

    /** Reads one body of each kind, and tells what came of it. */
    static final class Heap {
        private static final int BYTES = 2_500_000; // as values, more than the heap

        private Heap() {}

        public static void main(String[] args) {
            inList("objects", "{},");
            inList("lists", "[],");
            tell("keys", new Repeated("{", "\"k#\":[],", BYTES, "\"\":0}"));
            inList("strings", "\"#\",");
            inList("string", "\"" + "x".repeat(BYTES / 10) + "\",");
            tell("escapes", new Repeated("{\"a\":\"", "\\ud83d\\ude00", BYTES, "\"}"));
            tell("blanks", new Repeated("{", " \n", BYTES, "}"));
            inList("nested", "[".repeat(62) + "]".repeat(62) + ",");
            inList("words", "null,-1.5e300,");
            tell("key", new Repeated("{\"", "x", BYTES, "\":1}"));
            tell("number", new Repeated("{\"a\":", "9", BYTES, "}"));
            tell("exponent", new Repeated("{\"a\":1e", "0", BYTES, "}"));
            tell("brackets", new Repeated("{\"a\":", "[", BYTES, "}"));
            tell("word", new Repeated("{\"a\":", "x", BYTES, "}"));
            tell("list", new Repeated("[", "{},[],", BYTES, "{}]"));
            tell("text", new Repeated("\"", "\u20ac", BYTES, "\""));
            tell("message", new Repeated("{\"message\":\"", "x", 2 * BYTES, "\"}"));
        }

        private static void inList(String kind, String items) {
            tell(kind, new Repeated("{\"a\":[", items, BYTES, "0]}"));
        }

        private static void tell(String kind, InputStream in) {
            AtomicLong room = new AtomicLong(1 << 20);
            String result;
            try {
                JsonFields.read(in, STRINGS, FLAGS, bytes -> {
                    if (room.addAndGet(-bytes) < 0) {
                        throw new IOException("no room");
                    }
                });
                result = "good";
            } catch (IOException e) {
                result = e.getMessage();
            }
            System.out.println(kind + ": " + result);
        }
    }
}
