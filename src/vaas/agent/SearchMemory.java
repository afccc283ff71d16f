package vaas.agent;

import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.memory.MemoryRecord;

/**
 * The tool {@code search_memory}: finds older messages, those that are not in the prompt, by the
 * words in them. Reads the whole memory as a stream, for half of the time that is left at most;
 * holds five excerpts.
 */
public final class SearchMemory {
    /** The tool's name. */
    public static final String NAME = "search_memory";

    private static final int EXCERPTS_MAX = 5;
    private static final int EXCERPT_CHARS = 200;
    private static final int WORDS_MAX = 16;
    /** Longer than any word that people write; of a longer one its beginning is searched for. */
    private static final int WORD_CHARS_MAX = 64;
    /** Of what the model wrote; the rest is not looked at. */
    private static final int WORDS_CHARS_MAX = 8192;

    private SearchMemory() {}

    /** Makes the tool, which searches the conversation in which it is called. */
    public static Tool tool() {
        Map<String, Object> words = Map.of("type", "string",
                "description", "words that the message held, separated by spaces");
        return new Tool(NAME,
                "Search older messages of this conversation, which are not shown here any more.",
                Map.of("type", "object", "properties", Map.of("words", words),
                        "required", List.of("words")),
                SearchMemory::call);
    }

    private static Tool.Result call(Tool.Call call) throws IOException {
        List<Word> words =
                call.arguments().get("words") instanceof String text ? words(text) : List.of();
        if (words.isEmpty()) {
            return Tool.Result.of("Error: give at least one word in 'words'.");
        }
        Search search = new Search(words, call);
        try (Stream<MemoryRecord> records = call.conversation().memory().all()) {
            search.read(records.iterator());
        }
        return Tool.Result.of(search.result());
    }

    private static List<Word> words(String text) {
        String start = text.substring(0, Math.min(text.length(), WORDS_CHARS_MAX));
        return Stream.of(start.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}]+"))
                .map(word -> word.substring(0, Math.min(word.length(), WORD_CHARS_MAX)))
                .filter(word -> !word.isEmpty()).distinct().limit(WORDS_MAX)
                .map(Word::new).toList();
    }

    /** One search. Used by one thread. */
    private static final class Search {
        private final List<Word> words;
        private final List<MemoryRecord> shown;
        private final Deadline end;
        private final PriorityQueue<Hit> best = new PriorityQueue<>(Hit.WORST_FIRST);
        private boolean inTime = true;

        Search(List<Word> words, Tool.Call call) {
            this.words = words;
            this.shown = call.history();
            this.end = Deadline.after(call.remaining().dividedBy(2)); // the model needs some, too
        }

        void read(Iterator<MemoryRecord> records) {
            while (records.hasNext()) {
                MemoryRecord record = records.next();
                inTime = !end.hasPassed() && !Thread.currentThread().isInterrupted();
                if (!inTime || isShown(record)) {
                    return;
                }
                Hit.of(record, words).ifPresent(this::add);
            }
        }

        String result() {
            String excerpts = best.stream().sorted(Hit.WORST_FIRST.reversed()).map(Hit::excerpt)
                    .collect(Collectors.joining("\n"));
            if (inTime) {
                return excerpts.isEmpty() ? "No older message has any of these words." : excerpts;
            }
            return (excerpts.isEmpty() ? "" : excerpts + "\n")
                    + "There was no time to search all older messages.";
        }

        private boolean isShown(MemoryRecord record) {
            return !shown.isEmpty()
                    && record.messageId().compareTo(shown.get(0).messageId()) >= 0;
        }

        private void add(Hit hit) {
            best.add(hit);
            if (best.size() > EXCERPTS_MAX) {
                best.remove();
            }
        }
    }

    /**
     * A message that was found.
     *
     * @param score the number of words that it holds
     * @param excerpt one line: when, who, and the text around the first word found
     */
    private record Hit(UUID messageId, int score, String excerpt) {
        static final Comparator<Hit> WORST_FIRST =
                Comparator.comparingInt(Hit::score).thenComparing(Hit::messageId);

        static Optional<Hit> of(MemoryRecord record, List<Word> words) {
            String content = record.content();
            int[] places = words.stream().mapToInt(word -> word.indexIn(content))
                    .filter(place -> place >= 0).toArray();
            return places.length == 0 ? Optional.empty() : Optional.of(
                    new Hit(record.messageId(), places.length, excerpt(record, content,
                            Arrays.stream(places).min().getAsInt())));
        }

        private static String excerpt(MemoryRecord record, String content, int at) {
            int start = Math.max(0, at - EXCERPT_CHARS / 4);
            int end = Math.min(content.length(), start + EXCERPT_CHARS);
            start -= isInsidePair(content, start) ? 1 : 0;
            end -= isInsidePair(content, end) ? 1 : 0;
            return record.timestamp() + " " + record.role().wireName() + ": "
                    + (start > 0 ? "..." : "")
                    + content.substring(start, end).replaceAll("\\s+", " ")
                    + (end < content.length() ? "..." : "");
        }

        private static boolean isInsidePair(String text, int at) {
            return at > 0 && at < text.length() && Character.isLowSurrogate(text.charAt(at));
        }
    }
}
