package vaas.agent.groq;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/** Which tools a model is known not to take, for an hour. Safe for concurrent use. */
final class ToolRefusals {
    /** Then it is asked again: servers are set up anew. */
    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();

    private final LongSupplier nanoTime;
    private final Map<String, Entry> byModel = new ConcurrentHashMap<>();

    private record Entry(Set<String> tools, long since) {}

    /**
     * Knows nothing yet.
     *
     * @param nanoTime as {@link System#nanoTime}
     */
    ToolRefusals(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Names of the tools to leave out. */
    Set<String> of(String model) {
        Entry entry = byModel.get(model);
        return entry == null || nanoTime.getAsLong() - entry.since >= KEPT_NANOS
                ? Set.of() : entry.tools;
    }

    /** Keeps it; false if it was known. */
    boolean remember(String model, Set<String> tools) {
        if (of(model).equals(tools)) {
            return false;
        }
        Entry before = byModel.put(model, new Entry(Set.copyOf(tools), nanoTime.getAsLong()));
        return before == null || !before.tools.equals(tools)
                || nanoTime.getAsLong() - before.since >= KEPT_NANOS;
    }
}
