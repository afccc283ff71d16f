package vaas.agent.groq;

import java.nio.charset.StandardCharsets;
import java.util.List;
import vaas.agent.client.OneShotBody;
import vaas.json.JsonString;

/**
 * A stretch of a request's body, which can be written any number of times. Pieces refer to what
 * others keep anyway, so that no body is ever put together. Its bytes are known beforehand.
 */
record Piece(long length, OneShotBody.Content content) {
    private static final int STEP_CHARS = 16 << 10;

    /** Text that is JSON already, made once. */
    static Piece of(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new Piece(bytes.length, out -> out.write(bytes));
    }

    /** A JSON string. */
    static Piece of(JsonString string) {
        return new Piece(string.length(), string::writeTo);
    }

    /** ASCII text, encoded a step at a time because it is long. */
    static Piece ofAscii(String text) {
        return new Piece(text.length(), out -> {
            for (int start = 0; start < text.length(); start += STEP_CHARS) {
                int end = Math.min(text.length(), start + STEP_CHARS);
                out.write(text.substring(start, end).getBytes(StandardCharsets.US_ASCII));
            }
        });
    }

    /** One after the other. */
    static Piece of(List<Piece> pieces) {
        long length = 0;
        for (Piece piece : pieces) {
            length += piece.length;
        }
        return new Piece(length, out -> {
            for (Piece piece : pieces) {
                piece.content.writeTo(out);
            }
        });
    }
}
