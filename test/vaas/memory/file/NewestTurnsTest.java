package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.disk.FaultyDisk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

class NewestTurnsTest {
    private final Damage damage = new Damage(Turns.FILE);
    private final Budget budget = Budget.of(64 << 20, 1024);

    private NewestTurns.Found before(String file, int turns, long bytes) throws IOException {
        byte[] content = Turns.utf8(file);
        try (Budget.Share share = budget.share()) {
            return NewestTurns.before(Turns.handle(content), content.length,
                    new Window.Bounds(turns, bytes), Turns.LINE_BYTES_MAX, damage, share);
        }
    }

    private static List<Integer> numbers(NewestTurns.Found found) {
        return found.turns().stream().map(turn ->
                Integer.parseInt(turn.turn().question().content().substring(1))).toList();
    }

    private static String longTurn(int turn, int bytes) {
        MemoryRecord question = new MemoryRecord(
                Turns.id(2L * turn), Role.USER, "x".repeat(bytes - 4), Turns.WHEN);
        MemoryRecord answer = new MemoryRecord(
                Turns.id(2L * turn + 1), Role.ASSISTANT, "", Turns.WHEN);
        return Turns.line(question) + Turns.line(answer);
    }

    @Test
    void turnsComeWithTheirPlaces() throws IOException {
        assertEquals(Turns.list(1, 3), before(Turns.text(1, 3), 3, 1 << 20).turns());
        assertEquals(Turns.list(1, 3000).subList(2990, 3000),
                before(Turns.text(1, 3000), 10, 1 << 20).turns());
        assertEquals(List.of(), before("", 10, 1 << 20).turns());
        NewestTurns.Found none = before(Turns.text(1, 3), 0, 1 << 20);
        assertEquals(List.of(), none.turns());
        assertEquals(Turns.id(7), none.newest());
        assertEquals(Window.Older.UNKNOWN, none.older());
    }

    @Test
    void itTellsWhatLiesBefore() throws IOException {
        assertEquals(Window.Older.NONE, before(Turns.text(1, 3), 3, 1 << 20).older());
        assertEquals(Window.Older.NONE, before(Turns.text(1, 3), 4, 1 << 20).older());
        assertEquals(Window.Older.UNKNOWN, before(Turns.text(1, 3), 2, 1 << 20).older());
        assertEquals(Window.Older.TOO_LONG, before(Turns.text(1, 3), 3, 23).older());
    }

    @Test
    void asManyTurnsComeAsFitButOneAlways() throws IOException {
        String file = Turns.text(1, 1) + longTurn(2, 5000) + longTurn(3, 3000) + longTurn(4, 2000);
        assertEquals(2, before(file, 10, 5000).turns().size(), "exactly as much as fits");
        assertEquals(1, before(file, 10, 4999).turns().size());
        assertEquals(1, before(file, 10, 1).turns().size());
        assertEquals(Window.Older.TOO_LONG, before(file, 10, 1).older());
        assertEquals(3, before(file, 10, 10_003).turns().size());
        assertEquals(4, before(file, 10, 10_008).turns().size());
    }

    @Test
    void whatItReadsIsWhatAWindowWouldHold() throws IOException {
        String file = Turns.text(1, 1) + longTurn(2, 5000) + longTurn(3, 3000) + longTurn(4, 2000);
        List<FileTurn> all = before(file, 10, 1 << 20).turns();
        for (long bytes = 1; bytes < 10_100; bytes += 7) {
            Window window = Window.empty(new Window.Bounds(10, bytes));
            for (FileTurn turn : all) {
                window = window.with(List.of(turn));
            }
            NewestTurns.Found found = before(file, 10, bytes);
            assertEquals(window.turns(), found.turns(), bytes + " bytes");
            assertEquals(window.latest(10).isPresent(), found.older() != Window.Older.UNKNOWN);
        }
    }

    @Test
    void damageBreaksItsOwnTurnOnlyAndIsToldOnce() throws IOException {
        String lost = Turns.text(1, 1) + Turns.line(Turns.question(2)) + "damaged\n"
                + Turns.text(3, 3) + "damaged\n" + Turns.line(Turns.answer(4)) + Turns.text(5, 5)
                + Turns.line(Turns.question(6)) + Turns.text(7, 7) + Turns.line(Turns.answer(8));
        NewestTurns.Found found = before(lost, 100, 1 << 20);
        assertEquals(List.of(1, 3, 5, 7), numbers(found));
        assertEquals(Turns.id(17), found.newest(), "though it is of no turn");
        before(lost, 100, 1 << 20);
        assertEquals(2, damage.lines());
        assertEquals(Turns.id(17), before(lost + "damaged\n", 0, 1).newest());
        assertEquals(null, before("damaged\n", 10, 1 << 20).newest());
    }

    @Test
    void blankLinesPartNothing() throws IOException {
        String file = "\n" + Turns.text(1, 2).replace("\n", "\n\r\n \n");
        assertEquals(List.of(1, 2), numbers(before(file, 9, 1 << 20)));
        assertEquals(0, damage.lines());
    }

    @Test
    void onlyTheEndOfTheFileIsRead() throws IOException {
        FaultyDisk disk = FaultyDisk.with(Turns.lines(1, 20_000));
        try (Budget.Share share = budget.share()) {
            NewestTurns.before(Turns.open(disk), disk.content().length,
                    new Window.Bounds(10, 1 << 20), Turns.LINE_BYTES_MAX, damage, share);
        }
        assertTrue(disk.bytesRead <= 64 << 10, disk.bytesRead + " bytes");
    }

    @Test
    void onlyWhatIsKeptIsCharged() throws IOException {
        Budget small = Budget.of(4 << 20, 1024); // a megabyte for all
        StringBuilder damaged = new StringBuilder(Turns.text(1, 1));
        for (int i = 0; i < 20; i++) {
            damaged.append("x".repeat(200_000)).append('\n')
                    .append(longTurn(i, 150_000).lines().findFirst().orElseThrow()).append('\n');
        }
        byte[] file = Turns.utf8(damaged.toString());
        try (Budget.Share share = small.share()) {
            assertEquals(List.of(1), numbers(NewestTurns.before(Turns.handle(file), file.length,
                    new Window.Bounds(10, 1 << 20), Turns.LINE_BYTES_MAX, damage, share)));
            assertEquals(8, small.used());
        }
        byte[] tooMuch = Turns.utf8(longTurn(1, 500_000) + longTurn(2, 500_000));
        try (Budget.Share share = small.share()) {
            assertThrows(OverBudgetException.class, () -> NewestTurns.before(
                    Turns.handle(tooMuch), tooMuch.length, new Window.Bounds(10, 1 << 20),
                    Turns.LINE_BYTES_MAX, damage, share));
        }
        assertEquals(0, small.used());
    }
}
