package vaas.agent.groq;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import vaas.json.JsonString;

/**
 * A stretch of a request's body, which knows its length before it is written and can be written any
 * number of times. Pieces refer to what others keep anyway, so that no body is ever put together.
 */
interface Piece {
    /** Bytes. */
    long length();

    /** Writes all of it. */
    void writeTo(OutputStream out) throws IOException;

    /** Text that is JSON already, made once. */
    static Piece of(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        return new Piece() {
            @Override
            public long length() {
                return bytes.length;
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                out.write(bytes);
            }
        };
    }

    /** A JSON string. */
    static Piece of(JsonString string) {
        return new Piece() {
            @Override
            public long length() {
                return string.length();
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                string.writeTo(out);
            }
        };
    }

    /** ASCII text, encoded a step at a time because it is long. */
    static Piece ofAscii(String text) {
        return new Piece() {
            @Override
            public long length() {
                return text.length();
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (int start = 0; start < text.length(); start += STEP_CHARS) {
                    int end = Math.min(text.length(), start + STEP_CHARS);
                    out.write(text.substring(start, end).getBytes(StandardCharsets.US_ASCII));
                }
            }
        };
    }

    /** One after the other. */
    static Piece of(List<Piece> pieces) {
        return new Piece() {
            @Override
            public long length() {
                return pieces.stream().mapToLong(Piece::length).sum();
            }

            @Override
            public void writeTo(OutputStream out) throws IOException {
                for (Piece piece : pieces) {
                    piece.writeTo(out);
                }
            }
        };
    }

    /** See {@link #ofAscii}. */
    int STEP_CHARS = 16 << 10;
}
