package vaas.agent.groq;

import java.io.IOException;
import vaas.agent.AnswerReader;

/**
 * What the model writes in all rounds of tools: it belongs to the answer, joined by an empty line.
 * A reader gets the same, piece by piece. Used by one thread; whether anybody reads may be asked
 * by others.
 */
final class RoundTexts implements AnswerReader {
    private final AnswerReader reader;
    private String before = ""; // of earlier rounds
    private String heldBack = ""; // blanks, which may end a round
    private boolean roundBegun; // for the reader
    private int shown; // chars that the reader has got

    RoundTexts(AnswerReader reader) {
        this.reader = reader;
    }

    /** Begins a round, behind what was written in those before it. */
    void begin(String soFar) {
        before = soFar;
        heldBack = "";
        roundBegun = false;
    }

    /** All of it, with the text of this round. */
    String joined(String text) {
        return before.isBlank() ? text : text.isBlank() ? before
                : before.stripTrailing() + "\n\n" + text.stripLeading();
    }

    /** Whether nothing of it can be taken back. */
    boolean isShown() {
        return shown > 0;
    }

    @Override
    public void read(String text) throws IOException {
        if (text.isEmpty()) {
            reader.read("");
            return;
        }
        boolean follows = !before.isBlank() && !roundBegun;
        String piece = follows ? text.stripLeading() : heldBack + text;
        int end = piece.stripTrailing().length();
        heldBack = piece.substring(end);
        if (end > 0) {
            roundBegun = true;
            String missing = follows ? (before.stripTrailing() + "\n\n").substring(shown) : "";
            shown += missing.length() + end;
            reader.read(missing + piece.substring(0, end));
        }
    }
}
