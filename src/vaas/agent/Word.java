package vaas.agent;

/**
 * A word to be found in texts, whatever its case. Searched as Knuth, Morris and Pratt do, so that
 * no pair of word and text takes longer than the text is long. Immutable.
 */
final class Word {
    private final int[] letters; // in one case
    private final int[] shorter; // for each end: the longest beginning that also ends there

    Word(String text) {
        letters = text.codePoints().map(Word::fold).toArray();
        shorter = new int[letters.length];
        for (int i = 1, matched = 0; i < letters.length; i++) {
            matched = next(letters[i], matched);
            shorter[i] = matched;
        }
    }

    /** Where it first begins in a text, as an index of chars; -1 if it is not there. */
    int indexIn(String text) {
        int matched = 0;
        for (int i = 0; i < text.length(); ) {
            int letter = text.codePointAt(i);
            i += Character.charCount(letter);
            matched = next(fold(letter), matched);
            if (matched == letters.length) {
                return text.offsetByCodePoints(i, -matched);
            }
        }
        return -1;
    }

    // How many letters match after one more, when so many matched before it.
    private int next(int letter, int matched) {
        int length = matched;
        while (length > 0 && letters[length] != letter) {
            length = shorter[length - 1];
        }
        return letters[length] == letter ? length + 1 : length;
    }

    private static int fold(int letter) {
        return letter < 0x80 ? letter >= 'A' && letter <= 'Z' ? letter + 32 : letter
                : Character.toLowerCase(Character.toUpperCase(letter));
    }
}
