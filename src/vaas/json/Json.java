package vaas.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.jr.ob.JSON;
import tools.jackson.jr.ob.JSONObjectException;

/**
 * Strict JSON (RFC 8259): a map in, text out. The only user of jackson-jr, which by itself lets
 * text after the value, lone surrogates and malformed UTF-8 pass. Stateless and safe for
 * concurrent use.
 */
public final class Json {
    /** Deepest nesting of arrays and objects that {@link #read} accepts. */
    public static final int NESTING_MAX = 64;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            // The shared table of keys could be broken for all by one text of colliding keys.
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxStringLength(Integer.MAX_VALUE) // callers bound the bytes they pass
                    .build())
            .build();
    private static final JSON JR =
            JSON.builder(FACTORY).enable(JSON.Feature.WRITE_NULL_PROPERTIES).build();

    private Json() {}

    /**
     * Reads one JSON object.
     *
     * @param utf8 the whole text, no byte order mark
     * @return its members: String, Number, Boolean, null, List or Map
     * @throws JsonException if the bytes are not UTF-8, not exactly one JSON object, nested deeper
     *     than {@link #NESTING_MAX}, hold a key twice, or hold half a surrogate pair
     */
    public static Map<String, Object> read(byte[] utf8) throws JsonException {
        return read(decode(utf8));
    }

    /**
     * Reads one JSON object from text; see {@link #read(byte[])}.
     *
     * @param text the whole text
     * @return its members
     * @throws JsonException as {@link #read(byte[])} does
     */
    public static Map<String, Object> read(String text) throws JsonException {
        Object value = parse(text);
        checkSurrogates(value);
        if (!(value instanceof Map<?, ?>)) {
            throw new JsonException("it is not an object", true);
        }
        @SuppressWarnings("unchecked") // a JSON object has string keys only
        Map<String, Object> object = (Map<String, Object>) value;
        return object;
    }

    /**
     * Writes an object compactly, keys in the map's own order, nulls included.
     *
     * @param object values of the kinds that {@link #read} returns; no half surrogate pairs
     * @return UTF-8
     */
    public static byte[] write(Map<String, ?> object) {
        return text(object).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Writes an object as text; see {@link #write}.
     *
     * @param object the members
     * @return the JSON text
     */
    public static String text(Map<String, ?> object) {
        try {
            return JR.asString(object);
        } catch (JacksonException e) {
            throw new IllegalArgumentException("not writable as JSON", e);
        }
    }

    /**
     * Writes one string.
     *
     * @param text without half surrogate pairs
     * @return the JSON string in UTF-8, quotes included; as in {@link JsonString#of}
     */
    public static byte[] quote(String text) {
        return JsonString.quote(text);
    }

    /** The text of a JSON string that is known to be one. */
    static String unquote(byte[] utf8, int offset, int length) {
        try (JsonParser parser =
                FACTORY.createParser(ObjectReadContext.empty(), utf8, offset, length)) {
            parser.nextToken();
            return parser.getString();
        }
    }

    /**
     * Tells whether text can be written as UTF-8 and read back unchanged.
     *
     * @param text any text
     * @return false if it holds half a surrogate pair
     */
    public static boolean isWellFormed(CharSequence text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c) && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    // Decoded here because a parser given bytes guesses among five encodings and replaces errors.
    private static String decode(byte[] utf8) throws JsonException {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
        } catch (CharacterCodingException e) {
            throw new JsonException("it is not valid UTF-8");
        }
    }

    private static Object parse(String text) throws JsonException {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
            Object value = JR.anyFrom(parser);
            if (parser.nextToken() != null) {
                throw new JsonException("there is more text after the value");
            }
            return value;
        } catch (StreamConstraintsException e) {
            throw new JsonException("it is nested deeper than " + NESTING_MAX
                    + ", or has a number or key that is too long");
        } catch (JSONObjectException e) {
            throw new JsonException("it is empty or incomplete");
        } catch (JacksonException e) {
            throw new JsonException("it is malformed" + place(e.getLocation()));
        }
    }

    // The parser's own message quotes the text; only the place may be passed on.
    private static String place(TokenStreamLocation where) {
        return where == null || where.getLineNr() < 1 ? ""
                : " at line " + where.getLineNr() + ", column " + where.getColumnNr();
    }

    // Recursion is bounded: the parser has refused deeper nesting than NESTING_MAX.
    private static void checkSurrogates(Object value) throws JsonException {
        if (value instanceof String text && !isWellFormed(text)) {
            throw new JsonException("it holds half a surrogate pair");
        } else if (value instanceof Collection<?> list) {
            for (Object item : list) {
                checkSurrogates(item);
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                checkSurrogates(entry.getKey());
                checkSurrogates(entry.getValue());
            }
        }
    }
}
