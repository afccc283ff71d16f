package vaas.agent;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;

/**
 * The tool {@code search_memory}: finds older messages, those that are no longer in the prompt, by
 * the words in them. Reads the whole memory as a stream; holds five messages at a time.
 */
public final class SearchMemory {
    /** The tool's name. */
    public static final String NAME = "search_memory";

    private static final int EXCERPTS_MAX = 5;
    private static final int EXCERPT_CHARS = 200;
    private static final int WORDS_MAX = 16;

    private final Memory memory;
    private final int windowRecords;

    private SearchMemory(Memory memory, int windowRecords) {
        this.memory = memory;
        this.windowRecords = windowRecords;
    }

    /**
     * Makes the tool.
     *
     * @param memory where to search
     * @param windowRecords how many of the newest records are in the prompt anyway
     * @return the tool
     */
    public static Tool tool(Memory memory, int windowRecords) {
        Map<String, Object> words = Map.of("type", "string",
                "description", "words that the message held, separated by spaces");
        return new Tool(NAME,
                "Search older messages of this conversation, which are not shown here any more.",
                Map.of("type", "object", "properties", Map.of("words", words),
                        "required", List.of("words")),
                new SearchMemory(memory, windowRecords)::call);
    }

    private Tool.Result call(Map<String, Object> arguments, Question question)
            throws IOException {
        List<Pattern> words =
                arguments.get("words") instanceof String text ? words(text) : List.of();
        if (words.isEmpty()) {
            return Tool.Result.of("Error: give at least one word in 'words'.");
        }
        List<Hit> hits = search(words);
        return Tool.Result.of(hits.isEmpty() ? "No older message has any of these words."
                : hits.stream().map(hit -> hit.excerpt(words)).collect(Collectors.joining("\n")));
    }

    // Patterns, because a text in lower case may be longer than the text itself.
    private static List<Pattern> words(String text) {
        return Stream.of(text.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty()).distinct().limit(WORDS_MAX)
                .map(word -> Pattern.compile(Pattern.quote(word),
                        Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE))
                .toList();
    }

    private List<Hit> search(List<Pattern> words) throws IOException {
        PriorityQueue<Hit> best = new PriorityQueue<>(Hit.WORST_FIRST);
        Predicate<MemoryRecord> older = older();
        try (Stream<MemoryRecord> records = memory.all()) {
            records.takeWhile(older).forEach(it -> {
                Hit hit = Hit.of(it, words);
                if (hit.score > 0) {
                    best.add(hit);
                }
                if (best.size() > EXCERPTS_MAX) {
                    best.remove();
                }
            });
        }
        return best.stream().sorted(Hit.WORST_FIRST.reversed()).toList();
    }

    private Predicate<MemoryRecord> older() throws IOException {
        List<MemoryRecord> window = memory.latest(windowRecords).records();
        if (window.isEmpty()) {
            return any -> windowRecords < 2; // nothing is shown, or there is nothing
        }
        UUID oldestShown = window.get(0).messageId();
        return it -> it.messageId().compareTo(oldestShown) < 0;
    }

    /** A message with the number of words that it holds. */
    private record Hit(MemoryRecord found, int score) {
        static final Comparator<Hit> WORST_FIRST = Comparator.comparingInt(Hit::score)
                .thenComparing(hit -> hit.found.messageId());

        static Hit of(MemoryRecord found, List<Pattern> words) {
            return new Hit(found, (int) words.stream()
                    .filter(word -> word.matcher(found.content()).find()).count());
        }

        /** One line: when, who, and the text around the first word found. */
        String excerpt(List<Pattern> words) {
            String content = found.content();
            int at = words.stream().map(word -> word.matcher(content)).filter(Matcher::find)
                    .mapToInt(Matcher::start).min().orElse(0);
            int start = Math.max(0, at - EXCERPT_CHARS / 4);
            int end = Math.min(content.length(), start + EXCERPT_CHARS);
            start -= isInsidePair(content, start) ? 1 : 0;
            end -= isInsidePair(content, end) ? 1 : 0;
            return found.timestamp() + " " + found.role().wireName() + ": "
                    + (start > 0 ? "..." : "")
                    + content.substring(start, end).replaceAll("\\s+", " ")
                    + (end < content.length() ? "..." : "");
        }

        private static boolean isInsidePair(String text, int at) {
            return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at));
        }
    }
}
