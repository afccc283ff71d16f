package vaas.json;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.jr.ob.JSON;

/**
 * Strict JSON (RFC 8259): a map in, text out, for what is small or trusted; what strangers send is
 * for {@link JsonFields}. jackson-jr by itself lets text after the value, lone surrogates and
 * malformed UTF-8 pass. Stateless and safe for concurrent use.
 */
public final class Json {
    /** Deepest nesting of arrays and objects that {@link #read} accepts. */
    public static final int NESTING_MAX = 64;

    /** Most values that {@link #read} builds: an object of three bytes becomes a map of fifty. */
    public static final int VALUES_MAX = 20_000;

    /** For texts of any length, of which little is kept: remembers no key. */
    private static final JsonFactory FACTORY = JsonFactory.builder()
            // The shared table of keys could be broken for all by one text of colliding keys.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxStringLength(Integer.MAX_VALUE) // callers bound the bytes they pass
                    .build())
            // Kept buffers would be a cost of the past; a new one costs less than a request.
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build();
    private static final JsonFactory NO_KEY_TWICE = FACTORY.rebuild()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    private static final JSON JR = JSON.builder(NO_KEY_TWICE)
            .enable(JSON.Feature.WRITE_NULL_PROPERTIES)
            .build();

    private Json() {}

    /**
     * Reads one JSON object.
     *
     * @param utf8 the whole text; a byte order mark before it is skipped
     * @return its members: String, Number, Boolean, null, List or Map
     * @throws JsonException if the bytes are not UTF-8, not exactly one JSON object, nested deeper
     *     than {@link #NESTING_MAX}, of more than {@link #VALUES_MAX} values, or hold a key twice,
     *     half a surrogate pair, or a number or key of more than 1,000 characters
     */
    public static Map<String, Object> read(byte[] utf8) throws JsonException {
        return read(StrictReader.of(new ByteArrayInputStream(utf8), VALUES_MAX));
    }

    /** Reads one JSON object from text, as {@link #read(byte[])} does. */
    public static Map<String, Object> read(String text) throws JsonException {
        return read(text, VALUES_MAX);
    }

    public static Map<String, Object> read(String text, long valuesMax) throws JsonException {
        return read(new StrictReader(new StringReader(text), valuesMax));
    }

    /** An object to be written, of names and values by turns, in their order; it may grow. */
    public static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return object;
    }

    /** Writes an object in UTF-8; see {@link #text}. */
    public static byte[] write(Map<String, ?> object) {
        return text(object).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes an object compactly, keys in the map's own order, nulls included.
     *
     * @param object values of the kinds that {@link #read} returns; no half surrogate pairs
     */
    public static String text(Map<String, ?> object) {
        try {
            return JR.asString(object);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not writable as JSON", e);
        }
    }

    /** The text of a JSON string that is known to be one. */
    static String unquote(byte[] utf8, int offset, int length) {
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), utf8, offset, length)) {
            parser.nextToken();
            return parser.getString();
        }
    }

    /** Whether text can be written as UTF-8 and read back unchanged: no half surrogate pairs. */
    public static boolean isWellFormed(CharSequence text) {
        boolean high = false; // of every text that is stored: no stream
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (high != Character.isLowSurrogate(c)) {
                return false;
            }
            high = Character.isHighSurrogate(c);
        }
        return !high;
    }

    private static Map<String, Object> read(StrictReader text) throws JsonException {
        Map<String, Object> object = new LinkedHashMap<>();
        try {
            stream(NO_KEY_TWICE, text,
                    (name, parser) -> object.put(name, JR.anyFrom(parser)));
            return object;
        } catch (JsonException e) {
            throw e;
        } catch (IOException e) {
            throw new AssertionError("what is in memory can be read", e);
        }
    }

    @FunctionalInterface
    interface Members {
        /** Reads or skips the whole value, whose first token is the parser's. */
        void read(String name, JsonParser parser) throws IOException;
    }

    /** Shows the members of one object, of any length, as it flows by. */
    static void stream(InputStream utf8, Members members) throws IOException {
        stream(FACTORY, StrictReader.of(utf8, Long.MAX_VALUE), members);
    }

    private static void stream(JsonFactory factory, StrictReader text, Members members)
            throws IOException {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), text)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw new JsonException("it is empty or incomplete");
            } else if (first != JsonToken.START_OBJECT) {
                parser.skipChildren();
                requireEnd(parser);
                throw new JsonException("it is not an object", true);
            }
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                parser.nextToken();
                members.read(name, parser);
            }
            requireEnd(parser);
        } catch (JacksonException e) {
            throw reason(e);
        }
    }

    private static void requireEnd(JsonParser parser) throws JsonException {
        if (parser.nextToken() != null) {
            throw new JsonException("there is more text after the value");
        }
    }

    /**
     * What a parser's failure says of the text.
     *
     * @throws IOException what reading the text, or writing what was read, threw
     */
    private static JsonException reason(JacksonException failure) throws IOException {
        if (failure instanceof JacksonIOException outside) {
            throw outside.getCause() instanceof CharacterCodingException
                    ? new JsonException("it is not valid UTF-8") : outside.getCause();
        } else if (failure instanceof StreamConstraintsException) {
            return StrictReader.tooMuch();
        }
        return new JsonException("it is malformed" + place(failure.getLocation()));
    }

    // The parser's own message quotes the text; only the place may be passed on.
    private static String place(TokenStreamLocation where) {
        return where == null || where.getLineNr() < 1 ? ""
                : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
    }
}
