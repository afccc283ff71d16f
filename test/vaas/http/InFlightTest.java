package vaas.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Await;

/** Waits of an hour that end at once, or do not begin: no test rests on how fast it runs. */
@Timeout(30)
class InFlightTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private final InFlight inFlight = new InFlight();

    /** Waits in another thread, and returns once that waits. */
    private static CompletableFuture<Boolean> waiting(BooleanSupplier wait) {
        CompletableFuture<Boolean> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> result.complete(wait.getAsBoolean()));
        thread.start();
        Await.until(() -> thread.getState() == Thread.State.TIMED_WAITING);
        return result;
    }

    @Test
    void withNoneUnderWayNothingIsWaitedFor() {
        assertTrue(inFlight.awaitNone(HOUR));
        assertTrue(inFlight.awaitNone(Duration.ZERO));
        assertTrue(inFlight.awaitQuiet(HOUR, HOUR));
        assertTrue(inFlight.awaitQuiet(HOUR, Duration.ZERO));
    }

    @Test
    void oneUnderWayIsWaitedForNoLongerThanAllowed() {
        assertTrue(inFlight.enter());
        assertFalse(inFlight.awaitNone(Duration.ZERO));
        assertFalse(inFlight.awaitNone(Duration.ofMillis(1)));
        inFlight.leave();
        assertTrue(inFlight.awaitNone(HOUR));
    }

    @Test
    void theLastToLeaveEndsTheWait() {
        inFlight.enter();
        inFlight.enter();
        CompletableFuture<Boolean> wait = waiting(() -> inFlight.awaitNone(HOUR));
        inFlight.leave();
        assertFalse(inFlight.awaitNone(Duration.ZERO));
        assertFalse(wait.isDone());
        inFlight.leave();
        assertTrue(wait.join());
    }

    @Test
    void afterAStopNewOnesAreRefusedAndNotCounted() {
        inFlight.enter();
        inFlight.stop();
        inFlight.stop();
        assertFalse(inFlight.enter());
        inFlight.leave();
        assertTrue(inFlight.awaitNone(Duration.ZERO));
    }

    @Test
    void itIsQuietOnceNothingHasComeOrLeftForAWhile() {
        inFlight.stop();
        assertFalse(inFlight.enter());
        assertFalse(inFlight.awaitQuiet(HOUR, Duration.ZERO), "a refusal is noise too");
        assertFalse(inFlight.awaitQuiet(HOUR, Duration.ofMillis(1)));
        assertTrue(inFlight.awaitQuiet(Duration.ofMillis(1), HOUR));
        assertTrue(inFlight.awaitQuiet(Duration.ZERO, Duration.ZERO));
    }

    @Test
    void whoeverComesMeanwhilePutsItOff() {
        inFlight.enter();
        CompletableFuture<Boolean> wait = waiting(
                () -> inFlight.awaitQuiet(HOUR, Duration.ofSeconds(1)));
        inFlight.leave();
        assertFalse(wait.join());
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        inFlight.enter();
        Thread.currentThread().interrupt();
        assertFalse(inFlight.awaitNone(HOUR));
        assertTrue(Thread.interrupted());
        Thread.currentThread().interrupt();
        assertFalse(inFlight.awaitQuiet(HOUR, HOUR));
        assertTrue(Thread.interrupted());
    }

    @Test
    void nobodyLeavesWhoHasNotEntered() {
        assertThrows(AssertionError.class, inFlight::leave);
    }
}
