package vaas.memory.line;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.file.Turns;
import vaas.testing.Allocated;

class RecordLineTest {
    private static final String ID = "00000000-0001-7000-8000-000000000000";
    private static final String LINE = "{\"message_id\":\"" + ID + "\",\"role\":\"user\","
            + "\"content\":\"q\",\"timestamp\":\"2026-11-22T08:15:30.123Z\"}";

    private static MemoryRecord of(Role role, String content, Instant when) {
        return new MemoryRecord(Turns.id(1), role, content, when);
    }

    private static Optional<MemoryRecord> decode(String line) {
        return RecordLine.decode(line.getBytes(UTF_8));
    }

    private static String lineOf(MemoryRecord record) {
        String line = Turns.line(record);
        return line.substring(0, line.length() - 1);
    }

    @Test
    void aLineInTheDocumentedFormIsItsRecord() {
        assertEquals(Optional.of(of(Role.USER, "q", Turns.WHEN)), decode(LINE));
        MemoryRecord answer = of(Role.ASSISTANT, "a\n\"\u00e9\0\uD83D\uDC4B",
                Instant.parse("2026-02-28T23:59:59.000Z"));
        assertEquals(Optional.of(answer), decode(lineOf(answer)));
    }

    @Test
    void theContentOfAnExactLineIsAStretchOfIt() {
        byte[] line = lineOf(of(Role.USER, "x".repeat(1 << 20), Turns.WHEN)).getBytes(UTF_8);
        long before = Allocated.bytes();
        assertTrue(RecordLine.decode(line).isPresent());
        assertTrue(Allocated.bytes() - before < 1 << 16, "and is not copied");
    }

    @Test
    void everyCharSurvivesAndNoneMakesALineFeedOfItsOwn() {
        StringBuilder content = new StringBuilder();
        for (int codePoint = 0; codePoint < 0x11000; codePoint++) {
            if (!Character.isSurrogate((char) codePoint) || codePoint > Character.MAX_VALUE) {
                content.appendCodePoint(codePoint);
            }
        }
        MemoryRecord all = of(Role.USER, content.toString(), Turns.WHEN);
        assertEquals(-1, lineOf(all).indexOf('\n'));
        assertEquals(Optional.of(all), decode(lineOf(all)));
    }

    @Test
    void theLongestLineFitsItsBoundWhateverTheChars() {
        for (char c : new char[] {0, '\n', '"', '\\', 0x7f, 'x', '\u00e9', '\u2028', '\uffff'}) {
            byte[] line = lineOf(of(Role.ASSISTANT, String.valueOf(c).repeat(10_000), Turns.WHEN))
                    .getBytes(UTF_8);
            int others = RecordLine.BYTES_MAX - 6 * MemoryRecord.CONTENT_CHARS_MAX;
            assertTrue(line.length <= 6 * 10_000 + others, line.length + " bytes for " + (int) c);
        }
        assertEquals(RecordLine.BYTES_MIN, Turns.line(of(Role.USER, "x", Turns.WHEN)).length());
    }

    @Test
    void aByteOrderMarkBeforeALineIsPassedOver() {
        Optional<MemoryRecord> record = Optional.of(of(Role.USER, "q", Turns.WHEN));
        assertEquals(record, decode("\ufeff" + LINE));
        assertEquals(record, decode("\ufeff" + LINE.replace(":\"q", ": \"q")));
        assertTrue(RecordLine.isBlank("\ufeff".getBytes(UTF_8)));
        assertTrue(RecordLine.isBlank(" \t\r".getBytes(UTF_8)));
        assertTrue(RecordLine.isBlank(new byte[0]));
        assertFalse(RecordLine.isBlank(new byte[1]));
    }

    @Test
    void theKeyOfAQuestionIsItsLastMember() {
        String end = "30.123Z\"";
        for (String key : List.of("", "k", "a\\\"b", "\u00e9")) {
            String line = LINE.replace(end, end + ",\"idempotency_key\":\"" + key + "\"");
            assertEquals(Optional.of(of(Role.USER, "q", Turns.WHEN)), decode(line));
            String text = key.replace("\\", "");
            assertEquals(text, RecordLine.key(line.getBytes(UTF_8)));
            String asJson = line.replace(",\"", ", \"");
            assertEquals(Optional.of(of(Role.USER, "q", Turns.WHEN)), decode(asJson));
            assertEquals(text, RecordLine.key(asJson.getBytes(UTF_8)));
        }
        assertEquals(null, RecordLine.key(LINE.getBytes(UTF_8)));
        assertEquals(null, RecordLine.key("damage".getBytes(UTF_8)));
        assertEquals(null, RecordLine.key(new byte[0]));
        String cut = LINE.replace(end, end + ",\"idempotency_key\":\"k");
        assertEquals(Optional.empty(), decode(cut), "the key is not whole");
    }

