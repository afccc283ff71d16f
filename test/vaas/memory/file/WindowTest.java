package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.Turn;
import vaas.testing.Talk;

class WindowTest {
    private static final long BYTES_MAX = 1000;
    private static final Optional<List<String>> ONLY_THE_FILE_CAN_TELL = Optional.empty();

    private static Window empty(int turnsMax) {
        return Window.empty(new Window.Bounds(turnsMax, BYTES_MAX));
    }

    private static Optional<List<String>> latest(Window window, int turns) {
        return window.latest(turns).map(found -> found.stream()
                .map(MemoryRecord::content).toList());
    }

    private static Optional<List<String>> held(int from, int last) {
        return Optional.of(Talk.turns(from, last));
    }

    /** A turn of so many bytes of text as JSON. */
    private static FileTurn turnOf(int turn, int bytes) {
        MemoryRecord question = new MemoryRecord(Turns.id(2L * turn), Role.USER,
                "x".repeat(bytes - 4), Turns.WHEN);
        return new FileTurn(new Turn(question, new MemoryRecord(Turns.id(2L * turn + 1),
                Role.ASSISTANT, "", Turns.WHEN)), null, 0, 0);
    }

    @Test
    void aWindowThatHoldsAllAnswersForMoreThanThereIs() {
        Window window = empty(10).with(Turns.list(1, 3));
        assertEquals(held(1, 3), latest(window, Integer.MAX_VALUE));
        assertEquals(held(3, 3), latest(window, 1));
        assertEquals(held(1, 0), latest(window, 0));
        assertEquals(held(1, 0), latest(empty(10), 10));
    }

    @Test
    void onceATurnHasDroppedOutOnlyTheFileCanTellMore() {
        Window window = empty(2).with(Turns.list(1, 3));
        assertEquals(held(2, 3), latest(window, 2));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 3));
        assertEquals(held(1, 0), latest(empty(0), 1), "there is nothing at all");
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(empty(0).with(Turns.list(1, 1)), 1));
    }

    @Test
    void whatLiesBeforeTurnsThatWereReadFromTheFileIsAsTheFileTold() {
        Window window = empty(10).of(Turns.list(2, 3), Window.Older.UNKNOWN);
        assertEquals(held(2, 3), latest(window, 2));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 3));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window.with(Turns.list(4, 4)), 4));
        for (Window.Older known : List.of(Window.Older.NONE, Window.Older.TOO_LONG)) {
            assertEquals(held(2, 4), latest(empty(10).of(Turns.list(2, 3), known)
                    .with(Turns.list(4, 4)), 5));
        }
    }

    @Test
    void aWindowThatWasGivenUpKnowsNothing() {
        Window window = empty(10).with(Turns.list(1, 3)).givenUp();
        assertEquals(List.of(), window.turns());
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 1));
        assertEquals(held(1, 0), latest(window, 0));
        assertEquals(held(4, 4), latest(window.with(Turns.list(4, 4)), 1));
    }

    @Test
    void itHoldsNoMoreThanItsBytesButTheNewestTurnAlways() {
        Window full = empty(10).with(List.of(turnOf(1, 9), turnOf(2, 991)));
        assertEquals(2, full.turns().size(), "exactly as much as fits");
        Window over = full.with(List.of(turnOf(3, 4)));
        assertEquals(2, over.turns().size(), "the oldest turn has dropped out");
        assertEquals(4, over.latest(10).orElseThrow().size(), "and fits into no prompt");
        Window one = over.with(List.of(turnOf(4, 5000)));
        assertEquals(List.of(5000L), one.turns().stream().map(FileTurn::bytes).toList());
        assertEquals(2, one.latest(10).orElseThrow().size());
        Window next = one.with(Turns.list(5, 5));
        assertEquals(held(5, 5), latest(next, 10), "and on it goes");
    }

    @Test
    void whichBoundDroppedTheLastTurnDecidesWhetherTheFileHasMore() {
        Window byCount = empty(2).with(List.of(turnOf(1, 300), turnOf(2, 300), turnOf(3, 300)));
        assertEquals(ONLY_THE_FILE_CAN_TELL, byCount.latest(3));
        Window byBytes = empty(3).with(List.of(turnOf(1, 400), turnOf(2, 400), turnOf(3, 400)));
        assertEquals(4, byBytes.latest(3).orElseThrow().size());
        Window both = empty(2).with(List.of(
                turnOf(1, 400), turnOf(2, 900), turnOf(3, 400), turnOf(4, 400)));
        assertEquals(4, both.latest(9).orElseThrow().size(), "the second one would not fit");
    }

    @Test
    void anEarlierWindowStaysAsItWas() {
        Window earlier = empty(2).with(Turns.list(1, 2));
        List<MemoryRecord> latest = earlier.latest(2).orElseThrow();
        Window later = earlier.with(Turns.list(3, 4));
        assertEquals(held(1, 2), latest(earlier, 2));
        assertThrows(UnsupportedOperationException.class, latest::clear);
        assertEquals(held(1, 0), latest(later.cleared(), 20), "cleared, it knows of no other");
        assertEquals(held(8, 9), latest(later.cleared().with(Turns.list(7, 9)), 2), "same size");
    }

    @Test
    void turnsLeaveByTheirPlace() {
        List<FileTurn> turns = Turns.list(1, 5);
        Window window = empty(10).with(turns);
        Window cut = window.without(turns.get(2).end());
        assertEquals(held(4, 5), latest(cut, 10));
        assertEquals(0, cut.turns().get(0).offset());
        assertEquals(turns.get(4).end() - turns.get(2).end(), cut.turns().get(1).end());
        assertEquals(held(1, 5), latest(window.without(0), 10), "nothing was dropped");
        assertEquals(held(1, 0), latest(window.without(turns.get(4).end()), 10));
        Window newest = empty(2).with(turns).without(turns.get(0).end());
        assertEquals(held(4, 5), latest(newest, 2));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(newest, 3));
    }
}
