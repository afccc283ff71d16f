package vaas.agent;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Words to be found in texts, compared as people do: in one case, however their letters are encoded
 * (NFKC), with their marks and the signs of C++, C# and snake_case. A word may be part of a longer
 * one, but a single letter stands alone, unless it is one of those that can be words. Each is
 * searched as Knuth, Morris and Pratt do, so no text takes longer than it is long. Immutable.
 */
final class Words {
    private static final int WORDS_MAX = 16;
    /** Longer than any word that people write; of a longer one its beginning is searched for. */
    private static final int LETTERS_MAX = 64;
    /** Worth more than all letters of all words. */
    private static final int WORD_SCORE = 2048;
    /** Of a text, normalized at a time: where in it a word begins is not known any closer. */
    private static final int PIECE_CHARS = 32;
    private static final int PIECE_CHARS_MAX = 4 * PIECE_CHARS;
    private static final int MARKS = 1 << Character.NON_SPACING_MARK
            | 1 << Character.COMBINING_SPACING_MARK | 1 << Character.ENCLOSING_MARK;
    /** Soft hyphens, joiners, tags, and marks of direction, order or variants. */
    private static final Pattern UNSEEN = Pattern.compile("[\\p{Cf}\\x{34F}\\x{180B}-\\x{180F}"
            + "\\x{FE00}-\\x{FE0F}\\x{E0000}-\\x{E0FFF}]+");
    /** Stands for all that is part of no word. */
    private static final int GAP = ' ';
    private static final int FOUND = -1;

    private final List<Word> words;

    /** Reads words off a text; of too many the longest. */
    Words(String text) {
        String start = "^[+#]*(.{0," + LETTERS_MAX + "}).*";
        words = Stream.of(map(fold(text), Words::letterOrGap).split(" +"))
                .map(word -> word.replaceFirst(start, "$1")).distinct()
                .filter(word -> word.codePoints().anyMatch(Character::isLetterOrDigit))
                .sorted(Comparator.comparingInt(String::length).reversed())
                .limit(WORDS_MAX).map(Word::new).toList();
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    Find in(String text) {
        Find find = new Find();
        for (int i = 0, end; i < text.length(); i = end) {
            end = endOfPiece(text, i);
            int at = i;
            if (end == i + 1 && text.charAt(i) < 0x80) {
                find.next(Character.toLowerCase(text.charAt(i)), at);
            } else {
                fold(text.substring(i, end)).codePoints().forEach(it -> find.next(it, at));
            }
        }
        find.next(GAP, text.length());
        return find;
    }

    // A piece can be normalized by itself: what follows is ASCII, or at least no part of a letter.
    private static int endOfPiece(String text, int start) {
        int end = start + 1;
        while (end < text.length() && text.charAt(end) >= 0x80 && (end - start < PIECE_CHARS
                || end - start < PIECE_CHARS_MAX && isPartOfLetter(text, end))) {
            end++;
        }
        return end;
    }

    // Half of a pair, a mark, or what composes a syllable of Hangul or Kana with what is before it.
    private static boolean isPartOfLetter(String text, int at) {
        int c = text.codePointAt(at);
        return Character.isLowSurrogate(text.charAt(at))
                || (MARKS >> Character.getType(c) & 1) == 1
                || c >= 0x1160 && c <= 0x11ff || c == 0xff9e || c == 0xff9f;
    }

    private static int letterOrGap(int c) {
        return Character.isUnicodeIdentifierPart(c) || c == '+' || c == '#' ? c : GAP;
    }

    // As Unicode's NFKC_Casefold does, but that the Turkish letters i are one.
    private static String fold(String text) {
        String seen = UNSEEN.matcher(text).replaceAll("");
        String lower = map(Normalizer.normalize(seen, Form.NFKC), Character::toLowerCase);
        return Normalizer.normalize(
                map(lower.toUpperCase(Locale.ROOT), Character::toLowerCase), Form.NFKC);
    }

    private static String map(String text, IntUnaryOperator change) {
        StringBuilder changed = new StringBuilder(text.length());
        text.codePoints().map(change).forEach(changed::appendCodePoint);
        return changed.toString();
    }

    /** What is found in one pass over a text, for all words at once. */
    final class Find {
        private final int[] matched = new int[words.size()]; // letters of each word
        /** Greater for more words, of as many for longer ones; 0 if there are none. */
        int score;
        /** About where the first of them begins. */
        int place = Integer.MAX_VALUE;

        private Find() {
            next(GAP, 0);
        }

        private void next(int c, int at) {
            int letter = letterOrGap(c);
            for (int i = 0; i < matched.length; i++) {
                Word word = words.get(i);
                matched[i] = matched[i] == FOUND ? FOUND : word.next(letter, matched[i]);
                if (matched[i] == word.letters.length) {
                    matched[i] = FOUND;
                    score += word.score;
                    place = Math.min(place, Math.max(0, at - word.letters.length + 1));
                }
            }
        }
    }

    /** One of them, with a gap before and after it if it has to stand alone. */
    private static final class Word {
        private final int[] letters;
        private final int[] shorter; // for each end: the longest beginning that also ends there
        private final int score;

        Word(String text) {
            int first = text.codePointAt(0);
            boolean single = text.length() == Character.charCount(first);
            boolean alone = single && !Character.isIdeographic(first)
                    && UnicodeScript.of(first) != UnicodeScript.HANGUL;
            letters = (alone ? " " + text + " " : text).codePoints().toArray();
            score = single ? 1 : WORD_SCORE + letters.length;
            shorter = new int[letters.length];
            for (int i = 1, matched = 0; i < letters.length; i++) {
                matched = next(letters[i], matched);
                shorter[i] = matched;
            }
        }

        // How many letters match after one more, when so many matched before it.
        private int next(int letter, int matched) {
            int length = matched;
            while (length > 0 && letters[length] != letter) {
                length = shorter[length - 1];
            }
            return letters[length] == letter ? length + 1 : length;
        }
    }
}