    @Test
    void timesAreReadAsTheyWereWritten() {
        for (String time : List.of("1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z",
                "4199-12-31T00:00:00.001Z", "0001-01-01T00:00:00.000Z")) {
            assertEquals(Instant.parse(time), decode(LINE.replace("2026-11-22T08:15:30.123Z", time))
                    .orElseThrow().timestamp());
            assertEquals(time, MemoryRecord.time(Instant.parse(time)));
        }
        assertTrue(decode(LINE.replace(".123Z", "Z")).isPresent(), "as other programs write it");
        for (String wrong : List.of("2026-13-22T08:15:30.123Z", "2026-02-30T08:15:30.123Z",
                "2026-11-22T24:15:30.123Z", "2026-11-22T08:60:30.123Z", "2026-11-22T08:15:60.123Z",
                "2026-11-22 08:15:30.123Z", "2026-11-22T08:15:30.1a3Z")) {
            assertEquals(Optional.empty(), decode(LINE.replace("2026-11-22T08:15:30.123Z", wrong)));
        }
    }

    @Test
    void noBeginningOfALineIsTakenForALine() {
        byte[] line = LINE.getBytes(UTF_8);
        assertTrue(RecordLine.decode(line).isPresent());
        for (int length = 0; length < line.length; length++) {
            assertEquals(Optional.empty(), RecordLine.decode(Arrays.copyOf(line, length)));
        }
    }

    @Test
    void orderOfKeysBlanksAndFurtherMembersDoNotMatter() {
        String other = "{ \"timestamp\":\"2026-11-22T08:15:30.123Z\", \"more\":[{}], "
                + "\"content\":\"q\", \"role\":\"user\", \"message_id\":\"" + ID + "\" }\r";
        assertEquals(Optional.of(of(Role.USER, "q", Turns.WHEN)),
                RecordLine.decode(other.getBytes(UTF_8)));
    }

    @Test
    void anIdInCapitalsIsReadAsJson() {
        String id = "0199abcd-ef01-7000-8000-00000000abcd";
        assertEquals(UUID.fromString(id), decode(LINE.replace(ID, id)).orElseThrow().messageId());
        assertEquals(UUID.fromString(id), decode(LINE.replace(ID, id.toUpperCase(Locale.ROOT)))
                .orElseThrow().messageId());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "message_id", // each of these is a piece of the line, replaced by something else
        ID, "\"" + ID + "\"",
        "\"user\"", "user", "role",
        "content", "\"q\"",
        "timestamp", ".123Z", "2026", "\"2026-11-22T08:15:30.123Z\"",
        "{", "}"
    })
    void aLineWithADamagedPieceIsDamaged(String piece) {
        for (String instead : new String[] {"", "x", "null", "7", "[]", "{}", "\\ud800", "\0"}) {
            String damaged = LINE.replace(piece, instead);
            assertEquals(Optional.empty(), RecordLine.decode(damaged.getBytes(UTF_8)), damaged);
        }
    }

    @Test
    void whatIsNoRecordIsDamagedToo() {
        String[] damages = {
            LINE.replace("-7000-", "-4000-"), // a UUID of another version
            LINE.replace("-8000-", "-c000-"), // of another variant
            LINE.replace("00000000-0001-", "40000000-0000-"), // of the year 4199
            LINE.replace(ID, "0-1-7000-8000-0"), // which the JDK would read
            LINE.replace(".123Z", ".1234Z"),
            LINE.replace("\"q\"", "\"\\ude00\""),
            LINE + LINE,
            LINE.replace("\"role\"", "\"role\":\"user\",\"role\""),
            "[" + LINE + "]",
        };
        for (String damaged : damages) {
            assertEquals(Optional.empty(), RecordLine.decode(damaged.getBytes(UTF_8)), damaged);
        }
        byte[] notUtf8 = LINE.getBytes(UTF_8);
        notUtf8[LINE.indexOf("\"q\"") + 1] = (byte) 0xff;
        assertEquals(Optional.empty(), RecordLine.decode(notUtf8));
        assertEquals(Optional.empty(), RecordLine.decode(new byte[100]));
    }
}
