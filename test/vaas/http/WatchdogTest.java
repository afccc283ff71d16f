package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Time is told to it, where it can be: an hour is past as soon as it is said. */
@Timeout(30)
class WatchdogTest {
    private static final long HOUR = Duration.ofHours(1).toNanos();

    private final Watchdog patient = new Watchdog(Duration.ofHours(1));

    private static void hang() throws InterruptedIOException {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // as a channel does
            throw new InterruptedIOException();
        }
    }

    @Test
    void aWriteThatLastsTooLongIsInterruptedAndLeavesNoInterruptBehind() {
        try (Watchdog.Watch watch = new Watchdog(Duration.ofMillis(1)).watch()) {
            assertThrows(InterruptedIOException.class, () -> watch.run(WatchdogTest::hang));
            assertFalse(Thread.interrupted());
        }
    }

    @Test
    void itLooksAgainAfterThereWasNoThreadToLook() {
        AtomicInteger tries = new AtomicInteger();
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1) {
            @Override
            public ScheduledFuture<?> schedule(Runnable look, long time, TimeUnit unit) {
                if (tries.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("unable to create native thread");
                }
                return super.schedule(look, time, unit);
            }
        };
        Watchdog watchdog = new Watchdog(Duration.ofMillis(1), timer);
        assertThrows(OutOfMemoryError.class, watchdog::watch);
        try (Watchdog.Watch watch = watchdog.watch()) {
            assertThrows(InterruptedIOException.class, () -> watch.run(WatchdogTest::hang));
        } finally {
            timer.shutdownNow();
        }
    }

    @Test
    void aWriteThatEndsWellJustAsItIsCutFailsToo() {
        try (Watchdog.Watch watch = patient.watch()) {
            assertThrows(InterruptedIOException.class,
                    () -> watch.run(() -> watch.check(System.nanoTime() + 2 * HOUR)));
            assertFalse(Thread.interrupted(), "the next request of this thread is not hit");
        }
    }

    @Test
    void outsideOfAWriteNothingIsInterrupted() throws IOException {
        try (Watchdog.Watch watch = patient.watch()) {
            watch.check(System.nanoTime() + 2 * HOUR);
            watch.run(() -> {});
            watch.check(System.nanoTime() + 2 * HOUR);
            assertFalse(Thread.interrupted());
            watch.run(() -> {});
        }
    }

    @Test
    void whatFlowsIsNotCutHoweverLongItTakesAltogether() throws IOException {
        List<Integer> pieces = new ArrayList<>();
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        byte[] answer = new byte[1_000_001];
        for (int i = 0; i < answer.length; i++) {
            answer[i] = (byte) (i * 31);
        }
        try (Watchdog.Watch watch = patient.watch()) {
            OutputStream out = watch.over(new OutputStream() {
                @Override
                public void write(int octet) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public void write(byte[] from, int offset, int length) {
                    watch.check(System.nanoTime() + HOUR * 9 / 10); // each takes nearly an hour
                    pieces.add(length);
                    sink.write(from, offset, length);
                }
            });
            out.write(answer);
        }
        assertEquals(62, pieces.size());
        assertTrue(pieces.stream().allMatch(length -> length <= 16 << 10), pieces.toString());
        assertTrue(Arrays.equals(answer, sink.toByteArray()));
    }
}
