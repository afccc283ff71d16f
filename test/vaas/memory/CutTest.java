package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CutTest {
    private static final long ANY = Long.MAX_VALUE;

    private static Cut find(String text, long records, Cut.Target target) throws IOException {
        byte[] file = Turns.utf8(text);
        return Cut.find(Turns.handle(file), file.length, records, target);
    }

    private static Cut.Target records(long most) {
        return new Cut.Target(most, ANY, Instant.MIN);
    }

    @Test
    void itIsTheFirstTurnWithWhichTheRestIsFewEnough() throws IOException {
        String text = Turns.text(1, 5);
        for (int left = 1; left <= 5; left++) {
            Cut cut = find(text, 10, records(2L * left));
            assertEquals(new Cut(Turns.text(1, 5 - left).length(), 10 - 2L * left, 0,
                    left == 5 ? null : Turns.id(2L * (6 - left) - 1)), cut);
            assertEquals(cut, find(text, 10, records(2L * left + 1)), "turns stay whole");
        }
    }

    @Test
    void itIsTheFirstTurnWithWhichTheRestIsSmallEnough() throws IOException {
        String text = Turns.text(1, 3);
        long rest = text.length() - Turns.text(1, 1).length();
        assertEquals(Turns.id(3),
                find(text, 6, new Cut.Target(ANY, rest, Instant.MIN)).lastDropped());
        assertEquals(Turns.id(5),
                find(text, 6, new Cut.Target(ANY, rest - 1, Instant.MIN)).lastDropped());
    }

    @Test
    void whatIsNotTooOldStays() throws IOException {
        MemoryRecord old = new MemoryRecord(
                Turns.id(2), Role.USER, "old", Turns.WHEN.minusMillis(1));
        String text = Turns.line(old) + Turns.line(Turns.answer(1)) + Turns.text(2, 3);
        Cut cut = find(text, 6, new Cut.Target(ANY, ANY, Turns.WHEN));
        assertEquals(Turns.id(3), cut.lastDropped());
        assertEquals(2, cut.records());
        assertEquals(0, find(text, 6, new Cut.Target(ANY, ANY, old.timestamp())).offset());
    }

    @Test
    void whereAllIsWellNothingGoesAndLittleIsRead() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 3000));
        Cut cut = Cut.find(Turns.open(disk), disk.content().length, 6000, records(6000));
        assertEquals(new Cut(0, 0, 0, null), cut);
        assertTrue(disk.bytesRead <= 64 << 10, "one buffer");
    }

    @Test
    void ifNothingMayStayItIsTheEnd() throws IOException {
        String text = Turns.text(1, 3);
        assertEquals(new Cut(text.length(), 6, 0, Turns.id(7)), find(text, 6, records(1)));
        assertEquals(new Cut(0, 0, 0, null), find("", 0, records(1)));
    }

    @Test
    void damagedLinesGoWithTheirNeighboursAndAreCountedApart() throws IOException {
        String text = "damaged\n" + Turns.text(1, 1) + "more\n" + Turns.text(2, 2);
        assertEquals(new Cut(text.length() - Turns.text(2, 2).length(), 2, 2, Turns.id(3)),
                find(text, 4, records(2)));
        assertEquals(new Cut("damaged\n".length(), 0, 1, null),
                find(text, 4, records(4)), "it begins with a question");
    }

    @Test
    void aFileThatCannotBeReadIsNotCut() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 3));
        Disk.Handle file = Turns.open(disk);
        disk.failWhen((call, count) -> call.equals("read"));
        assertThrows(IOException.class,
                () -> Cut.find(file, disk.content().length, 6, records(2)));
    }
}
