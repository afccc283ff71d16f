package vaas.api;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.UUID;
import vaas.agent.Reply;
import vaas.http.Response;
import vaas.json.Json;
import vaas.json.JsonString;

/** The JSON of an answer, made piece by piece as it is written: its text may be megabytes. */
final class ChatAnswer implements Response.Body {
    private static final int PIECE_CHARS = 4 << 10;
    private static final byte[] START = Json.write(Map.of("message", ""));
    private static final int START_BYTES = START.length - 2; // up to the text

    private final String message;
    private final byte[] rest;

    ChatAnswer(Reply.Answered answered, String conversation) {
        message = answered.message();
        rest = Json.write(Json.object("clip_path", answered.clipPath().orElse(null),
                "message_id", answered.messageId().map(UUID::toString).orElse(null),
                "remembered", answered.messageId().isPresent(),
                SessionId.NAME, SessionId.orNull(conversation)));
        rest[0] = ','; // it goes on
    }

    long length() {
        // what is quoted brings its two quotes along, of which START has the first
        return START_BYTES - 1 + JsonString.lengthOf(message) + rest.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        out.write(START, 0, START_BYTES);
        for (int i = 0; i < message.length(); i = endOfPiece(i)) {
            byte[] piece = piece(i);
            out.write(piece, 1, piece.length - 2);
        }
        out.write('"');
        out.write(rest);
    }

    private byte[] piece(int start) {
        return JsonString.quote(message.substring(start, endOfPiece(start)));
    }

    private int endOfPiece(int start) {
        int end = Math.min(message.length(), start + PIECE_CHARS);
        boolean insidePair = end < message.length()
                && Character.isLowSurrogate(message.charAt(end));
        return insidePair ? end - 1 : end;
    }
}
