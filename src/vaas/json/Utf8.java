package vaas.json;

/**
 * The bytes of a JSON string's text, one code point at a time: UTF-8 as RFC 3629 has it, and of the
 * escapes of RFC 8259, section 7, those that can't be avoided, each in its shortest form. It is the
 * form that jackson writes, too.
 */
final class Utf8 {
    /** Most bytes that {@link #put} needs. */
    static final int SIZE_MAX = 6;

    /** By ASCII character: 0 where it stands for itself, else what follows the backslash. */
    private static final byte[] ESCAPES = new byte[0x80];
    private static final String HEX = "0123456789ABCDEF";

    static {
        for (int control = 0; control < ' '; control++) {
            ESCAPES[control] = 'u';
        }
        String shortOnes = "\"\"\\\\\bb\ff\nn\rr\tt";
        for (int i = 0; i < shortOnes.length(); i += 2) {
            ESCAPES[shortOnes.charAt(i)] = (byte) shortOnes.charAt(i + 1);
        }
    }

    private Utf8() {}

    /** Whether a char is ASCII and stands for itself. */
    static boolean isPlain(char c) {
        return c < 0x80 && ESCAPES[c] == 0;
    }

    /** How many bytes {@link #put} writes. */
    static int size(int codePoint) {
        if (codePoint < 0x80) {
            return ESCAPES[codePoint] == 0 ? 1 : ESCAPES[codePoint] == 'u' ? 6 : 2;
        }
        return codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /**
     * Writes one code point, and returns the index after it.
     *
     * @throws IllegalArgumentException if it is half a surrogate pair
     */
    static int put(byte[] to, int at, int codePoint) {
        if (codePoint < 0x80) {
            return putAscii(to, at, codePoint);
        } else if (codePoint < 0x10000 && Character.isSurrogate((char) codePoint)) {
            throw new IllegalArgumentException("half a surrogate pair");
        }
        int size = size(codePoint);
        int rest = codePoint;
        for (int i = size - 1; i > 0; i--) {
            to[at + i] = (byte) (0x80 | rest & 0x3f);
            rest >>= 6;
        }
        to[at] = (byte) (0xf0 << 4 - size | rest); // as many ones as bytes, and a zero
        return at + size;
    }

    /**
     * Finds where the code point ends that begins at an index below the limit.
     *
     * @return the index after it, or -1 if it is not in the form that {@link #put} writes
     */
    static int end(byte[] bytes, int at, int limit) {
        byte first = bytes[at];
        if (first < 0) {
            return endOfLong(bytes, at, limit, first & 0xff);
        }
        return first == '\\' ? endOfEscape(bytes, at, limit) : ESCAPES[first] == 0 ? at + 1 : -1;
    }

    private static int putAscii(byte[] to, int at, int c) {
        byte escape = ESCAPES[c];
        if (escape == 0) {
            to[at] = (byte) c;
            return at + 1;
        }
        to[at] = '\\';
        to[at + 1] = escape;
        if (escape != 'u') {
            return at + 2;
        }
        to[at + 2] = '0';
        to[at + 3] = '0';
        to[at + 4] = (byte) HEX.charAt(c >> 4);
        to[at + 5] = (byte) HEX.charAt(c & 0xf);
        return at + 6;
    }

    // RFC 3629, section 4: only the byte after the first has bounds that depend on the first.
    private static int endOfLong(byte[] bytes, int at, int limit, int first) {
        int size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
        if (size == 0 || size > limit - at) {
            return -1;
        }
        int second = bytes[at + 1] & 0xff;
        int low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        int high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        boolean good = second >= low && second <= high;
        for (int i = at + 2; i < at + size; i++) {
            good &= (bytes[i] & 0xc0) == 0x80;
        }
        return good ? at + size : -1;
    }

    private static int endOfEscape(byte[] bytes, int at, int limit) {
        if (limit - at < 2) {
            return -1;
        } else if (bytes[at + 1] != 'u') {
            return "\"\\bfnrt".indexOf(bytes[at + 1]) >= 0 ? at + 2 : -1;
        } else if (limit - at < 6 || bytes[at + 2] != '0' || bytes[at + 3] != '0') {
            return -1;
        }
        int c = bytes[at + 4] - '0' << 4 | HEX.indexOf(bytes[at + 5]); // negative: no digit
        return c >= 0 && c < ' ' && ESCAPES[c] == 'u' ? at + 6 : -1;
    }
}
