package vaas.agent.groq;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import vaas.agent.Tool;

/** Which tools a model does not take, for an hour. Safe for concurrent use. */
final class ToolRefusals {
    /** Then it is asked again: servers are set up anew. */
    private static final long KEPT_NANOS = Duration.ofHours(1).toNanos();

    private static final Pattern PLACE = Pattern.compile("\\btools\\W{1,4}([0-9]{1,3})\\b");

    private final LongSupplier nanoTime;
    private final Map<String, Entry> byModel = new ConcurrentHashMap<>();

    private record Entry(Set<String> tools, long since) {}

    /** Knows nothing yet; the clock is as {@link System#nanoTime}. */
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
        long now = nanoTime.getAsLong();
        Entry before = byModel.put(model, new Entry(Set.copyOf(tools), now));
        return before == null || !before.tools.equals(tools) || now - before.since >= KEPT_NANOS;
    }

    /** Names of those that an error names, or tells the place of; its words in lower case. */
    static Set<String> named(String words, List<Tool> sent) {
        Set<String> names = new HashSet<>();
        for (Tool tool : sent) {
            String name = Pattern.quote(tool.name().toLowerCase(Locale.ROOT));
            // Quoted, or of more than one word: a tool may be called as any word of a sentence is.
            boolean oneWord = !tool.name().contains("_");
            if (Pattern.compile(oneWord ? "[`'\"]" + name + "[`'\"]" : "\\b" + name + "\\b")
                    .matcher(words).find()) {
                names.add(tool.name());
            }
        }
        PLACE.matcher(words).results().map(place -> Integer.parseInt(place.group(1)))
                .filter(index -> index < sent.size())
                .forEach(index -> names.add(sent.get(index).name()));
        return names;
    }
}
