package vaas.metrics;

import java.io.Closeable;
import java.util.List;
import java.util.LongSummaryStatistics;
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
        LongSummaryStatistics known = values.stream().mapToLong(LongSupplier::getAsLong)
                .filter(it -> it >= 0).summaryStatistics();
        if (known.getCount() > 0) {
            Metric.sample(out, name, labels, Long.toString(known.getSum()));
        }
    }
}
