package vaas.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.testing.Allocated;

@Timeout(60)
class JsonTest {
    private static final String TOO_MUCH =
            "it is nested deeper than 64, or has a number or key that is too long";

    private static String refusal(byte[] utf8) {
        return assertThrows(JsonException.class, () -> Json.read(utf8)).getMessage();
    }

    private static String refusal(String text) {
        String reason = assertThrows(JsonException.class, () -> Json.read(text)).getMessage();
        assertEquals(reason, refusal(text.getBytes(UTF_8)), "as text and as bytes");
        return reason;
    }

    private static String nested(int depth) {
        return "{\"a\":".repeat(depth - 1) + "{}" + "}".repeat(depth - 1);
    }

    @Test
    void everyKindOfValueIsReadAndWrittenBack() throws JsonException {
        String text = "{\"z\":\"\",\"a\":[1,-2.5,true,false,null,[],{}],\"\":null,"
                + "\"\u00e9\":{\"k\":\"\\\"\\\\\\n\ud83d\ude00\"}}";
        Map<String, Object> read = Json.read(text);
        assertEquals(List.of("z", "a", "", "\u00e9"), List.copyOf(read.keySet()), "in order");
        assertEquals(Arrays.asList(1, -2.5, true, false, null, List.of(), Map.of()),
                read.get("a"));
        assertNull(read.get(""));
        assertEquals(text, Json.text(read));
        assertArrayEquals(text.getBytes(UTF_8), Json.write(read));
        assertEquals(read, Json.read(text.getBytes(UTF_8)));
    }

    @Test
    void keysKeepTheMapsOrderAndNullsAreWritten() {
        Map<String, Object> map = new LinkedHashMap<>();
        for (String key : new String[] {"z", "m", "a", "10", "9"}) {
            map.put(key, null);
        }
        assertEquals("{\"z\":null,\"m\":null,\"a\":null,\"10\":null,\"9\":null}", Json.text(map));
    }

