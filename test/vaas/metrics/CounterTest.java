package vaas.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import vaas.testing.Together;

class CounterTest {
    private final Counter counter = new Counter();

    private String written(String labels) {
        StringBuilder out = new StringBuilder();
        counter.write(out, "seen_total", labels);
        return out.toString();
    }

    @Test
    void itCountsFromZero() {
        assertEquals(0, counter.count());
        counter.increment();
        counter.add(41);
        counter.add(0);
        assertEquals(42, counter.count());
    }

    @Test
    void itIsWrittenAsOneWholeNumber() {
        assertEquals("seen_total 0\n", written(""));
        counter.add(12_345_678_901_234L);
        assertEquals("seen_total{a=\"b\"} 12345678901234\n", written("a=\"b\""));
    }

    @Test
    void nothingIsLostWhenManyCount() throws Exception {
        Together.run(4, thread -> {
            for (int n = 0; n < 10_000; n++) {
                counter.increment();
            }
        });
        assertEquals(40_000, counter.count());
    }
}
