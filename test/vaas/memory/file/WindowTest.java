package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class WindowTest {
    private static final Optional<List<String>> ONLY_THE_FILE_CAN_TELL = Optional.empty();

    private static Optional<List<String>> latest(Window window, int n) {
        return window.latest(n).map(records ->
                records.stream().map(MemoryRecord::content).toList());
    }

    private static Optional<List<String>> held(int from, int last) {
        return Optional.of(Talk.turns(from, last));
    }

    private static Turn longTurn(int turn, int chars) {
        MemoryRecord question = new MemoryRecord(Turns.id(2L * turn), Role.USER,
                "x".repeat(chars), Turns.WHEN);
        return new Turn(question, new MemoryRecord(Turns.id(2L * turn + 1), Role.ASSISTANT, "",
                Turns.WHEN), 0, 0);
    }

    @Test
    void aWindowThatHoldsAllAnswersForMoreThanThereIs() {
        Window window = Window.empty(20).with(Turns.list(1, 3));
        assertEquals(held(1, 3), latest(window, Integer.MAX_VALUE));
        assertEquals(held(3, 3), latest(window, 3));
        assertEquals(held(1, 0), latest(window, 1));
        assertEquals(held(1, 0), latest(Window.empty(20), 20));
    }

    @Test
    void onceATurnHasDroppedOutOnlyTheFileCanTellMore() {
        Window window = Window.empty(4).with(Turns.list(1, 3));
        assertEquals(held(2, 3), latest(window, 4));
        assertEquals(held(2, 3), latest(window, 5), "odd counts as one less");
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 6));
        assertEquals(held(2, 3), latest(Window.empty(5).with(Turns.list(1, 3)), 4));
    }

    @Test
    void aWindowTheFileHasMoreThanAnswersOnlyForWhatItHolds() {
        Window window = Window.empty(20).with(Turns.list(2, 3)).withOlder();
        assertEquals(held(2, 3), latest(window, 4));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 6));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window.with(Turns.list(4, 4)), 8));
    }

    @Test
    void aWindowOfNoneKnowsWhetherThereIsAnything() {
        assertEquals(held(1, 0), latest(Window.empty(0), 2));
        Window window = Window.empty(1).with(Turns.list(1, 1));
        assertEquals(held(1, 0), latest(window, 1));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 2));
    }

    @Test
    void itHoldsNoMoreThanItsLargestNumberOfRecords() {
        Window window = Window.empty(Integer.MAX_VALUE).with(Turns.list(1, 600));
        assertEquals(Window.RECORDS_MAX, window.records().size());
        assertEquals(held(600 - 511, 600), latest(window, 1024));
        assertEquals(ONLY_THE_FILE_CAN_TELL, latest(window, 1026));
    }

    @Test
    void itHoldsNoMoreThanItsLargestNumberOfChars() {
        Window full = Window.empty(20).with(
                List.of(longTurn(1, 9), longTurn(2, Window.CHARS_MAX - 9)));
        assertEquals(4, full.records().size(), "exactly as much as fits");
        Window over = full.with(List.of(longTurn(3, 1)));
        assertEquals(4, over.records().size(), "the oldest turn has dropped out");
        assertEquals(1, over.records().get(2).content().length());
        Window none = over.with(List.of(longTurn(4, Window.CHARS_MAX + 1)));
        assertEquals(List.of(), none.records());
        assertEquals(Optional.empty(), none.latest(2));
        assertEquals(2, none.with(Turns.list(5, 5)).records().size(), "and on it goes");
    }

    @Test
    void anEarlierWindowStaysAsItWas() {
        Window earlier = Window.empty(4).with(Turns.list(1, 2));
        List<MemoryRecord> latest = earlier.latest(4).orElseThrow();
        Window later = earlier.with(Turns.list(3, 4));
        assertEquals(held(1, 2), latest(earlier, 4));
        assertEquals(List.of("q1", "a1", "q2", "a2"),
                latest.stream().map(MemoryRecord::content).toList());
        assertThrows(UnsupportedOperationException.class, latest::clear);
        assertEquals(held(1, 0), latest(later.cleared(), 20), "cleared, it knows of no other");
        assertEquals(held(8, 9), latest(later.cleared().with(Turns.list(7, 9)), 4), "same size");
    }

    @Test
    void whatHasComeSinceACutWasPlannedStays() {
        Window window = Window.empty(20).with(Turns.list(1, 5));
        MemoryRecord last = Turns.answer(3);
        assertEquals(held(4, 5), latest(window.after(last.messageId()), 20));
        assertEquals(held(1, 5), latest(window.after(null), 20), "nothing was dropped");
        assertEquals(held(1, 0), latest(window.after(Turns.answer(5).messageId()), 20));
    }
}
