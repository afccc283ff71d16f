package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ViewTest {
    private static final int LAST = 200;

    private final FaultyDisk disk = FaultyDisk.with(Turns.lines(1, LAST));
    private final View view = view(Turns.list(1, LAST));

    private static View view(List<Turn> turns) {
        View empty = new View(3, 0, 0, 0, Window.empty(4), new SparseIndex("file", 0));
        View full = empty.with(turns);
        full.index().append(turns);
        return full;
    }

    private List<String> latest(int n) throws IOException {
        return view.latest(Turns.open(disk), n).stream().map(MemoryRecord::content).toList();
    }

    @Test
    void moreTurnsKeepTheGenerationAndAResetRaisesIt() {
        assertEquals(3, view.generation());
        assertEquals(disk.content().length, view.end());
        assertEquals(List.of("q199", "a199", "q200", "a200"),
                view.window().records().stream().map(MemoryRecord::content).toList());
        View reset = view.reset();
        assertEquals(4, reset.generation());
        assertEquals(0, reset.end());
        assertEquals(Optional.of(List.of()), reset.window().latest(20));
        assertEquals(0, reset.index().records().orElseThrow());
        assertEquals(2 * LAST, view.index().count(), "the old one is still to be reported");
        assertSame(view.index(), view.with(Turns.list(1, 1)).index());
    }

    @Test
    void latestReadsBeyondTheWindow() throws IOException {
        assertEquals(List.of(), latest(0));
        assertEquals(List.of(), latest(1));
        assertEquals(Talk.turns(191, 200), latest(21));
        assertEquals(Talk.turns(1, 200), latest(Integer.MAX_VALUE));
    }

    @Test
    void everyRecordIsFoundAndNothingElse() throws IOException {
        for (int turn = 1; turn <= LAST; turn++) {
            assertEquals(Optional.of(Turns.question(turn)),
                    view.byMessageId(Turns.open(disk), Turns.id(2L * turn)));
            assertEquals(Optional.of(Turns.answer(turn)),
                    view.byMessageId(Turns.open(disk), Turns.id(2L * turn + 1)));
        }
        for (long absent : new long[] {0, 1, 2 * LAST + 2, 1_000_000}) {
            assertEquals(Optional.empty(),
                    view.byMessageId(Turns.open(disk), Turns.id(absent)));
        }
    }

    @Test
    void anIdBetweenTwoOthersEndsTheSearch() throws IOException {
        byte[] gap = Turns.utf8(Turns.text(1, 4) + Turns.text(6, 3000));
        FaultyDisk other = FaultyDisk.with(gap);
        View unread = Turns.view(gap.length, 4);
        assertEquals(Optional.empty(), unread.byMessageId(Turns.open(other), Turns.id(10)));
        assertTrue(other.bytesRead <= 64 << 10, other.bytesRead + " bytes");
        assertEquals(Optional.of(Turns.answer(3000)),
                unread.byMessageId(Turns.open(other), Turns.id(6001)), "before it is indexed, too");
    }

    @Test
    void whatIsNotDurableYetIsNotFound() throws IOException {
        View earlier = view(Turns.list(1, LAST - 1));
        assertEquals(Optional.empty(),
                earlier.byMessageId(Turns.open(disk), Turns.id(2L * LAST)));
        assertEquals(List.of("q199", "a199"), earlier.latest(Turns.open(disk), 2).stream()
                .map(MemoryRecord::content).toList());
    }

    @Test
    void damagedLinesAreSearchedPast() throws IOException {
        String damaged = Turns.text(1, LAST);
        for (int turn = 50; turn < 60; turn++) {
            String line = Turns.line(Turns.question(turn));
            damaged = damaged.replace(line, "X" + line.substring(1));
        }
        disk.content(Turns.utf8(damaged));
        for (int turn = 40; turn < 70; turn++) {
            boolean readable = turn < 50 || turn >= 60;
            assertEquals(readable ? Optional.of(Turns.question(turn)) : Optional.empty(),
                    view.byMessageId(Turns.open(disk), Turns.id(2L * turn)));
            assertEquals(Optional.of(Turns.answer(turn)),
                    view.byMessageId(Turns.open(disk), Turns.id(2L * turn + 1)));
        }
    }

    @Test
    void anIdThatIsTooSmallHidesOnlyItsOwnRecord() throws IOException {
        String line = Turns.line(Turns.question(55));
        String id = Turns.question(55).messageId().toString();
        disk.content(Turns.utf8(Turns.text(1, LAST)
                .replace(line, line.replace(id, Turns.id(1).toString()))));
        for (int turn = 1; turn <= LAST; turn++) {
            assertEquals(turn == 55 ? Optional.empty() : Optional.of(Turns.question(turn)),
                    view.byMessageId(Turns.open(disk), Turns.id(2L * turn)));
        }
    }
}
