package vaas.json;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

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
     * Writes a text as JSON; makes nothing but the bytes that stay.
     *
     * @throws IllegalArgumentException if the text holds half a surrogate pair
     */
    public static JsonString of(String text) {
        byte[] quoted = quote(text);
        return new JsonString(quoted, 0, quoted.length);
    }

    /**
     * Takes a stretch that is known to be a JSON string in UTF-8, without half surrogate pairs.
     *
     * @param bytes kept, not copied
     * @param offset of the opening quote
     * @param length up to the closing quote and with it
     */
    public static JsonString slice(byte[] bytes, int offset, int length) {
        assert bytes[offset] == '"' && bytes[offset + length - 1] == '"';
        return new JsonString(bytes, offset, length);
    }

    /**
     * Finds the end of a string in a line that may be damaged. It is looked for in every record
     * that is read, so it allocates nothing and looks at each byte once.
     *
     * @return the index after the closing quote; -1 if there is no whole string in the very form
     *     that {@link #of} writes: strict UTF-8 (RFC 3629), and no escape but the needed ones, each
     *     in its shortest form
     */
    public static int end(byte[] bytes, int offset, int limit) {
        if (offset >= limit || bytes[offset] != '"') {
            return -1;
        }
        int at = offset + 1;
        while (at >= 0 && at < limit) {
            if (bytes[at] == '"') {
                return at + 1;
            }
            at = Utf8.end(bytes, at, limit);
        }
        return -1;
    }

    /** Its bytes, quotes included. */
    public int length() {
        return length;
    }

    /** The text, made anew with each call. */
    public String text() {
        for (int i = offset; i < offset + length; i++) {
            if (bytes[i] == '\\') {
                return Json.unquote(bytes, offset, length);
            }
        }
        return new String(bytes, offset + 1, length - 2, StandardCharsets.UTF_8);
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(bytes, offset, length);
    }

    public static byte[] quote(String text) {
        // Counted first, so that megabytes are not copied from one growing array to the next.
        byte[] quoted = new byte[lengthOf(text)];
        int at = 1;
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (Utf8.isPlain(c)) {
                quoted[at++] = (byte) c;
                i++;
            } else {
                int codePoint = text.codePointAt(i);
                at = Utf8.put(quoted, at, codePoint);
                i += Character.charCount(codePoint);
            }
        }
        quoted[0] = '"';
        quoted[at] = '"';
        return quoted;
    }

    /** Bytes of a text as a JSON string, told before it is one. */
    public static int lengthOf(String text) {
        long size = 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            // half of a pair's four bytes
            size += Utf8.isPlain(c) ? 1 : Character.isSurrogate(c) ? 2 : Utf8.size(c);
        }
        return Math.toIntExact(size);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof JsonString that && ByteBuffer.wrap(bytes, offset, length)
                .equals(ByteBuffer.wrap(that.bytes, that.offset, that.length));
    }

    @Override
    public int hashCode() {
        return ByteBuffer.wrap(bytes, offset, length).hashCode();
    }

    /** Tells the size, never the text. */
    @Override
    public String toString() {
        return "JsonString[" + length + " bytes]";
    }
}
