package vaas.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;

/**
 * How often a second works can be done, compared in many short rounds in turn: neighbours and the
 * disk's own moods then hit all alike.
 */
public final class Rounds {
    /** What one of so many threads does again and again. */
    public interface Work {
        void run(int thread) throws Exception;
    }

    /** What came of a work: how often a second, and that over the rival's of the same round. */
    public record Result(double aSecond, double[] ratios) {
        public double ratio() {
            return ratios[ratios.length / 2];
        }

        /** The ratio, the other way round. */
        public double inverse() {
            return 1 / ratio();
        }

        /** For the column that says how. */
        public String spread() {
            int quarter = ratios.length / 4;
            return ratios.length + " rounds in turn, middle half "
                    + BenchTable.number(ratios[quarter], 2) + " to "
                    + BenchTable.number(ratios[ratios.length - 1 - quarter], 2);
        }
    }

    private final int rounds;
    private final long roundNanos;
    private final long warmUpNanos;

    public Rounds(int rounds, long roundNanos, long warmUpNanos) {
        this.rounds = rounds;
        this.roundNanos = roundNanos;
        this.warmUpNanos = warmUpNanos;
    }

    /** A work in so many threads. */
    private record Race(int threads, Work work) {}

    /** Compares some with a rival; all are warmed up first, and who begins changes. */
    public List<Result> compare(int threads, Work rival, Work... works) throws Exception {
        List<Race> all = new ArrayList<>();
        for (Work work : works) {
            all.add(new Race(threads, work));
        }
        all.add(new Race(threads, rival));
        return compare(all);
    }

    /** Compares a work in many threads with the same in few. */
    public Result compareThreads(int many, int few, Work work) throws Exception {
        return compare(List.of(new Race(many, work), new Race(few, work))).get(0);
    }

    // The last is the rival.
    private List<Result> compare(List<Race> all) throws Exception {
        double[][] rates = new double[all.size()][rounds];
        for (Race race : all) {
            aSecond(race.threads, warmUpNanos, race.work);
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < all.size(); i++) {
                int turn = (i + round) % all.size();
                Race race = all.get(turn);
                rates[turn][round] = aSecond(race.threads, roundNanos, race.work);
            }
        }
        List<Result> results = new ArrayList<>();
        for (int i = 0; i < all.size() - 1; i++) {
            results.add(result(rates[i], rates[all.size() - 1]));
        }
        return results;
    }

    /** Puts figures of the same rounds together. */
    public static Result result(double[] rates, double[] rivals) {
        double[] ratios = new double[rates.length];
        Arrays.setAll(ratios, i -> rates[i] / rivals[i]);
        Arrays.sort(ratios);
        return new Result(BenchTable.median(rates), ratios);
    }

    /** Times a work in so many threads at once. */
    public static double aSecond(int threads, long nanos, Work work) throws Exception {
        CountDownLatch ready = new CountDownLatch(threads);
        CountDownLatch go = new CountDownLatch(1);
        List<FutureTask<Long>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            FutureTask<Long> task = new FutureTask<>(() -> {
                ready.countDown();
                go.await();
                return times(thread, System.nanoTime() + nanos, work);
            });
            new Thread(task).start();
            all.add(task);
        }
        ready.await();
        long start = System.nanoTime();
        go.countDown();
        long done = 0;
        for (FutureTask<Long> task : all) {
            done += task.get();
        }
        return done * 1e9 / (System.nanoTime() - start);
    }

    private static long times(int thread, long end, Work work) throws Exception {
        long count = 0;
        while (System.nanoTime() < end) {
            work.run(thread);
            count++;
        }
        return count;
    }
}
