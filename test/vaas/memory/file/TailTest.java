package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.LineHead;

/** What opening cuts, and what it does not; in "two|three" the file is to end before "three". */
class TailTest {
    private static final int BUFFER_BYTES = 64 << 10;
    private static final String TURN = Turns.text(1, 1);
    private static final String QUESTION = Turns.line(Turns.question(2));
    private static final String ANSWER = Turns.line(Turns.answer(2));

    private static String without(String line) {
        return line.substring(0, line.length() - 1);
    }

    private static void cut(String kept, String torn) throws IOException {
        assertEquals(new Tail(kept.length(), true),
                Tail.of(Turns.handle(kept + torn), Turns.LINE_BYTES_MAX), torn);
    }

    private static void stays(String file, boolean terminated) throws IOException {
        assertEquals(new Tail(Turns.utf8(file).length, terminated),
                Tail.of(Turns.handle(file), Turns.LINE_BYTES_MAX), file);
    }

    @Test
    void wholeTurnsStay() throws IOException {
        stays("", true);
        stays(TURN, true);
        stays(Turns.text(1, 30), true);
        stays("\n", true);
        stays(TURN + "\n", true);
    }

    @Test
    void aLastAnswerThatIsWholeButForItsLineEndStays() throws IOException {
        stays(without(TURN), false);
        stays(TURN + QUESTION + without(ANSWER), false);
        stays(TURN + QUESTION + without(ANSWER).replace(",\"", ", \""), false);
    }

    @Test
    void whateverPartOfATurnIsThereIsCut() throws IOException {
        String turn = QUESTION + without(ANSWER);
        for (int length = 1; length < turn.length(); length++) {
            cut(TURN, turn.substring(0, length));
            cut("", turn.substring(0, length));
        }
        cut(TURN, " " + QUESTION);
        cut(TURN, " " + without(QUESTION));
        assertEquals(new Tail(0, true), Tail.of(
                Turns.handle("\ufeff" + without(QUESTION)), Turns.LINE_BYTES_MAX));
    }

    @Test
    void zerosAreCut() throws IOException {
        for (int zeros : new int[] {1, 100, BUFFER_BYTES, 3 * BUFFER_BYTES + 1}) {
            cut(TURN, "\0".repeat(zeros));
            cut(TURN, QUESTION + "\0".repeat(zeros));
        }
    }

    @Test
    void damageStays() throws IOException {
        for (String damage : new String[] {"x", "{}", "{\"role\"", "x" + LineHead.START, "}\0\0",
            "x".repeat(3 * BUFFER_BYTES)}) {
            stays(TURN + damage, false);
            stays(TURN + damage + "\n", true);
            stays(damage, false);
        }
        stays(TURN + LineHead.START + "\n", true);
        stays("\ufeff", false);
    }

    @Test
    void tornLinesOfAnyLengthAreCutWhole() throws IOException {
        for (int length = BUFFER_BYTES - 1; length <= BUFFER_BYTES + 1; length++) {
            cut(TURN, LineHead.START + "x".repeat(length));
            MemoryRecord question = new MemoryRecord(
                    Turns.id(4), Role.USER, "q".repeat(length), Turns.WHEN);
            cut(TURN, Turns.line(question));
            cut(TURN, without(Turns.line(question)));
        }
    }

    @Test
    void aLineThatIsTooLongForTheHeapIsJudgedByItsEnds() throws IOException {
        String text = "x".repeat(Turns.LINE_BYTES_MAX);
        String question = Turns.line(new MemoryRecord(Turns.id(4), Role.USER, text, Turns.WHEN));
        String answer = Turns.line(
                new MemoryRecord(Turns.id(5), Role.ASSISTANT, text, Turns.WHEN));
        stays(TURN + question + answer, true);
        stays(TURN + question + without(answer), false);
        cut(TURN, question);
        cut(TURN, question + answer.substring(0, answer.length() - 5));
        stays(TURN + question.substring(0, question.length() - 9) + "\n", true); // damaged
        stays(TURN + text + text, false);
    }
}
