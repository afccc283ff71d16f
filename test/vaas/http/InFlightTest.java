package vaas.http;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InFlightTest {
    private static final Duration LONG = Duration.ofHours(1);

    private final InFlight inFlight = new InFlight();

    @Test
    void withNoneUnderWayNothingIsWaitedFor() {
        assertTrue(inFlight.awaitQuiet(LONG));
        assertTrue(inFlight.awaitQuiet(Duration.ZERO));
    }

    @Test
    void oneUnderWayIsWaitedForNoLongerThanAllowed() {
        assertTrue(inFlight.enter());
        assertFalse(inFlight.awaitQuiet(Duration.ZERO));
        assertFalse(inFlight.awaitQuiet(Duration.ofMillis(1)));
        inFlight.leave();
        assertTrue(inFlight.awaitQuiet(LONG));
    }

    @Test
    void theLastToLeaveEndsTheWait() {
        inFlight.enter();
        inFlight.enter();
        CompletableFuture<Boolean> wait =
                CompletableFuture.supplyAsync(() -> inFlight.awaitQuiet(LONG));
        inFlight.leave();
        assertFalse(wait.isDone());
        inFlight.leave();
        assertTrue(wait.join());
    }

    @Test
    void afterAStopNewOnesAreRefusedButWaitedFor() {
        inFlight.enter();
        inFlight.stop();
        inFlight.stop();
        assertFalse(inFlight.enter());
        inFlight.leave();
        assertFalse(inFlight.awaitQuiet(Duration.ZERO), "the refusal is still being written");
        inFlight.leave();
        assertTrue(inFlight.awaitQuiet(LONG));
    }

    @Test
    void anInterruptEndsTheWaitAndIsKept() {
        inFlight.enter();
        Thread.currentThread().interrupt();
        assertFalse(inFlight.awaitQuiet(LONG));
        assertTrue(Thread.interrupted());
    }
}
