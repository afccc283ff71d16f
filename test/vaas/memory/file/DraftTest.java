package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DraftTest {
    private static Draft.Stamped stamp(String question, String answer) {
        return Draft.of(question, answer).stamp(null, Turns.WHEN, new SplittableRandom(1));
    }

    @Test
    void aTurnIsAQuestionAndItsAnswerOfOneMoment() {
        Draft.Stamped turn = stamp("Why?", "So.");
        assertEquals(Role.USER, turn.question().role());
        assertEquals("Why?", turn.question().content());
        assertEquals(Role.ASSISTANT, turn.answer().role());
        assertEquals("So.", turn.answer().content());
        assertEquals(Turns.WHEN, turn.question().timestamp());
        assertEquals(Turns.WHEN, turn.answer().timestamp());
    }

    @Test
    void idsRiseEvenIfTheClockHasGoneBack() {
        MemoryRecord last = Turns.question(1 << 20);
        Draft.Stamped turn = Draft.of("q", "a").stamp(
                last.messageId(), Turns.WHEN.minusSeconds(3600), new SplittableRandom(1));
        assertTrue(last.messageId().compareTo(turn.question().messageId()) < 0);
        assertTrue(turn.question().messageId().compareTo(turn.answer().messageId()) < 0);
        assertEquals(7, turn.question().messageId().version());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "two\nlines", "\"\\\u0000\u2028", "Grüße \uD83D\uDC4B"})
    void itsLinesReadAsItsRecords(String text) {
        Draft.Stamped turn = stamp(text, "answer to " + text);
        List<String> lines = new String(turn.lines(), StandardCharsets.UTF_8).lines().toList();
        assertEquals(2, lines.size());
        assertEquals(Optional.of(turn.question()), RecordLine.decode(Turns.utf8(lines.get(0))));
        assertEquals(Optional.of(turn.answer()), RecordLine.decode(Turns.utf8(lines.get(1))));
        assertArrayEquals(Turns.encode(turn.question(), turn.answer()), turn.lines());
    }

    @Test
    void textThatCannotBeKeptIsRefusedAtOnce() {
        String halfPair = "\uD83D";
        String tooLong = "x".repeat(MemoryRecord.CONTENT_CHARS_MAX + 1);
        for (String bad : List.of(halfPair, tooLong)) {
            for (boolean asked : new boolean[] {true, false}) {
                IllegalArgumentException refused = assertThrows(IllegalArgumentException.class,
                        () -> Draft.of(asked ? bad : "fine", asked ? "fine" : bad));
                assertFalse(refused.getMessage().contains("xxx"), "it quotes nothing");
            }
        }
    }
}
