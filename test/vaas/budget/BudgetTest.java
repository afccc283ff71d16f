package vaas.budget;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BudgetTest {
    private static final long MIB = 1 << 20;

    private final Budget budget = Budget.of(64 * MIB, 4096); // 16 MiB to take, 4 kept for small

    @Test
    void whatIsTakenIsGivenBackOnceHoweverOftenItIsClosed() throws OverBudgetException {
        Budget.Share share = budget.share();
        share.take(3 * MIB);
        share.giveBack(MIB);
        assertEquals(2 * MIB, budget.used());
        share.close();
        share.close();
        assertEquals(0, budget.used());
    }

    @Test
    void aPieceCountsOnceForAsLongAsAnybodyHoldsIt() throws OverBudgetException {
        Object piece = new Object();
        try (Budget.Share one = budget.share(); Budget.Share two = budget.share()) {
            one.hold(piece, 10 * MIB);
            two.hold(piece, 10 * MIB);
            two.hold(piece, 10 * MIB);
            assertEquals(10 * MIB, budget.used());
            one.release(piece);
            one.release(piece);
            assertEquals(10 * MIB, budget.used());
        }
        assertEquals(0, budget.used());
    }

    @Test
    void aPieceForWhichThereIsNoRoomIsHeldByNobody() throws OverBudgetException {
        Object piece = new Object();
        try (Budget.Share one = budget.share(); Budget.Share two = budget.share()) {
            one.take(10 * MIB);
            assertThrows(OverBudgetException.class, () -> two.hold(piece, 8 * MIB));
            assertEquals(10 * MIB, budget.used());
            one.giveBack(10 * MIB);
            two.hold(piece, 8 * MIB);
            assertEquals(8 * MIB, budget.used());
        }
        assertEquals(0, budget.used());
    }

    @Test
    void smallOnesFitBesideLargeOnes() throws OverBudgetException {
        try (Budget.Share large = budget.share(); Budget.Share small = budget.share()) {
            large.take(12 * MIB);
            assertThrows(OverBudgetException.class, () -> large.take(1));
            small.take(Budget.SMALL_BYTES);
            assertThrows(OverBudgetException.class, () -> small.take(1));
        }
    }

    @Test
    void whatOneThreadHoldsByItselfIsNoReasonToWait() throws OverBudgetException {
        try (Budget.Share one = budget.share(); Budget.Share two = budget.share()) {
            one.take(7 * MIB);
            one.hold(new Object(), 2 * MIB);
            assertTrue(refusal(two, 4 * MIB).isForGood());
        }
        try (Budget.Share other = CompletableFuture.supplyAsync(budget::share).join();
                Budget.Share own = budget.share()) {
            other.take(9 * MIB);
            assertFalse(refusal(own, 4 * MIB).isForGood());
            assertTrue(refusal(own, 13 * MIB).isForGood());
        }
    }

    @Test
    void cachesAreGivenUpTheLongestUnusedFirstAndNoMoreThanNeeded() throws OverBudgetException {
        List<String> givenUp = new ArrayList<>();
        List<Budget.Cache> caches = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            Object piece = new Object();
            Budget.Cache[] cache = new Budget.Cache[1];
            cache[0] = budget.cache(() -> {
                givenUp.add(name);
                cache[0].release(piece);
            });
            cache[0].hold(piece, 3 * MIB);
            caches.add(cache[0]);
        }
        caches.get(1).touch();
        caches.get(0).touch();
        caches.get(0).touch();
        try (Budget.Share share = budget.share()) {
            share.take(8 * MIB);
            assertEquals(List.of("c", "b"), givenUp);
            assertEquals(11 * MIB, budget.used());
        }
        caches.get(0).close();
        caches.get(0).touch();
        try (Budget.Share share = budget.share()) {
            share.take(12 * MIB);
            assertEquals(List.of("c", "b"), givenUp, "a closed one is not asked");
        }
    }

    @Test
    void connectionsAndHeadsStayWithinHeapAndFiles() {
        assertEquals(384, Budget.of(48 * MIB, 20_000).connections());
        assertEquals(277, Budget.of(6144 * MIB, 1024).connections());
        assertEquals(10_000, Budget.of(6144 * MIB, 1 << 20).connections());
        assertEquals(8 << 10, Budget.of(48 * MIB, 20_000).headBytes());
        assertEquals(32 << 10, Budget.of(6144 * MIB, 1 << 20).headBytes());
    }

    private static OverBudgetException refusal(Budget.Share share, long bytes) {
        return assertThrows(OverBudgetException.class, () -> share.take(bytes));
    }
}
