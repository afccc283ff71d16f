package vaas.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.testing.Await;

@Timeout(30)
class WorkersTest {
    private static final int THREADS = 8;

    private final ExecutorService workers = Workers.start("work", THREADS);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void end() throws InterruptedException {
        goOn.countDown();
        workers.shutdownNow();
        assertTrue(workers.awaitTermination(10, TimeUnit.SECONDS));
    }

    /** Keeps a number of workers busy until the test ends; returns once all have begun. */
    private void occupy(int tasks) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(tasks);
        for (int i = 0; i < tasks; i++) {
            workers.execute(() -> {
                begun.countDown();
                awaitQuietly(goOn);
            });
        }
        begun.await();
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void noTaskWaitsForAnother() throws InterruptedException {
        occupy(THREADS);
    }

    @Test
    void workersDoNotKeepTheProgramAlive() throws Exception {
        assertTrue(workers.submit(() -> Thread.currentThread().isDaemon()).get());
    }

    @Test
    void aFullPoolRefusesRatherThanQueuesAndFrom24OnThereIsNoPool() throws Exception {
        if (Runtime.version().feature() >= 24) {
            occupy(THREADS * 100);
            assertEquals(true, workers.submit(() -> Thread.class.getMethod("isVirtual")
                    .invoke(Thread.currentThread())).get());
        } else {
            occupy(THREADS - 1);
            String name = workers.submit(() -> Thread.currentThread().getName()).get();
            assertTrue(name.matches("work-[0-9]+"), name);
            occupyOneMore();
            assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> {}));
        }
    }

    // The worker that has answered may not be idle again yet: until it is, the pool is full.
    private void occupyOneMore() throws InterruptedException {
        while (true) {
            try {
                occupy(1);
                return;
            } catch (RejectedExecutionException e) {
                Await.pause();
            }
        }
    }

    @Test
    void afterTheEndNothingIsTaken() {
        workers.shutdownNow();
        assertThrows(RejectedExecutionException.class, () -> workers.execute(() -> {}));
    }
}
