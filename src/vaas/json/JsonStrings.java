package vaas.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Hands over the short strings at a few places of one JSON object as it flows by, also of objects
 * in lists. The rest is checked and skipped, never built or remembered.
 */
public final class JsonStrings {
    /** What is handed over of a longer string is its beginning. */
    static final int CHARS_MAX = 1000;

    private final Map<String, Consumer<String>> wanted;

    private JsonStrings(Map<String, Consumer<String>> wanted) {
        this.wanted = wanted;
    }

    /**
     * Reads a whole text, to its end.
     *
     * @param in UTF-8; is not closed
     * @param wanted who gets the strings at a place: names of fields from the outermost on, with a
     *     dot between them; a list between two of them counts as each of its items
     * @throws JsonException if the text is none that {@link JsonFields#read} would take
     * @throws IOException what the stream threw
     */
    public static void read(InputStream in, Map<String, Consumer<String>> wanted)
            throws JsonException, IOException {
        JsonStrings strings = new JsonStrings(wanted);
        Json.stream(in, (name, parser) -> strings.value(name, parser.nextToken(), parser));
    }

    // Recursion ends where no place begins with the path, and the parser refuses deep lists.
    private void value(String path, JsonToken token, JsonParser parser) {
        boolean leadsOn = wanted.keySet().stream().anyMatch(it -> it.startsWith(path + "."));
        if (token == JsonToken.VALUE_STRING && wanted.containsKey(path)) {
            Beginning text = new Beginning();
            parser.readString(text);
            wanted.get(path).accept(text.chars.toString());
        } else if (token == JsonToken.START_OBJECT && leadsOn) {
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                value(path + "." + parser.currentName(), parser.nextToken(), parser);
            }
        } else if (token == JsonToken.START_ARRAY && leadsOn) {
            for (JsonToken item = parser.nextToken(); item != JsonToken.END_ARRAY;
                    item = parser.nextToken()) {
                value(path, item, parser);
            }
        } else {
            parser.skipChildren();
        }
    }

    /** Keeps the beginning of what is written. */
    private static final class Beginning extends Writer {
        final StringBuilder chars = new StringBuilder();

        @Override
        public void write(char[] buffer, int offset, int length) {
            chars.append(buffer, offset, Math.min(length, CHARS_MAX - chars.length()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
