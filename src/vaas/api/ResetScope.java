package vaas.api;

import com.sun.net.httpserver.Headers;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import vaas.http.EntityTags;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.json.JsonException;
import vaas.json.JsonFields;
import vaas.json.JsonString;
import vaas.memory.Conversations;

/**
 * What a reset is meant for. It can't be taken back, so whatever leaves a doubt is refused, and
 * nothing is reset: a query that is not understood, and a body that has the text session_id
 * anywhere but as the one member of that name in its one JSON object. Any other body means nothing.
 *
 * @param conversation its name, of no meaning if it is for all
 */
record ResetScope(boolean all, String conversation, EntityTags tags) {
    static final Set<String> PARAMETERS = Set.of(SessionId.NAME, "all");
    private static final Pattern BOOLEAN = Pattern.compile("true|false");
    /** More than a session's id takes. */
    private static final int ID_BYTES_MAX = 1024;

    static ResetScope of(Request request) throws IOException {
        EntityTags tags = EntityTags.of(request.headers(), "If-Match");
        request.query().requireOnly(PARAMETERS);
        Optional<String> inQuery = SessionId.of(request.query());
        boolean all = request.query().value("all", BOOLEAN, "true or false")
                .map(Boolean::parseBoolean).orElse(false);
        Optional<String> inBody = inBody(request.body(), request.headers());
        if (all && (inQuery.isPresent() || inBody.isPresent() || tags != EntityTags.NONE)) {
            throw new Problem(422, "A reset of all goes with neither session_id nor If-Match.");
        }
        if (inQuery.isPresent() && inBody.isPresent() && !inQuery.equals(inBody)) {
            throw new Problem(422, "The query and the body name different sessions.");
        }
        return new ResetScope(all,
                inQuery.or(() -> inBody).orElse(Conversations.SHARED), tags);
    }

    /** Reads it to its end, and keeps no more of it than an id. */
    private static Optional<String> inBody(InputStream body, Headers headers) throws IOException {
        Watched watched = new Watched(body);
        Optional<JsonFields> object = object(watched);
        if (watched.bytes > 0) {
            BodyType.checkReadable(headers);
        }
        boolean named = object.isPresent() && object.get().isPresent(SessionId.NAME);
        Optional<String> id = named && !object.get().isMistyped(SessionId.NAME)
                ? object.get().string(SessionId.NAME).map(JsonString::text) : Optional.empty();
        int inId = id.map(it -> it.split(SessionId.NAME, -1).length - 1).orElse(0);
        if (watched.count != inId + (named ? 1 : 0)) {
            throw new Problem(400, "The body has session_id where it means nothing: send one JSON"
                    + " object with it, or name the session in the query.");
        }
        if (named && object.get().isMistyped(SessionId.NAME)) {
            throw new Problem(422, "The field session_id must be a string or null.");
        }
        return SessionId.of(id);
    }

    private static Optional<JsonFields> object(InputStream body) throws IOException {
        long[] bytes = {0};
        try {
            return Optional.of(JsonFields.read(body, Set.of(SessionId.NAME), Set.of(), more -> {
                bytes[0] += more;
                if (bytes[0] > ID_BYTES_MAX) {
                    throw new Problem(422, "The field session_id is too long.");
                }
            }));
        } catch (JsonException e) {
            body.transferTo(OutputStream.nullOutputStream());
            return Optional.empty();
        }
    }

    /** Counts the text session_id in what flows by, as it is or with the escapes of JSON. */
    private static final class Watched extends FilterInputStream {
        private long bytes;
        private int count;
        private int matched; // characters of the text
        private boolean escaped; // behind a backslash
        private int digits; // of an escape, that are still to come
        private int escape;

        Watched(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            int read = super.read(into, offset, length);
            bytes += Math.max(read, 0);
            for (int i = offset; i < offset + read; i++) {
                if (into[i] != 0) { // as between the letters of UTF-16
                    see(into[i]);
                }
            }
            return read;
        }

        private void see(byte octet) {
            int digit = Character.digit(octet, 16);
            if (digits > 0 && digit >= 0) {
                escape = escape << 4 | digit;
                if (--digits == 0) {
                    match(escape);
                }
            } else if (escaped && octet == 'u') {
                escaped = false;
                digits = 4;
                escape = 0;
            } else {
                digits = 0;
                escaped = !escaped && octet == '\\';
                if (!escaped) {
                    match(octet);
                }
            }
        }

        private void match(int c) {
            while (matched > 0 && c != SessionId.NAME.charAt(matched)) {
                matched = matched == 3 || matched == 4 ? 1 : 0; // its third and fourth s
            }
            matched += c == SessionId.NAME.charAt(matched) ? 1 : 0;
            if (matched == SessionId.NAME.length()) {
                count++;
                matched = 0;
            }
        }
    }
}
