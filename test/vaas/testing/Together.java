package vaas.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs one task in many threads at once, each with its number from 0, and waits for all. */
public final class Together {
    private Together() {}

    /** What each thread does. */
    public interface Task<T> {
        T run(int thread) throws Exception;
    }

    /** What each thread does where nothing comes of it. */
    public interface Action {
        void run(int thread) throws Exception;
    }

    /** Returns what came of each, in their order, or throws what one of them threw. */
    public static <T> List<T> results(int threads, Task<T> task) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Callable<T>> tasks = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                tasks.add(() -> task.run(thread));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> result : pool.invokeAll(tasks)) {
                results.add(result.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    public static void run(int threads, Action action) throws Exception {
        results(threads, thread -> {
            action.run(thread);
            return null;
        });
    }
}
