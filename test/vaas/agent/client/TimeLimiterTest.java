package vaas.agent.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;
import vaas.testing.Await;

/** What may never end runs elsewhere, and not on more threads than allowed. */
@Timeout(60)
class TimeLimiterTest {
    private static final Deadline LATE = Deadline.after(Duration.ofHours(1));

    private final TimeLimiter limiter = new TimeLimiter("test", 2, Duration.ofMillis(50));
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void letAllEnd() {
        goOn.countDown();
        limiter.close();
    }

    @Test
    void whatEndsInTimeIsReturnedFromAThreadThatKeepsNoProcessAlive() throws Exception {
        Thread thread = call(Thread::currentThread, LATE);
        assertNotEquals(Thread.currentThread(), thread);
        assertTrue(thread.isDaemon());
    }

    @Test
    void whatItThrowsIsTheCause() {
        IOException failure = new IOException("so");
        ExecutionException thrown = assertThrows(ExecutionException.class,
                () -> call(() -> {
                    throw failure;
                }, LATE));
        assertEquals(failure, thrown.getCause());
        Error error = new StackOverflowError();
        assertEquals(error, assertThrows(ExecutionException.class, () -> call(() -> {
            throw error;
        }, LATE)).getCause());
    }

    @Test
    void whatDoesNotEndInTimeIsLeftBehindAndItsThreadStaysTaken() throws Exception {
        Callable<Integer> deaf = () -> {
            while (goOn.getCount() > 0) {
                Await.deafly();
            }
            return 1;
        };
        leaveBehind(deaf);
        assertEquals(2, call(() -> 2, LATE), "there is one thread more");
        leaveBehind(deaf);
        assertThrows(RejectedExecutionException.class, () -> call(() -> 2, LATE));
        goOn.countDown();
        assertEquals(2, callWhenFree(() -> 2), "the threads are free again");
    }

    @Test
    void whatComesAfterTheDeadlineIsNotBegun() {
        assertThrows(TimeoutException.class, () -> call(() -> {
            throw new AssertionError("it was begun");
        }, Deadline.after(Duration.ZERO)));
    }

    @Test
    void whatIsLeftBehindIsInterrupted() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        leaveBehind(() -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        });
        interrupted.await();
    }

    @Test
    void closingInterruptsAndRefuses() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        Thread closer = new Thread(() -> {
            try {
                begun.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            limiter.close();
        });
        closer.start();
        ExecutionException ended = assertThrows(ExecutionException.class,
                () -> call(() -> {
                    begun.countDown();
                    goOn.await();
                    return 1;
                }, LATE));
        assertInstanceOf(InterruptedException.class, ended.getCause());
        closer.join();
        for (int i = 0; i < 3; i++) { // none of them takes a thread for good
            assertThrows(RejectedExecutionException.class, () -> call(() -> 1, LATE));
        }
    }

    @Test
    void whatNobodyReadsAnyMoreIsInterruptedAndLeftBehind() throws Exception {
        IOException left = new IOException("left");
        CountDownLatch interrupted = new CountDownLatch(1);
        assertEquals(left, assertThrows(IOException.class, () -> limiter.call(() -> {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return 1;
        }, LATE, text -> {
            throw left;
        })));
        interrupted.await();
    }

    private <T> T call(Callable<T> task, Deadline deadline) throws Exception {
        return limiter.call(task, deadline, AnswerReader.NONE);
    }

    private void leaveBehind(Callable<Integer> task) {
        CountDownLatch begun = new CountDownLatch(1);
        assertThrows(TimeoutException.class, () -> call(() -> {
            begun.countDown();
            return task.call();
        }, Deadline.after(Duration.ofMillis(500))));
        assertEquals(0, begun.getCount(), "it had begun");
    }

    private <T> T callWhenFree(Callable<T> task) throws Exception {
        while (true) {
            try {
                return call(task, LATE);
            } catch (RejectedExecutionException e) {
                Await.pause();
            }
        }
    }
}
