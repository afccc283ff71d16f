package vaas.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A JSON string in UTF-8, quotes included: what the memory file, the window and the request to the
 * model all contain, so it is there once. A stretch of an array that nobody changes any more.
 * Immutable and safe for concurrent use.
 */
public final class JsonString {
    private final byte[] bytes;
    private final int offset;
    private final int length;

    private JsonString(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.offset = offset;
        this.length = length;
    }

    /**
     * Writes a text as JSON.
     *
     * @param text well-formed UTF-16
     * @return the JSON string
     */
    public static JsonString of(String text) {
        byte[] quoted = Json.quote(text);
        return new JsonString(quoted, 0, quoted.length);
    }

    /**
     * Takes a stretch that is known to be a JSON string in UTF-8, without half surrogate pairs.
     *
     * @param bytes kept, not copied
     * @param offset of the opening quote
     * @param length up to the closing quote and with it
     * @return the JSON string
     */
    public static JsonString slice(byte[] bytes, int offset, int length) {
        assert bytes[offset] == '"' && bytes[offset + length - 1] == '"';
        return new JsonString(bytes, offset, length);
    }

    /**
     * Its size.
     *
     * @return bytes, quotes included
     */
    public int length() {
        return length;
    }

    /**
     * The text, made anew with each call.
     *
     * @return well-formed UTF-16
     */
    public String text() {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\\') {
                return Json.unquote(bytes, offset, length);
            }
        }
        return new String(bytes, offset + 1, length - 2, StandardCharsets.UTF_8);
    }

    /**
     * Writes it as it is.
     *
     * @param out gets all bytes
     * @throws IOException if that fails
     */
    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, offset, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonString that && Arrays.equals(bytes, offset, offset + length,
                that.bytes, that.offset, that.offset + that.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    /** Tells the size, never the text. */
    @Override
    public String toString() {
        return "JsonString[" + length + " bytes]";
    }
}
