package vaas.memory.line;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;
import vaas.memory.file.Turns;
import vaas.testing.Allocated;

class DraftTest {
    private static Turn stamp(Draft draft) throws IOException {
        return draft.stamp(null, Turns.WHEN, new SplittableRandom(1));
    }

    private static List<String> lines(Draft draft) {
        return new String(draft.lines(), StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aTurnIsAQuestionAndItsAnswerOfOneMoment() throws IOException {
        Draft draft = Draft.of("Why?", "So.", null);
        Turn turn = stamp(draft);
        MemoryRecord question = turn.question();
        MemoryRecord answer = turn.answer();
        assertEquals(Role.USER, question.role());
        assertEquals("Why?", question.content());
        assertEquals(Role.ASSISTANT, answer.role());
        assertEquals("So.", answer.content());
        assertEquals(Turns.WHEN, question.timestamp());
        assertEquals(Turns.WHEN, answer.timestamp());
        assertFalse(turn.toString().contains("Why"));
    }

    @Test
    void idsRiseEvenIfTheClockHasGoneBack() throws IOException {
        MemoryRecord last = Turns.question(1 << 20);
        Turn turn = Draft.of("q", "a", null).stamp(last.messageId(),
                Turns.WHEN.minusSeconds(3600), new SplittableRandom(1));
        MemoryRecord question = turn.question();
        assertTrue(MessageIds.compare(last.messageId(), question.messageId()) < 0);
        assertTrue(MessageIds.compare(
                question.messageId(), turn.answer().messageId()) < 0);
        assertEquals(7, question.messageId().version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "two\nlines", "\"\\\u0000\u2028",
            "Gr\u00fc\u00dfe \uD83D\uDC4B"})
    void itsLinesAreInTheDocumentedFormAndReadAsItsRecords(String text) throws IOException {
        for (String key : new String[] {null, "k", "key \"" + text}) {
            Draft draft = Draft.of(text, "answer to " + text, key);
            Turn turn = stamp(draft);
            List<String> lines = lines(draft);
            assertEquals(2, lines.size());
            assertEquals(Optional.of(turn.question()),
                    RecordLine.decode(Turns.utf8(lines.get(0))));
            assertEquals(Optional.of(turn.answer()),
                    RecordLine.decode(Turns.utf8(lines.get(1))));
            assertEquals(key, RecordLine.key(Turns.utf8(lines.get(0))));
            assertArrayEquals(draft.lines(), Draft.lines(turn.question().messageId(),
                    turn.answer().messageId(), turn.answer().timestamp(), JsonString.quote(text),
                    JsonString.quote("answer to " + text),
                    key == null ? null : JsonString.quote(key)), "and are written again");
            int longer = Math.max(Turns.utf8(lines.get(0)).length, Turns.utf8(lines.get(1)).length);
            assertEquals(longer + 1, draft.longestLine());
        }
        Draft plain = Draft.of(text, text, null);
        Turn turn = stamp(plain);
        assertArrayEquals(Turns.utf8(Turns.line(turn.question())
                + Turns.line(turn.answer())), plain.lines());
    }

    @Test
    void theRecordsShareItsOneArray() throws IOException {
        String text = "x".repeat(1 << 20);
        Draft draft = Draft.of(text, text, null);
        long before = Allocated.bytes();
        Turn turn = stamp(draft);
        assertTrue(Allocated.bytes() - before < 1 << 16, "nothing is copied under the lock");
        assertEquals(text.length() + 2, turn.question().json().length());
        assertEquals(text.length() + 2, turn.answer().json().length());
    }

    @Test
    void textThatCannotBeKeptIsRefusedAtOnce() {
        String halfPair = "\uD83D";
        String tooLong = "x".repeat(MemoryRecord.CONTENT_CHARS_MAX + 1);
        for (String bad : List.of(halfPair, tooLong)) {
            for (boolean asked : new boolean[] {true, false}) {
                IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                        () -> Draft.of(asked ? bad : "fine", asked ? "fine" : bad, null));
                assertFalse(refused.getMessage().contains("xxx"), "it quotes nothing");
            }
        }
        assertThrows(IllegalArgumentException.class, () -> Draft.of("q", "a", halfPair));
    }
}
