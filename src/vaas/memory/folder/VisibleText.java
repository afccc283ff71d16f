package vaas.memory.folder;

import java.text.Normalizer;
import java.util.function.Consumer;

/**
 * Text as a person would see it, however it is written: JSON's escapes read, letters and accents
 * composed (Unicode's NFKC), and what can't be seen left out. Takes a text in pieces, and holds
 * little of it.
 */
final class VisibleText {
    private static final int CHARS_HELD = 64 << 10;
    private static final String ESCAPES = "\"\\/bfnrt";
    private static final String ESCAPED = "\"\\/\b\f\n\r\t";

    private final Consumer<String> target;
    private final StringBuilder escape = new StringBuilder(); // one that has begun
    private final StringBuilder text = new StringBuilder(); // not passed on yet

    VisibleText(Consumer<String> target) {
        this.target = target;
    }

    /** A text that has no escapes. */
    static String of(String text) {
        StringBuilder seen = new StringBuilder();
        VisibleText visible = new VisibleText(seen::append);
        text.chars().forEach(c -> visible.show((char) c));
        visible.end();
        return seen.toString();
    }

    void add(char[] piece, int length) {
        for (int i = 0; i < length; ) {
            int plain = i;
            while (plain < length && isPlain(piece[plain])) {
                plain++;
            }
            if (plain > i && escape.length() == 0) {
                text.append(piece, i, plain - i);
                i = plain;
            } else {
                read(piece[i++]);
            }
        }
        if (text.length() > CHARS_HELD) {
            pass(lastBeginning());
        }
    }

    void end() {
        notAnEscape();
        pass(text.length());
    }

    private static boolean isPlain(char c) {
        return c >= ' ' && c < 0x7F && c != '\\' || c == '\n';
    }

    private void read(char c) {
        int at = escape.length();
        if (at == 0 && c != '\\') {
            show(c);
        } else if (at < 2 || Character.digit(c, 16) >= 0) {
            escape.append(c);
            unescape();
        } else {
            notAnEscape();
            read(c);
        }
    }

    private void unescape() {
        int length = escape.length();
        boolean hex = length > 1 && escape.charAt(1) == 'u';
        if (length < (hex ? 6 : 2)) {
            return;
        }
        int known = ESCAPES.indexOf(escape.charAt(1));
        if (hex) {
            show((char) Integer.parseInt(escape.substring(2), 16));
        } else if (known >= 0) {
            show(ESCAPED.charAt(known));
        } else {
            notAnEscape();
        }
        escape.setLength(0);
    }

    private void notAnEscape() {
        escape.chars().forEach(c -> show((char) c));
        escape.setLength(0);
    }

    // Without what nobody sees, and the half of a line end that some programs add.
    private void show(char c) {
        int last = text.length() - 1;
        boolean pair = last >= 0 && Character.isSurrogatePair(text.charAt(last), c);
        if (pair && isUnseen(Character.toCodePoint(text.charAt(last), c))) {
            text.setLength(last);
        } else if (c != '\r' && !isUnseen(c)) {
            text.append(c);
        }
    }

    // Control characters, soft hyphens, joiners, tags, marks of direction, order or variants, and
    // Hangul's fillers.
    private static boolean isUnseen(int c) {
        return Character.isIdentifierIgnorable(c) || c == 0x34F || c == 0x115F || c == 0x1160
                || c >= 0x180B && c <= 0x180F || c == 0x3164 || c >= 0xFE00 && c <= 0xFE0F
                || c == 0xFFA0 || c >= 0xE0000 && c <= 0xE0FFF;
    }

    private void pass(int end) {
        target.accept(Normalizer.normalize(text.substring(0, end), Normalizer.Form.NFKC));
        text.delete(0, end);
    }

    private int lastBeginning() {
        for (int i = text.length() - 1; i > 0; i--) {
            if (begins(text.charAt(i))) {
                return i;
            }
        }
        return text.length();
    }

    /** Whether a char surely never joins the one before it: no mark, no later part of a Hangul. */
    private static boolean begins(char c) {
        return c < 0x300 || Character.isLetter(c) && c < 0xFF9E && (c < 0x1160 || c > 0x11FF)
                && (c < 0xD7B0 || c > 0xD7FF);
    }
}
