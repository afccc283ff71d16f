package vaas.json;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * A few known fields of one JSON object from a stranger. The rest is checked and skipped as it
 * flows by, never built or remembered, so that a body costs what its known strings cost, and some
 * 30 KiB while it is read. Immutable and safe for concurrent use.
 */
public final class JsonFields {
    private static final Object MISTYPED = new Object();

    private final Set<String> strings;
    private final Set<String> flags;
    /** Of known fields that are there: JsonString, Boolean, null or {@link #MISTYPED}. */
    private final Map<String, Object> values = new HashMap<>();

    /** Is asked before room is made for bytes of a known string. */
    @FunctionalInterface
    public interface Charge {
        /**
         * Allows so many bytes more, or refuses them.
         *
         * @param bytes 256 to 64 Ki. For a string of n bytes as JSON, together some 2 n + 256, or
         *     n + 64 Ki if that is less. It costs n more when its end is reached, and n in all
         *     when the reading is over
         * @throws IOException to end the reading; reaches the caller as it is
         */
        void take(long bytes) throws IOException;
    }

    private JsonFields(Set<String> strings, Set<String> flags) {
        this.strings = strings;
        this.flags = flags;
    }

    /**
     * Reads a whole text, to its end.
     *
     * @param in UTF-8, a byte order mark before it is skipped; is not closed
     * @param strings names of fields that hold a string or null
     * @param flags names of fields that hold a boolean or null; none of those in strings
     * @throws JsonException if the bytes are not UTF-8 or not exactly one JSON object, nested
     *     deeper than {@link Json#NESTING_MAX}, hold half a surrogate pair or a number or key of
     *     more than 1,000 characters anywhere, or a known field twice
     * @throws IOException what the stream or the charge threw
     */
    public static JsonFields read(InputStream in, Set<String> strings, Set<String> flags,
            Charge charge) throws JsonException, IOException {
        JsonFields fields = new JsonFields(strings, flags);
        Json.stream(in, (name, parser) -> fields.readField(name, parser, charge));
        return fields;
    }

    /**
     * The string of a field that was asked for; empty if it is absent or null.
     *
     * @throws IllegalStateException if it is mistyped
     */
    public Optional<JsonString> string(String name) {
        return Optional.ofNullable((JsonString) value(name, strings));
    }

    /** The same for a boolean. */
    public Optional<Boolean> flag(String name) {
        return Optional.ofNullable((Boolean) value(name, flags));
    }

    /** Tells whether a known field is there, be it null. */
    public boolean isPresent(String name) {
        return values.containsKey(name);
    }

    /** Tells whether a known field holds neither null nor a value of its type. */
    public boolean isMistyped(String name) {
        return values.get(name) == MISTYPED;
    }

    private Object value(String name, Set<String> known) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException("not asked for: " + name);
        } else if (isMistyped(name)) {
            throw new IllegalStateException("mistyped: " + name);
        }
        return values.get(name);
    }

    private void readField(String name, JsonParser parser, Charge charge) throws JsonException {
        JsonToken token = parser.currentToken();
        boolean isString = strings.contains(name);
        if (!isString && !flags.contains(name)) {
            parser.skipChildren();
            return;
        } else if (isPresent(name)) {
            throw new JsonException("it has the field " + name + " twice");
        }
        values.put(name, token == JsonToken.VALUE_NULL ? null : MISTYPED);
        if (isString && token == JsonToken.VALUE_STRING) {
            StringCollector text = new StringCollector(charge);
            parser.readString(text);
            values.put(name, text.string());
        } else if (!isString && token.isBoolean()) {
            values.put(name, token == JsonToken.VALUE_TRUE);
        } else {
            parser.skipChildren();
        }
    }
}
