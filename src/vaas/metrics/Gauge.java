package vaas.metrics;

import java.io.Closeable;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;

/** The sum of what several parts say when they are asked. */
final class Gauge implements Metric {
    private final List<LongSupplier> values = new CopyOnWriteArrayList<>();

    /** Asks one more, until that is closed. */
    Closeable add(LongSupplier value) {
        values.add(value);
        return () -> values.remove(value);
    }

    @Override
    public void write(StringBuilder out, String name, String labels) {
        long[] known = values.stream().mapToLong(LongSupplier::getAsLong).filter(it -> it >= 0)
                .toArray();
        if (known.length > 0) {
            long sum = 0;
            for (long value : known) {
                sum += value;
            }
            Metric.sample(out, name, labels, Long.toString(sum));
        }
    }
}
