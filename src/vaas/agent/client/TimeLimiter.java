package vaas.agent.client;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import vaas.agent.AnswerReader;
import vaas.agent.Deadline;

/**
 * Runs what may never end, so that whoever waits for it can leave it behind. The threads are
 * bounded in number, those left behind included, and are the system's own: a look-up of a name
 * sits inside a native call, where it would hold the carrier of a virtual thread. Safe for
 * concurrent use.
 */
public final class TimeLimiter implements AutoCloseable {
    /** How often it is looked whether anybody still reads. */
    private static final long LOOK_NANOS = Duration.ofMillis(250).toNanos();

    private final Semaphore free;
    private final long patienceNanos;
    private final ExecutorService threads;

    /** Patience is for a thread while all are taken, most of them by what was left behind. */
    public TimeLimiter(String name, int threadsMax, Duration patience) {
        AtomicLong number = new AtomicLong();
        this.free = new Semaphore(threadsMax);
        this.patienceNanos = patience.toNanos();
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, name + "-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Runs a task and waits for it until the deadline, or until nobody reads any more; then it is
     * interrupted and left behind.
     *
     * @throws IOException what the reader throws
     * @throws ExecutionException with what the task threw
     * @throws TimeoutException if it has not ended in time
     * @throws RejectedExecutionException if there is no thread for it, or this is closed
     */
    public <T> T call(Callable<T> callable, Deadline deadline, AnswerReader reader)
            throws InterruptedException, ExecutionException, TimeoutException, IOException {
        long nanos = Math.min(deadline.remaining().toNanos(), patienceNanos);
        boolean acquired = nanos > 0 && free.tryAcquire(nanos, TimeUnit.NANOSECONDS);
        if (!acquired && deadline.hasPassed()) {
            throw new TimeoutException();
        } else if (!acquired) {
            throw new RejectedExecutionException("all threads are taken");
        }
        FutureTask<T> task = new FutureTask<>(callable);
        start(task);
        try {
            while (true) {
                long look = Math.min(deadline.remaining().toNanos(), LOOK_NANOS);
                try {
                    return task.get(look, TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    if (deadline.hasPassed()) {
                        throw e;
                    }
                    reader.read("");
                }
            }
        } finally {
            task.cancel(true);
        }
    }

    /** Interrupts what is running, and refuses what comes. */
    @Override
    public void close() {
        threads.shutdownNow();
    }

    private void start(FutureTask<?> task) {
        try {
            threads.execute(() -> {
                try {
                    task.run();
                } finally {
                    free.release();
                }
            });
        } catch (RejectedExecutionException | OutOfMemoryError e) { // no more threads, says the JVM
            free.release();
            throw new RejectedExecutionException(e);
        }
    }
}
