package vaas.json;

import java.io.IOException;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;

/** Collects well-formed text, of a length not known before, as a JSON string. */
final class StringCollector extends Writer {
    private static final int PIECE_MIN = 256;
    private static final int PIECE_MAX = 64 << 10;

    private final JsonFields.Charge charge;
    private final List<Piece> pieces = new ArrayList<>();
    private Piece last = new Piece(0);
    private int usedBefore; // in all pieces but the last
    private char high; // half of a pair: the other half may be in the next array

    private static final class Piece {
        final byte[] bytes;
        int used;

        Piece(int size) {
            bytes = new byte[size];
        }
    }

    StringCollector(JsonFields.Charge charge) {
        this.charge = charge;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            char c = text[i];
            if (Character.isHighSurrogate(c)) {
                high = c;
            } else {
                put(Character.isLowSurrogate(c) ? Character.toCodePoint(high, c) : c);
            }
        }
    }

    /** What was collected. */
    JsonString string() {
        byte[] whole = new byte[Math.addExact(usedBefore, last.used + 2)];
        whole[0] = '"';
        int at = 1;
        for (Piece piece : pieces) {
            System.arraycopy(piece.bytes, 0, whole, at, piece.used);
            at += piece.used;
        }
        whole[at] = '"';
        return JsonString.slice(whole, 0, whole.length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    private void put(int codePoint) throws IOException {
        if (last.bytes.length - last.used < Utf8.SIZE_MAX) {
            usedBefore = Math.addExact(usedBefore, last.used);
            int size = Math.max(PIECE_MIN, Math.min(PIECE_MAX, usedBefore));
            charge.take(size);
            last = new Piece(size);
            pieces.add(last);
        }
        last.used = Utf8.put(last.bytes, last.used, codePoint);
    }
}
