package vaas.memory;

import java.io.IOException;

/** Something is not done, because there is too much of it, or it contradicts what came before. */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** As many conversations as may be open are all in use: ask again. */
        ALL_IN_USE,
        /** There are as many conversations as there may be: reset one. */
        TOO_MANY_CONVERSATIONS,
        /** Too many wait for their turn in this conversation: ask again. */
        LINE_FULL,
        /** The key belongs to another question. */
        KEY_REUSED
    }

    private final Reason reason;

    /** Creates one; it is an answer, so it says no more than why. */
    public RefusedException(Reason reason) {
        super(reason.name());
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
