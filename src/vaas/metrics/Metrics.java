package vaas.metrics;

import java.io.Closeable;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * All that a server counts and times, written in the text format of Prometheus (version 0.0.4).
 * Asking for the same name and labels again gives the same metric. Safe for concurrent use.
 */
public final class Metrics {
    /** Media type of {@link #text}. */
    public static final String MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final Map<String, Family> families = new ConcurrentSkipListMap<>();

    public Metrics() {}

    private record Family(String type, String help, Map<String, Metric> byLabels) {}

    /** The sum of what several parts say when they are asked. */
    private record Gauge(List<LongSupplier> values) implements Metric {
        @Override
        public void write(StringBuilder out, String name, String labels) {
            LongSummaryStatistics known = values.stream().mapToLong(LongSupplier::getAsLong)
                    .filter(it -> it >= 0).summaryStatistics();
            if (known.getCount() > 0) {
                Metric.sample(out, name, labels, Long.toString(known.getSum()));
            }
        }
    }

    /**
     * A counter.
     *
     * @param name ends in _total
     * @param help one line
     * @param labels names and values by turns; few values, and none from outside
     */
    public Counter counter(String name, String help, String... labels) {
        return (Counter) metric(name, "counter", help, labels, Counter::new);
    }

    /** A histogram of durations; its name ends in _seconds, the rest is as for a counter. */
    public Histogram histogram(String name, String help, String... labels) {
        return (Histogram) metric(name, "histogram", help, labels, Histogram::new);
    }

    /**
     * A number that is asked for whenever the metrics are written. Several of one name are added
     * up: two memories are larger than one.
     *
     * @param value asks; a negative answer is left out as not known
     * @return ends the asking, so that what is closed is neither counted nor kept alive
     */
    public Closeable gauge(String name, String help, LongSupplier value) {
        Gauge gauge = (Gauge) metric(name, "gauge", help, new String[0],
                () -> new Gauge(new CopyOnWriteArrayList<>()));
        gauge.values.add(value);
        return () -> gauge.values.remove(value);
    }

    /** Everything as it is now: families in the order of their names, with help and type. */
    public String text() {
        StringBuilder out = new StringBuilder();
        families.forEach((name, family) -> {
            out.append("# HELP ").append(name).append(' ').append(family.help).append('\n');
            out.append("# TYPE ").append(name).append(' ').append(family.type).append('\n');
            family.byLabels.forEach((labels, metric) -> metric.write(out, name, labels));
        });
        return out.toString();
    }

    private Metric metric(String name, String type, String help, String[] labels,
            Supplier<Metric> make) {
        return families
                .computeIfAbsent(name, it -> new Family(type, help, new ConcurrentSkipListMap<>()))
                .byLabels.computeIfAbsent(labels(labels), it -> make.get());
    }

    private static String labels(String[] namesAndValues) {
        StringBuilder labels = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            labels.append(i == 0 ? "" : ",").append(namesAndValues[i]).append("=\"")
                    .append(namesAndValues[i + 1]).append('"');
        }
        return labels.toString();
    }
}
