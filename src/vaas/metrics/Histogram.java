package vaas.metrics;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/** Durations, counted in buckets from 100 microseconds to 100 seconds. Safe for concurrent use. */
public final class Histogram implements Metric {
    /** Upper bounds in microseconds, 1 - 2.5 - 5 a decade; a last bucket takes what is longer. */
    private static final long[] BOUNDS_MICROS = {
        100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
        1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000};

    private final LongAdder[] buckets = new LongAdder[BOUNDS_MICROS.length + 1];
    private final LongAdder nanosSum = new LongAdder();

    Histogram() {
        Arrays.setAll(buckets, i -> new LongAdder());
    }

    /** Counts what has passed since a moment of {@link System#nanoTime}. */
    public void since(long startNanos) {
        record(System.nanoTime() - startNanos);
    }

    /** Counts a duration of at least 0. */
    public void record(long nanos) {
        int bucket = 0;
        while (bucket < BOUNDS_MICROS.length && nanos > BOUNDS_MICROS[bucket] * 1000) {
            bucket++;
        }
        buckets[bucket].increment();
        nanosSum.add(nanos);
    }

    @Override
    public void write(StringBuilder out, String name, String labels) {
        String before = labels.isEmpty() ? "" : labels + ",";
        long count = 0;
        for (int i = 0; i < BOUNDS_MICROS.length; i++) {
            count += buckets[i].sum();
            Metric.sample(out, name + "_bucket",
                    before + "le=\"" + decimal(BOUNDS_MICROS[i], 6) + "\"",
                    Long.toString(count));
        }
        count += buckets[BOUNDS_MICROS.length].sum();
        Metric.sample(out, name + "_bucket", before + "le=\"+Inf\"", Long.toString(count));
        Metric.sample(out, name + "_sum", labels, decimal(nanosSum.sum(), 9));
        Metric.sample(out, name + "_count", labels, Long.toString(count));
    }

    /** A part of seconds as a plain decimal: what reads buckets compares them as text. */
    private static String decimal(long parts, int digits) {
        return BigDecimal.valueOf(parts, digits).stripTrailingZeros().toPlainString();
    }
}
