package vaas.metrics;

/** One time series, or the few that make up a histogram. */
interface Metric {
    /** Writes its samples; labels are like {@code a="b",c="d"}, or empty. */
    void write(StringBuilder out, String name, String labels);

    static void sample(StringBuilder out, String name, String labels, String value) {
        out.append(name);
        if (!labels.isEmpty()) {
            out.append('{').append(labels).append('}');
        }
        out.append(' ').append(value).append('\n');
    }
}
