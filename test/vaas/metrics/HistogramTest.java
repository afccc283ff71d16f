package vaas.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramTest {
    private final Histogram histogram = new Histogram();

    private List<String> lines(String labels) {
        StringBuilder out = new StringBuilder();
        histogram.write(out, "t_seconds", labels);
        return out.toString().lines().toList();
    }

    /** The count of the bucket up to a bound, as it is written. */
    private String upTo(String bound) {
        String start = "t_seconds_bucket{le=\"" + bound + "\"} ";
        return lines("").stream().filter(line -> line.startsWith(start))
                .map(line -> line.substring(start.length())).findFirst().orElse("none");
    }

    @Test
    void aDurationAtABoundCountsInItsBucketAndOnePastItInTheNext() {
        histogram.record(2_500_000);
        assertEquals("0", upTo("0.001"));
        assertEquals("1", upTo("0.0025"));
        histogram.record(2_500_001);
        assertEquals("1", upTo("0.0025"));
        assertEquals("2", upTo("0.005"));
    }

    @Test
    void bucketsAreCumulative() {
        for (long nanos : new long[] {0, 100_000, 1_000_000, 2_000_000_000L}) {
            histogram.record(nanos);
        }
        assertEquals(List.of("2", "3", "3", "4", "4", "4"), List.of(upTo("0.0001"), upTo("0.001"),
                upTo("1"), upTo("2.5"), upTo("100"), upTo("+Inf")));
        long before = 0;
        for (String line : lines("").subList(0, 20)) {
            long count = Long.parseLong(line.substring(line.indexOf(' ') + 1));
            assertTrue(count >= before, line);
            before = count;
        }
    }

    @Test
    void boundsAndSumArePlainDecimals() {
        histogram.record(100);
        String text = String.join("\n", lines(""));
        assertTrue(text.contains("le=\"0.0001\"") && text.contains("le=\"0.00025\"")
                && text.contains("le=\"1\"") && text.contains("le=\"100\"")
                && text.contains("_sum 0.0000001\n"), text);
    }

    @Test
    void whatIsLongerThanAllBoundsCountsInTheLast() {
        histogram.record(100_000_000_001L);
        histogram.record(Long.MAX_VALUE / 4);
        assertEquals("0", upTo("100"));
        assertEquals("2", upTo("+Inf"));
    }

    @Test
    void sumAndCountAreOfAll() {
        histogram.record(500_000_000);
        histogram.record(1_250_000_000);
        List<String> lines = lines("a=\"b\"");
        assertEquals(List.of("t_seconds_bucket{a=\"b\",le=\"+Inf\"} 2",
                "t_seconds_sum{a=\"b\"} 1.75", "t_seconds_count{a=\"b\"} 2"),
                lines.subList(19, 22));
        assertEquals(22, lines.size());
    }

    @Test
    void timePassedSinceAMomentIsCounted() {
        histogram.since(System.nanoTime() - 60_000_000_000L);
        assertEquals("0", upTo("50"));
        assertEquals("1", upTo("+Inf"));
    }
}
