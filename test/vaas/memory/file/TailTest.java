package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TailTest {
    private static final int STRETCH_BYTES = 64 << 10;

    private static long wholeEnd(String file) throws IOException {
        return Tail.wholeEnd(Turns.handle(Turns.utf8(file)));
    }

    private static Tail.Turns wholeTurns(String file, int recordsMax) throws IOException {
        return Tail.wholeTurns(Turns.handle(Turns.utf8(file)), file.length(), recordsMax, 1 << 30);
    }

    private static List<Integer> numbers(Tail.Turns turns) {
        return turns.list().stream()
                .map(turn -> Integer.parseInt(turn.question().content().substring(1))).toList();
    }

    /** A turn whose lines have so many bytes together. */
    private static String turnOf(int bytes) {
        MemoryRecord answer = new MemoryRecord(Turns.id(3), Role.ASSISTANT, "a", Turns.WHEN);
        int others = Turns.encode(answer, Turns.question(1)).length - 2;
        MemoryRecord question = new MemoryRecord(
                Turns.id(2), Role.USER, "q".repeat(bytes - others), Turns.WHEN);
        String lines = new String(Turns.encode(question, answer), StandardCharsets.UTF_8);
        assertEquals(bytes, lines.length());
        return lines;
    }

    @Test
    void aFileEndsAfterItsLastWholeTurn() throws IOException {
        String two = Turns.text(1, 2);
        String question = Turns.line(Turns.question(3));
        assertEquals(0, wholeEnd(""));
        assertEquals(0, wholeEnd("torn"));
        assertEquals(two.length(), wholeEnd(two));
        assertEquals(two.length(), wholeEnd(two + "torn"));
        assertEquals(two.length(), wholeEnd(two + question));
        assertEquals(two.length(), wholeEnd(two + question + "torn answer"));
        assertEquals(0, wholeEnd(question));
    }

    @Test
    void aDamagedLineThatIsTerminatedStays() throws IOException {
        String damaged = Turns.text(1, 1) + "{\"message_id\":\n";
        assertEquals(damaged.length(), wholeEnd(damaged));
        assertEquals(damaged.length(), wholeEnd(damaged + Turns.line(Turns.question(2))));
        assertEquals(1, wholeEnd("\n"));
    }

    @Test
    void tornLinesOfAnyLengthAreCutWhole() throws IOException {
        String turn = Turns.text(1, 1);
        for (int length = STRETCH_BYTES - 1; length <= STRETCH_BYTES + 1; length++) {
            assertEquals(turn.length(), wholeEnd(turn + "x".repeat(length)));
            assertEquals(turn.length(), wholeEnd(turn + "\0".repeat(3 * length)));
            String question = turnOf(length + 200).split("\n")[0] + "\n";
            assertEquals(turn.length(), wholeEnd(turn + question));
        }
    }

    @Test
    void anOddNumberOfRecordsCountsAsOneLess() throws IOException {
        String five = Turns.text(1, 5);
        assertEquals(List.of(), numbers(wholeTurns(five, 0)));
        assertEquals(List.of(), numbers(wholeTurns(five, 1)));
        assertEquals(List.of(4, 5), numbers(wholeTurns(five, 5)));
        assertEquals(List.of(1, 2, 3, 4, 5), numbers(wholeTurns(five, Integer.MAX_VALUE)));
        assertFalse(wholeTurns(five, 8).complete());
        assertTrue(wholeTurns(five, 10).complete(), "all, though no more than were asked for");
    }

    @Test
    void turnsComeWithTheirPlaces() throws IOException {
        assertEquals(Turns.list(1, 3), wholeTurns(Turns.text(1, 3), 6).list());
        List<Turn> all = Turns.list(1, 3000);
        assertEquals(all.subList(2990, 3000), wholeTurns(Turns.text(1, 3000), 20).list());
    }

    @Test
    void aTurnThatFillsTheFirstStretchExactlyIsFoundInIt() throws IOException {
        String file = Turns.text(1, 1) + turnOf(STRETCH_BYTES);
        Disk.Handle handle = Turns.handle(Turns.utf8(file));
        Tail.Turns turns = Tail.wholeTurns(handle, file.length(), 20, STRETCH_BYTES);
        assertEquals(1, turns.list().size());
        assertEquals(Turns.text(1, 1).length(), turns.list().get(0).offset());
        assertFalse(turns.reachesStart());
        String longer = Turns.text(1, 1) + turnOf(STRETCH_BYTES + 1);
        Disk.Handle other = Turns.handle(Turns.utf8(longer));
        assertEquals(List.of(),
                Tail.wholeTurns(other, longer.length(), 20, STRETCH_BYTES).list());
        assertEquals(2, wholeTurns(longer, 20).list().size(), "unless more may be read");
    }

    @Test
    void onlyTheTailIsRead() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 20_000));
        long length = disk.content().length;
        assertEquals(20, 2 * Tail.wholeTurns(Turns.open(disk), length, 20, 1 << 30).list().size());
        assertTrue(disk.bytesRead <= STRETCH_BYTES + 1, disk.bytesRead + " bytes");
        disk.bytesRead = 0;
        Tail.Turns bounded = Tail.wholeTurns(Turns.open(disk), length, 40_000, 4 * STRETCH_BYTES);
        assertFalse(bounded.complete());
        assertTrue(disk.bytesRead <= 7 * STRETCH_BYTES + 3, "one stretch, two, and four");
    }

    @Test
    void damageBreaksItsOwnTurnOnly() throws IOException {
        String lost = Turns.text(1, 1) + Turns.line(Turns.question(2)) + "damaged\n"
                + Turns.text(3, 3) + "damaged\n" + Turns.line(Turns.answer(4)) + Turns.text(5, 5)
                + Turns.line(Turns.question(6)) + Turns.text(7, 7) + Turns.line(Turns.answer(8));
        Tail.Turns turns = wholeTurns(lost, 100);
        assertEquals(List.of(1, 3, 5, 7), numbers(turns));
        assertEquals(Optional.of(Turns.answer(8)), turns.newest(), "though it is of no turn");
        assertEquals(Optional.of(Turns.answer(8)), wholeTurns(lost + "damaged\n", 0).newest());
        assertEquals(Optional.empty(), wholeTurns("damaged\n", 20).newest());
    }
}
