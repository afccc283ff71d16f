package vaas.agent;

import java.io.IOException;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
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
        Words words = new Words(call.arguments().get("words") instanceof String text
                ? text.substring(0, Math.min(text.length(), WORDS_CHARS_MAX)) : "");
        if (words.isEmpty()) {
            return Tool.Result.of("Error: give at least one word in 'words'.");
        }
        Search search = new Search(words, call);
        try (Stream<MemoryRecord> records = call.conversation().memory().all()) {
            search.read(records.iterator());
        }
        return Tool.Result.of(search.result());
    }

    /** One search. Used by one thread. */
    private static final class Search {
        private final Words words;
        private final Set<UUID> shown;
        private final Deadline end;
        private final PriorityQueue<Hit> best = new PriorityQueue<>(Hit.WORST_FIRST);
        private boolean inTime = true;

        Search(Words words, Tool.Call call) {
            this.words = words;
            this.shown = call.history().stream().map(MemoryRecord::messageId)
                    .collect(Collectors.toSet());
            this.end = Deadline.after(call.remaining().dividedBy(2)); // the model needs some, too
        }

        void read(Iterator<MemoryRecord> records) {
            for (int place = 0; inTime && records.hasNext(); place++) {
                MemoryRecord record = records.next();
                inTime = !end.hasPassed() && !Thread.currentThread().isInterrupted();
                if (inTime && !shown.contains(record.messageId())) {
                    add(record, place);
                }
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

        private void add(MemoryRecord record, int place) {
            String content = record.content();
            Words.Find find = words.in(content);
            if (find.score > 0) {
                best.add(new Hit(find.score, place, excerpt(record, content, find.place)));
            }
            if (best.size() > EXCERPTS_MAX) {
                best.remove();
            }
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

    /** A message found; its excerpt is one line: when, who, and what is around the first word. */
    private record Hit(int score, int place, String excerpt) {
        static final Comparator<Hit> WORST_FIRST =
                Comparator.comparingInt(Hit::score).thenComparingInt(Hit::place);
    }
}
