package vaas.agent;

import java.lang.Character.UnicodeScript;
import java.text.Normalizer;
import java.text.Normalizer.Form;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntUnaryOperator;
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
    /** Stands for all that is part of no word. */
    private static final int GAP = ' ';

    private final List<Word> words;

    /** Reads words off a text; of too many the longest. */
    Words(String text) {
        words = Stream.of(map(fold(text), Words::letterOrGap).split(" +"))
                .map(word -> word.replaceFirst("^[+#]+", ""))
                .filter(word -> word.codePoints().anyMatch(Character::isLetterOrDigit))
                .map(word -> word.codePoints().limit(LETTERS_MAX).toArray())
                .map(letters -> new String(letters, 0, letters.length)).distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .limit(WORDS_MAX).map(Word::new).toList();
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    /**
     * What was found.
     *
     * @param score greater for more words, of as many for longer ones; 0 if there are none
     * @param place in the text, about where the first of them begins
     */
    record Match(int score, int place) {}

    Match in(String text) {
        Scan scan = new Scan();
        for (int i = 0, end; i < text.length(); i = end) {
            end = endOfPiece(text, i);
            int at = i;
            if (end == i + 1 && text.charAt(i) < 0x80) {
                scan.next(Character.toLowerCase(text.charAt(i)), at);
            } else {
                fold(text.substring(i, end)).codePoints().forEach(it -> scan.next(it, at));
            }
        }
        scan.next(GAP, text.length());
        return scan.match();
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
        return Character.isLowSurrogate(text.charAt(at)) || isMark(c)
                || c >= 0x1160 && c <= 0x11ff || c == 0xff9e || c == 0xff9f;
    }

    private static boolean isMark(int c) {
        int type = Character.getType(c);
        return type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }

    private static int letterOrGap(int c) {
        return Character.isUnicodeIdentifierPart(c) || c == '+' || c == '#' ? c : GAP;
    }

    // As Unicode's NFKC_Casefold does, but that the Turkish letters i are one; what nobody sees,
    // such as a soft hyphen, is left out.
    private static String fold(String text) {
        String seen = map(text, c -> Character.getType(c) == Character.FORMAT ? -1 : c);
        String lower = map(Normalizer.normalize(seen, Form.NFKC), Character::toLowerCase);
        return Normalizer.normalize(
                map(lower.toUpperCase(Locale.ROOT), Character::toLowerCase), Form.NFKC);
    }

    private static String map(String text, IntUnaryOperator change) {
        StringBuilder changed = new StringBuilder(text.length());
        text.codePoints().map(change).filter(c -> c >= 0).forEach(changed::appendCodePoint);
        return changed.toString();
    }

    /** A pass over a text, for all words at once. */
    private final class Scan {
        private final int[] matched = new int[words.size()]; // letters of each word
        private final int[] places = new int[words.size()]; // of each; -1 until it is found
        private final int[] recent = new int[2 * LETTERS_MAX]; // where the newest letters are from
        private int read;

        Scan() {
            Arrays.fill(places, -1);
            next(GAP, 0);
        }

        void next(int c, int place) {
            int letter = letterOrGap(c);
            recent[read++ % recent.length] = place;
            for (int i = 0; i < places.length; i++) {
                Word word = words.get(i);
                if (places[i] < 0) {
                    matched[i] = word.next(letter, matched[i]);
                    places[i] = matched[i] < word.letters.length ? -1
                            : recent[(read - word.letters.length) % recent.length];
                }
            }
        }

        Match match() {
            int score = 0;
            for (int i = 0; i < places.length; i++) {
                score += places[i] < 0 ? 0 : words.get(i).score();
            }
            return new Match(score, Arrays.stream(places).filter(it -> it >= 0).min().orElse(0));
        }
    }

    /** One of them, with a gap before and after it if it has to stand alone. */
    private static final class Word {
        private final int[] letters;
        private final int[] shorter; // for each end: the longest beginning that also ends there
        private final boolean alone;

        Word(String text) {
            int first = text.codePointAt(0);
            alone = text.length() == Character.charCount(first) && !Character.isIdeographic(first)
                    && UnicodeScript.of(first) != UnicodeScript.HANGUL;
            letters = (alone ? " " + text + " " : text).codePoints().toArray();
            shorter = new int[letters.length];
            for (int i = 1, matched = 0; i < letters.length; i++) {
                matched = next(letters[i], matched);
                shorter[i] = matched;
            }
        }

        // How many letters match after one more, when so many matched before it.
        int next(int letter, int matched) {
            int length = matched;
            while (length > 0 && letters[length] != letter) {
                length = shorter[length - 1];
            }
            return letters[length] == letter ? length + 1 : length;
        }

        int score() {
            return letters.length == 1 || alone ? 1 : WORD_SCORE + letters.length;
        }
    }
}