    @Test
    void bigWholeNumbersKeepAllDigits() throws JsonException {
        String digits = "9".repeat(900);
        assertEquals(new BigInteger(digits), Json.read("{\"a\":" + digits + "}").get("a"));
        assertEquals(Long.MIN_VALUE, Json.read("{\"a\":-9223372036854775808}").get("a"));
        assertEquals(TOO_MUCH, refusal("{\"a\":" + "9".repeat(100_000) + "}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"secret\":1} secret", "{\"secret\":1}{}", "{\"secret\":1}}", "{\"secret\":1},",
        "{\"secret\":1}\0", "{\"secret\":1}// secret", "\ufeff\ufeff{\"secret\":1}",
        "{\ufeff\"secret\":1}", "\ufeff",
        "{\"secret\":1,\"secret\":1}", "{\"a\":[{\"secret\":1,\"secret\":2}]}",
        "{\"secret\":1,\"s\\u0065cret\":2}",
        "{\"secret", "{\"secret\"", "{\"secret\":", "{\"secret\":\"secret", "{\"secret\":[1",
        "{secret:1}", "{'secret':1}", "{\"secret\":secret}", "{\"secret\":1,}", "{\"secret\" 1}",
        "{\"a\":\"secret\n\"}", "{\"a\":\"secret\\x\"}", "{\"a\":\"secret\\u00g0\"}",
        "{\"secret\":NaN}", "{\"secret\":Infinity}", "{\"secret\":01}", "{\"secret\":+1}",
        "{\"secret\":.5}", "{\"secret\":1.}", "{\"secret\":0x10}", "{\"secret\":nul}",
        "[\"secret\"]", "\"secret\"", "7", "true", "null", "secret", "", " ", "]",
        "{\"secret\\ud800\":1}", "{\"a\":\"secret\\ude00\"}",
    })
    void whatIsNotExactlyOneObjectIsRefusedWithoutBeingQuoted(String text) {
        String reason = refusal(text);
        assertTrue(reason.startsWith("it ") || reason.startsWith("there "), reason);
        assertFalse(reason.contains("secret"), reason);
    }

    @Test
    void reasonsTellThePlace() {
        assertEquals("it is malformed at line 2, column 5", refusal("{\n\"a\" 1}"));
        assertEquals("it is not an object", refusal("[]"));
        assertEquals("it is empty or incomplete", refusal(""));
        assertEquals("there is more text after the value", refusal("{} {}"));
    }

    @Test
    void everyBeginningOfAnObjectIsRefused() throws JsonException {
        String text = "{\"a\":[1.5e3,\"\\ud83d\\ude00\",{\"b\":null}],\"c\":true}";
        Json.read(text);
        for (int length = 0; length < text.length(); length++) {
            refusal(text.substring(0, length));
        }
    }

    @Test
    void bytesThatAreNotUtf8AreRefused() {
        byte[][] wrong = {
            {(byte) 0xff}, {(byte) 0xc3}, {(byte) 0x80}, // no lead byte, a cut one, no end of one
            {(byte) 0xc0, (byte) 0xaf}, {(byte) 0xed, (byte) 0xa0, (byte) 0x80}, // long, surrogate
            {(byte) 0xf4, (byte) 0x90, (byte) 0x80, (byte) 0x80}, // past U+10FFFF
        };
        for (byte[] each : wrong) {
            byte[] text = "{\"a\":\"....\"}".getBytes(UTF_8);
            System.arraycopy(each, 0, text, 6, each.length);
            assertEquals("it is not valid UTF-8", refusal(text));
        }
    }

    @Test
    void otherEncodingsAreNotGuessed() {
        String text = "{\"secret\":1}";
        for (String charset : new String[] {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32"}) {
            refusal(text.getBytes(Charset.forName(charset)));
        }
    }

    @Test
    void nestingIsBounded() throws JsonException {
        Json.read(nested(Json.NESTING_MAX));
        assertEquals(TOO_MUCH, refusal(nested(Json.NESTING_MAX + 1)));
        String lists = "[".repeat(Json.NESTING_MAX - 1) + "]".repeat(Json.NESTING_MAX - 1);
        Json.read("{\"a\":" + lists + "}");
        refusal("{\"a\":[" + lists + "]}");
    }

    @Test
    void aHundredThousandBracketsAreRefusedEachTime() {
        String brackets = "{\"a\":" + "[".repeat(100_000);
        for (int i = 0; i < 1000; i++) {
            assertThrows(JsonException.class, () -> Json.read(brackets));
        }
    }

    @Test
    void halfASurrogatePairIsRefusedAtAnyDepthInKeysAndValues() throws JsonException {
        for (String half : new String[] {"\\ud800", "\\udfff", "\\ude00\\ud83d", "a\\ud83da"}) {
            List<String> texts = new ArrayList<>();
            String inKey = "{\"" + half + "\":1}";
            String inValue = "{\"a\":\"" + half + "\"}";
            for (int depth = 0; depth < 30; depth++) {
                texts.add(inKey);
                texts.add(inValue);
                inKey = "{\"a\":[" + inKey + "]}";
                inValue = "{\"a\":[1,\"\"," + inValue + "]}";
            }
            for (String text : texts) {
                assertEquals("it holds half a surrogate pair", refusal(text));
            }
        }
        assertEquals("\ud83d\ude00", Json.read("{\"a\":\"\\ud83d\\ude00\"}").get("a"));
    }

    @Test
    void onlyWholeSurrogatePairsAreWellFormed() {
        for (String good : new String[] {"", "a", "\ud83d\ude00", "a\ud800\udc00\udbff\udfffz"}) {
            assertTrue(Json.isWellFormed(good));
        }
        for (String bad : new String[] {"\ud83d", "\ude00", "a\ud83d", "\ude00\ud83d",
            "\ud83d\ud83d\ude00", "\ud83d\ude00\ude00", "\ud83da\ude00"}) {
            assertFalse(Json.isWellFormed(bad));
        }
    }

    @Test
    void aByteOrderMarkIsSkipped() throws JsonException {
        assertEquals(Map.of("a", 1), Json.read("\ufeff{\"a\":1}".getBytes(UTF_8)));
        assertEquals(Map.of("a", 1), Json.read("\ufeff{\"a\":1}"));
        assertEquals(Map.of("a", "\ufeff"), Json.read("{\"a\":\"\ufeff\"}"), "but not inside");
    }

    @ParameterizedTest
    @ValueSource(strings = {"7", "-1.5e3", "null", "true", "\"\"", "\"a,b:[{\\\"\"", "{}", "[]"})
    void moreValuesThanTwentyThousandAreNotBuilt(String value) throws JsonException {
        String lists = "{\"a\":[" + (value + ", ").repeat(Json.VALUES_MAX - 3) + value + "]";
        Json.read(lists + "}"); // the object and the list count, too
        assertEquals("it has more than 20000 values", refusal(lists + ",\"b\":" + value + "}"));
        StringBuilder members = new StringBuilder("{\"0\" : " + value);
        for (int i = 1; i < Json.VALUES_MAX - 1; i++) {
            members.append(",\"").append(i).append("\" : ").append(value);
        }
        Json.read(members + "}");
        assertEquals("it has more than 20000 values", refusal(members + ",\"\":" + value + "}"));
    }

    @Test
    void keysAreBounded() throws JsonException {
        String key = "\\n".repeat(500);
        assertEquals(Map.of("\n".repeat(500), List.of("\n".repeat(1000))),
                Json.read("{\"" + key + "\":[\"" + key + key + "\"]}"));
        assertEquals(TOO_MUCH, refusal("{\"" + key + "x\":1}"));
        assertEquals(TOO_MUCH, refusal("{\"a\":[[],{\"b\":[\"c\"],\"" + key + "x\":1}]}"));
    }

    @Test
    void aLongNumberIsRefusedBeforeItIsBuilt() throws JsonException {
        Json.read("{\"a\":[" + "9".repeat(1000) + ",-0." + "9".repeat(996) + "]}");
        for (String start : new String[] {"", "-", "0.", "1e+"}) {
            String number = start + "1".repeat(1001 - start.length());
            assertEquals(TOO_MUCH, refusal("{\"a\":" + number + "}"));
        }
        byte[] digits = ("{\"a\":" + "9".repeat(20_000_000)).getBytes(UTF_8);
        long before = Allocated.bytes();
        assertThrows(JsonException.class, () -> Json.read(digits));
        assertTrue(Allocated.bytes() - before < 1 << 20);
    }

    @Test
    void longStringsAreRead() throws JsonException {
        String large = "x".repeat(25_000_000); // beyond the parser's own limit of 20 million
        assertEquals(large, Json.read("{\"a\":\"" + large + "\"}").get("a"));
    }
}
