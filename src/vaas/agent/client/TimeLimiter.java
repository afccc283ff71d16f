package vaas.agent.client;

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
import vaas.agent.Deadline;

/**
 * Runs what may never end, so that whoever waits for it can leave it behind. The threads are
 * bounded in number, those left behind included, and are the system's own: a look-up of a name
 * sits inside a native call, where it would hold the carrier of a virtual thread. Safe for
 * concurrent use.
 */
public final class TimeLimiter implements AutoCloseable {
    private final Semaphore free;
    private final long patienceNanos;
    private final ExecutorService threads;

    /**
     * Makes it; there are no threads yet.
     *
     * @param patience how long to wait for a thread while all are taken, most of them by what was
     *     left behind
     */
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
     * Runs a task and waits for it until the deadline; then it is interrupted and left behind.
     *
     * @throws ExecutionException with what the task threw
     * @throws TimeoutException if it has not ended in time
     * @throws RejectedExecutionException if there is no thread for it, or this is closed
     */
    public <T> T call(Callable<T> callable, Deadline deadline)
            throws InterruptedException, ExecutionException, TimeoutException {
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
            return task.get(deadline.remaining().toNanos(), TimeUnit.NANOSECONDS);
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
