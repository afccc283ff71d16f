package vaas.json;

import java.io.IOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Collects well-formed text, of a length not known before, as a JSON string. */
final class StringCollector extends Writer {
    private static final int PIECE_MIN = 256;
    private static final int PIECE_MAX = 64 << 10;

    private final JsonFields.Charge charge;
    private final List<ByteBuffer> pieces = new ArrayList<>();
    private ByteBuffer last = ByteBuffer.allocate(0);
    private int usedBefore; // in all pieces but the last
    private char high; // half of a pair: the other half may be in the next array

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

    JsonString string() {
        byte[] whole = new byte[Math.addExact(usedBefore, last.position() + 2)];
        whole[0] = '"';
        int at = 1;
        for (ByteBuffer piece : pieces) {
            System.arraycopy(piece.array(), 0, whole, at, piece.position());
            at += piece.position();
        }
        whole[at] = '"';
        return JsonString.slice(whole, 0, whole.length);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}

    private void put(int codePoint) throws IOException {
        if (last.remaining() < Utf8.SIZE_MAX) {
            usedBefore = Math.addExact(usedBefore, last.position());
            int size = Math.max(PIECE_MIN, Math.min(PIECE_MAX, usedBefore));
            charge.take(size);
            last = ByteBuffer.allocate(size);
            pieces.add(last);
        }
        last.position(Utf8.put(last.array(), last.position(), codePoint));
    }
}
