package vaas.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.Closeable;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The text format of Prometheus, version 0.0.4. */
public @Timeout(60)
class MetricsTest {
    private static final Pattern SAMPLE = Pattern.compile("([a-z_]+)(\\{[a-z_]+=\"[^\"\\\\\n]*\""
            + "(?:,[a-z_]+=\"[^\"\\\\\n]*\")*\\})? (-?[0-9]+(?:\\.[0-9]+(?:E-?[0-9]+)?)?)");

    private final Metrics metrics = new Metrics();

    /**
     * Asserts that a text is what Prometheus reads: each family once, help and type before its
     * samples, no sample twice.
     */
    public static void assertValid(String text) {
        assertTrue(text.isEmpty() || text.endsWith("\n"));
        Set<String> families = new HashSet<>();
        Set<String> samples = new HashSet<>();
        String family = "";
        String helped = "";
        for (String line : text.lines().toList()) {
            String[] words = line.split(" ", 4);
            if (line.startsWith("# HELP ")) {
                helped = words[2];
                assertTrue(families.add(helped), "only one " + line);
                assertFalse(words[3].isBlank(), line);
            } else if (line.startsWith("# TYPE ")) {
                family = words[2];
                assertEquals(helped, family, "help comes first");
                assertTrue(Set.of("counter", "gauge", "histogram").contains(words[3]), line);
            } else {
                Matcher sample = SAMPLE.matcher(line);
                assertTrue(sample.matches(), line);
                assertTrue(sample.group(1).equals(family) || sample.group(1)
                        .matches(family + "_(bucket|sum|count)"), line + " is under " + family);
                assertTrue(samples.add(line.substring(0, line.lastIndexOf(' '))), line);
            }
        }
    }

    @Test
    void familiesComeInTheOrderOfTheirNamesEachWithHelpAndTypeOnce() {
        metrics.counter("b_total", "Two of them.", "x", "2").increment();
        metrics.counter("b_total", "Two of them.", "x", "1").add(7);
        metrics.gauge("a", "How many.", () -> 5);
        assertEquals("""
                # HELP a How many.
                # TYPE a gauge
                a 5
                # HELP b_total Two of them.
                # TYPE b_total counter
                b_total{x="1"} 7
                b_total{x="2"} 1
                """, metrics.text());
    }

    @Test
    void everyKindIsValidTogether() {
        metrics.counter("b_total", "Help.", "x", "1", "y", "/a-b").increment();
        metrics.histogram("c_seconds", "Help.").record(1);
        metrics.histogram("c_seconds", "Help.", "x", "1").record(Long.MAX_VALUE);
        metrics.gauge("d", "Help.", () -> Long.MAX_VALUE);
        assertValid(metrics.text());
        assertEquals("", new Metrics().text());
    }

    @Test
    void theSameNameAndLabelsAreTheSameMetric() {
        Counter one = metrics.counter("b_total", "Help.", "x", "1", "y", "2");
        assertSame(one, metrics.counter("b_total", "Help.", "x", "1", "y", "2"));
        assertNotSame(one, metrics.counter("b_total", "Help.", "x", "1", "y", "3"));
        assertNotSame(one, metrics.counter("b_total", "Help."));
        Histogram histogram = metrics.histogram("c_seconds", "Help.");
        assertSame(histogram, metrics.histogram("c_seconds", "Help."));
        assertNotSame(histogram, new Metrics().histogram("c_seconds", "Help."));
    }

    @Test
    void aGaugeIsAskedEachTimeAndLeftOutWhileItIsNotKnown() {
        AtomicLong value = new AtomicLong(-1);
        metrics.gauge("a", "Help.", value::get);
        List<String> head = List.of("# HELP a Help.", "# TYPE a gauge");
        assertEquals(head, metrics.text().lines().toList());
        value.set(0);
        assertTrue(metrics.text().endsWith("\na 0\n"));
        value.set(9);
        assertTrue(metrics.text().endsWith("\na 9\n"));
    }

    @Test
    void gaugesOfOneNameAddUpAndEachTakesItsShareAwayWhenClosed() throws IOException {
        Closeable two = metrics.gauge("a", "Help.", () -> 2);
        Closeable ten = metrics.gauge("a", "Help.", () -> 10);
        Closeable notKnown = metrics.gauge("a", "Help.", () -> -1);
        assertTrue(metrics.text().endsWith("\na 12\n"), "what is not known counts nothing");
        two.close();
        two.close();
        assertTrue(metrics.text().endsWith("\na 10\n"));
        ten.close();
        notKnown.close();
        assertEquals(List.of("# HELP a Help.", "# TYPE a gauge"), metrics.text().lines().toList());
    }

    @Test
    void whatAGaugeAskedIsNotKeptAliveOnceItIsClosed() throws IOException {
        WeakReference<Object> asked = gaugeOfAnObjectThatIsClosed();
        while (asked.get() != null) {
            System.gc();
        }
        assertEquals("# HELP a Help.\n# TYPE a gauge\n", metrics.text());
    }

    private WeakReference<Object> gaugeOfAnObjectThatIsClosed() throws IOException {
        AtomicLong asked = new AtomicLong(7);
        metrics.gauge("a", "Help.", asked::get).close();
        return new WeakReference<>(asked);
    }

    @Test
    void whatIsCountedAfterwardsShows() {
        Counter counter = metrics.counter("b_total", "Help.");
        assertTrue(metrics.text().endsWith("\nb_total 0\n"), "from the start");
        counter.increment();
        assertTrue(metrics.text().endsWith("\nb_total 1\n"));
    }
}
