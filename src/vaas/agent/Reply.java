package vaas.agent;

import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** What became of a question: everything that normally happens is a value, not an exception. */
public sealed interface Reply {
    /**
     * The agent answered.
     *
     * @param message its text
     * @param clipPath a file that a tool made for it, if one did
     * @param messageId the answer's record, if it is remembered; a reset that overtook it removes
     *     both
     * @param replayed whether it was stored before, and the model not asked again
     */
    record Answered(String message, Optional<String> clipPath, Optional<UUID> messageId,
            boolean replayed) implements Reply {
        /** One that is new. */
        public Answered(String message, Optional<String> clipPath, Optional<UUID> messageId) {
            this(message, clipPath, messageId, false);
        }

        /** Leaves the text out. */
        @Override
        public String toString() {
            return "Answered[" + message.length() + " chars, " + messageId + "]";
        }
    }

    /** The model takes no more for now; nothing has changed. The detail is for the caller. */
    record Busy(Duration retryAfter, String detail) implements Reply {}

    /** It failed; nothing has changed. The detail, for the caller, holds no text of a message. */
    record Failed(Kind kind, String detail) implements Reply {}

    /** Kinds of failure. */
    enum Kind {
        /** The model refused or gave nothing usable. */
        MODEL,
        TIMEOUT,
        /** The question does not fit the model, even with less history. */
        TOO_LONG,
        /** It needs more of the heap than there is for any chat. */
        TOO_LARGE,
        /** Others hold too much of the heap for now. */
        SERVER_FULL,
        /** The answer could not be written, as on a full disk. */
        NOT_STORED,
        /** The memory takes no turns. */
        MEMORY_UNAVAILABLE,
        /** The memory can't be reached for now, or somebody else has the word there. */
        MEMORY_AWAY,
        /** The memory went away while the turn was stored: whether it is, is not known. */
        MAYBE_STORED,
        /** Nobody read its answer any more. */
        LEFT,
        KEY_REUSED,
        LINE_FULL,
        /** As many conversations as may be open are all in use. */
        ALL_IN_USE,
        TOO_MANY_CONVERSATIONS
    }
}
