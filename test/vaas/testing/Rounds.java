package vaas.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.stream.LongStream;

/**
 * How often a second works can be done, compared in many short rounds in turn: neighbours and the
 * disk's own moods then hit all alike.
 */
public final class Rounds {
    /** What one of so many threads does again and again. */
    public interface Work {
        void run(int thread) throws Exception;
    }

    /**
     * What came of a work.
     *
     * @param aSecond how often it was done
     * @param ratios that over the rival's of the same round, sorted
     * @param p99Millis what 99 of 100 took at most
     * @param p99Ratio that over the rival's
     */
    public record Result(double aSecond, double[] ratios, double p99Millis, double p99Ratio) {
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
        for (Race race : all) {
            race.run(warmUpNanos);
            race.forget();
        }
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < all.size(); i++) {
                all.get((i + round) % all.size()).run(roundNanos);
            }
        }
        Race rival = all.get(all.size() - 1);
        return all.stream().limit(all.size() - 1).map(race -> race.over(rival)).toList();
    }

    /** A work in so many threads, its rates, and what each took. */
    private static final class Race {
        private final int threads;
        private final Work work;
        private final List<Double> rates = new ArrayList<>();
        private final List<long[]> nanos = new ArrayList<>();

        Race(int threads, Work work) {
            this.threads = threads;
            this.work = work;
        }

        void forget() {
            rates.clear();
            nanos.clear();
        }

        void run(long nanosMax) throws Exception {
            CountDownLatch ready = new CountDownLatch(threads);
            CountDownLatch go = new CountDownLatch(1);
            List<FutureTask<long[]>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                int thread = i;
                FutureTask<long[]> task = new FutureTask<>(() -> {
                    ready.countDown();
                    go.await();
                    return repeat(thread, System.nanoTime() + nanosMax);
                });
                new Thread(task).start();
                all.add(task);
            }
            ready.await();
            long start = System.nanoTime();
            go.countDown();
            long done = 0;
            for (FutureTask<long[]> task : all) {
                nanos.add(task.get());
                done += task.get().length;
            }
            rates.add(done * 1e9 / (System.nanoTime() - start));
        }

        private long[] repeat(int thread, long end) throws Exception {
            LongStream.Builder each = LongStream.builder();
            for (long start = System.nanoTime(); start < end; ) {
                work.run(thread);
                long now = System.nanoTime();
                each.add(now - start);
                start = now;
            }
            return each.build().toArray();
        }

        private double p99Millis() {
            long[] sorted = nanos.stream().flatMapToLong(LongStream::of).sorted().toArray();
            return sorted[(int) (sorted.length * 0.99)] / 1e6;
        }

        Result over(Race rival) {
            double[] ratios = new double[rates.size()];
            Arrays.setAll(ratios, i -> rates.get(i) / rival.rates.get(i));
            Arrays.sort(ratios);
            return new Result(BenchTable.median(
                    rates.stream().mapToDouble(Double::doubleValue).toArray()), ratios,
                    p99Millis(), p99Millis() / rival.p99Millis());
        }
    }
}
