package vaas.memory.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordLineTest {
    private static final String ID = "00000000-0001-7000-8000-000000000000";
    private static final String LINE = "{\"message_id\":\"" + ID + "\",\"role\":\"user\","
            + "\"content\":\"q\",\"timestamp\":\"2026-11-22T08:15:30.123Z\"}";

    private static MemoryRecord of(Role role, String content, Instant when) {
        return new MemoryRecord(Turns.id(1), role, content, when);
    }

    @Test
    void aTurnIsTwoLinesInTheDocumentedForm() {
        Instant wholeSecond = Instant.parse("2026-11-22T08:15:31Z");
        assertEquals(LINE + "\n{\"message_id\":\"" + ID + "\",\"role\":\"assistant\","
                + "\"content\":\"a\\n\\\"\u00e9\",\"timestamp\":\"2026-11-22T08:15:31.000Z\"}\n",
                new String(Turns.encode(of(Role.USER, "q", Turns.WHEN),
                        of(Role.ASSISTANT, "a\n\"\u00e9", wholeSecond)), UTF_8));
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
        byte[] lines = Turns.encode(all, all);
        int length = lines.length / 2;
        assertEquals('\n', lines[length - 1]);
        assertEquals(Optional.of(all), RecordLine.decode(Arrays.copyOf(lines, length - 1)));
        assertEquals(2, new String(lines, UTF_8).chars().filter(c -> c == '\n').count());
    }

    @Test
    void theLongestLineFitsItsBoundWhateverTheChars() {
        for (char c : new char[] {0, '\n', '"', '\\', 0x7f, 'x', '\u00e9', '\u2028', '\uffff'}) {
            MemoryRecord longest = of(Role.ASSISTANT, String.valueOf(c).repeat(10_000),
                    Instant.MAX.truncatedTo(ChronoUnit.MILLIS));
            int length = Turns.encode(longest, longest).length / 2;
            int others = RecordLine.BYTES_MAX - 6 * MemoryRecord.CONTENT_CHARS_MAX;
            assertTrue(length <= 6 * 10_000 + others, length + " bytes for char " + (int) c);
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
