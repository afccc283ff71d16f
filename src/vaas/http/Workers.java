package vaas.http;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads that serve requests: virtual ones from JDK 24 on, where a slow client no longer pins
 * a carrier (JEP 491), else a pool that grows on demand. Never a queue: behind a queue a few slow
 * clients stop everybody.
 */
public final class Workers {
    private static final int VIRTUAL_SINCE = 24;
    /** Enough for the deepest call; the default would reserve four times as much a thread. */
    private static final long STACK_BYTES = 256 << 10;
    private static final long IDLE_SECONDS = 30;

    private Workers() {}

    /**
     * Starts them, in a pool as many as there may be tasks at most: it never needs more.
     *
     * @throws RejectedExecutionException from the pool, if there is no thread for a task
     */
    public static ExecutorService start(String name, int threadsMax) {
        return Runtime.version().feature() >= VIRTUAL_SINCE
                ? virtual() : pool(name, threadsMax);
    }

    /** One daemon thread for what is to be done again and again; it ends while there is nothing. */
    public static ScheduledExecutorService timer(String name) {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
        timer.setKeepAliveTime(1, TimeUnit.SECONDS);
        timer.allowCoreThreadTimeOut(true);
        return timer;
    }

    // By reflection, because the code is compiled for 17.
    private static ExecutorService virtual() {
        try {
            return (ExecutorService) Executors.class
                    .getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("JDK " + Runtime.version() + " has virtual threads", e);
        }
    }

    private static ExecutorService pool(String name, int threadsMax) {
        AtomicLong number = new AtomicLong();
        return new ThreadPoolExecutor(0, threadsMax, IDLE_SECONDS, TimeUnit.SECONDS,
                new SynchronousQueue<>(), task -> {
                    Thread thread = new Thread(null, task,
                            name + "-" + number.incrementAndGet(), STACK_BYTES);
                    thread.setDaemon(true);
                    return thread;
                }) {
            // The caller is the server's only dispatcher: an Error would end it for good, while a
            // rejected request only loses its connection.
            @Override
            public void execute(Runnable task) {
                try {
                    super.execute(task);
                } catch (OutOfMemoryError e) {
                    throw new RejectedExecutionException("no more threads", e);
                }
            }
        };
    }
}
