package vaas.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Characters on their way to the parser, held to what the parser does not look at, or only when it
 * has built it: half surrogate pairs, the length of numbers and keys, the count of values. Knows
 * just enough of JSON for that, and need not notice malformed text: the parser stops there.
 *
 * <p>The parser gets characters because one that is given bytes guesses among five encodings,
 * replaces errors in them, and fails at long strings (jackson-core 3.2.1, {@code readString}: an
 * index out of bounds where the 1,025th character is not ASCII).
 */
final class StrictReader extends Reader {
    /** Longest number, and longest key, in characters of the text. */
    static final int TOKEN_MAX = 1000;

    private static final char BYTE_ORDER_MARK = '\ufeff';

    private final Reader in;
    private final long valuesMax;
    private long values;
    private boolean begun;

    /** One bit for each open bracket, the lowest for the innermost: 1 for an object. */
    private long objects;
    private boolean isNameNext;
    /** Characters so far of the number, word or name that we are in. */
    private int tokenLength;

    private boolean inString;
    private boolean inName;
    private boolean escaped;
    /** Hexadecimal digits of an escape that are still to come. */
    private int digits;
    private int escape;
    private boolean highSurrogate;

    /** Reads text, of which a byte order mark is skipped. */
    StrictReader(Reader in, long valuesMax) {
        this.in = in;
        this.valuesMax = valuesMax;
    }

    /** Reads UTF-8; other bytes end in a {@link java.nio.charset.CharacterCodingException}. */
    static StrictReader of(InputStream in, long valuesMax) {
        Reader decoder = new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT));
        return new StrictReader(decoder, valuesMax);
    }

    @Override
    public int read(char[] to, int offset, int length) throws IOException {
        int from = offset;
        int count = in.read(to, offset, length);
        if (!begun && count > 0) {
            begun = true;
            if (to[offset] == BYTE_ORDER_MARK) {
                System.arraycopy(to, offset + 1, to, offset, --count);
                count = count == 0 ? in.read(to, offset, length) : count;
            }
        }
        for (; from < offset + count; from++) {
            if (inString) {
                checkInside(to[from]);
            } else {
                checkOutside(to[from]);
            }
        }
        return count;
    }

    /** Leaves the source open: it belongs to the caller. */
    @Override
    public void close() {}

    private void checkOutside(char c) throws JsonException {
        boolean inWord = false;
        switch (c) {
            case ' ', '\t', '\n', '\r' -> { }
            case '{', '[' -> openBracket(c == '{');
            case '}', ']' -> {
                objects >>>= 1;
                isNameNext = false;
            }
            case ',' -> isNameNext = (objects & 1) == 1;
            case ':' -> isNameNext = false;
            case '"' -> openString();
            default -> inWord = true;
        }
        if (!inWord) {
            tokenLength = 0;
        } else if (tokenLength++ == 0) {
            countValue();
        } else if (tokenLength > TOKEN_MAX) {
            throw tooMuch();
        }
    }

    // Brackets beyond the 64 that a long has room for are the parser's to refuse, before the wrong
    // bits come back.
    private void openBracket(boolean object) throws JsonException {
        countValue();
        objects = objects << 1 | (object ? 1 : 0);
        isNameNext = object;
    }

    private void openString() throws JsonException {
        inString = true;
        inName = isNameNext;
        if (!inName) {
            countValue();
        }
    }

    private void checkInside(char c) throws JsonException {
        if (inName && tokenLength++ > TOKEN_MAX) { // counts the closing quote, too
            throw tooMuch();
        }
        if (digits > 0) {
            escape = escape << 4 | Character.digit(c, 16) & 0xf; // no digit: the parser will see
            digits--;
            if (digits == 0) {
                checkUnit((char) escape);
            }
        } else if (escaped) {
            escaped = false;
            if (c == 'u') {
                digits = 4;
            } else {
                checkUnit(c);
            }
        } else if (c == '\\') {
            escaped = true;
        } else {
            inString = c != '"';
            checkUnit(c);
        }
    }

    // UTF-16: the low half stands after the high half, and nowhere else.
    private void checkUnit(char c) throws JsonException {
        if (highSurrogate != Character.isLowSurrogate(c)) {
            throw new JsonException("it holds half a surrogate pair");
        }
        highSurrogate = Character.isHighSurrogate(c);
    }

    private void countValue() throws JsonException {
        if (values++ == valuesMax) {
            throw new JsonException("it has more than " + valuesMax + " values");
        }
    }

    static JsonException tooMuch() {
        return new JsonException("it is nested deeper than " + Json.NESTING_MAX
                + ", or has a number or key that is too long");
    }
}
