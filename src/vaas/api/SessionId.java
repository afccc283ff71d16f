package vaas.api;

import java.util.Optional;
import vaas.http.Problem;
import vaas.http.Query;
import vaas.memory.Conversations;

/** The name of a conversation as it stands on the wire, where null is the shared one. */
final class SessionId {
    static final String NAME = "session_id";
    private static final String EXPECTED = "1 to 64 of A-Za-z0-9._-, not dots alone";

    private SessionId() {}

    /** The one that a query names; 422 if it can't be one. */
    static Optional<String> of(Query query) throws Problem {
        return query.value(NAME, Conversations.NAME, EXPECTED);
    }

    /** The one that a body names; 422 if it can't be one. */
    static Optional<String> of(Optional<String> field) throws Problem {
        if (field.isPresent() && !Conversations.NAME.matcher(field.get()).matches()) {
            throw new Problem(422, "The field " + NAME + " must be " + EXPECTED + ".");
        }
        return field;
    }

    static String orNull(String conversation) {
        return conversation.equals(Conversations.SHARED) ? null : conversation;
    }

    /** As JSON, of which none of its characters needs an escape. */
    static String json(String conversation) {
        return orNull(conversation) == null ? "null" : '"' + conversation + '"';
    }
}
