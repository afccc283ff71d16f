package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The point in time by which a chat must be answered. */
@Timeout(60)
class DeadlineTest {
    @Test
    void lessIsLeftAllTheTime() {
        Deadline deadline = Deadline.after(Duration.ofHours(1));
        Duration first = deadline.remaining();
        Duration second = deadline.remaining();
        assertTrue(first.compareTo(Duration.ofHours(1)) <= 0);
        assertTrue(second.compareTo(first) <= 0);
        assertTrue(second.compareTo(Duration.ofMinutes(59)) > 0);
        assertFalse(deadline.hasPassed());
    }

    @Test
    void onceItHasPassedNothingIsLeft() {
        Deadline deadline = Deadline.after(Duration.ZERO);
        assertTrue(deadline.hasPassed());
        assertEquals(Duration.ZERO, deadline.remaining());
    }

    @Test
    void itPassesByItself() {
        Deadline deadline = Deadline.after(Duration.ofMillis(1));
        while (!deadline.hasPassed()) {
            Thread.onSpinWait();
        }
        assertEquals(Duration.ZERO, deadline.remaining());
    }
}
