package vaas.metrics;

import java.util.concurrent.atomic.LongAdder;

/** A number that only rises. Safe for concurrent use and cheap under contention. */
public final class Counter implements Metric {
    private final LongAdder value = new LongAdder();

    Counter() {}

    public void increment() {
        value.increment();
    }

    /** Counts several, at least 0. */
    public void add(long count) {
        value.add(count);
    }

    long count() {
        return value.sum();
    }

    @Override
    public void write(StringBuilder out, String name, String labels) {
        Metric.sample(out, name, labels, Long.toString(count()));
    }
}
