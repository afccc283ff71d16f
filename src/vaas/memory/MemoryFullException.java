package vaas.memory;

import java.io.IOException;

/** There is no room for what is to be remembered; nothing has changed, and a reset makes some. */
public final class MemoryFullException extends IOException {
    private static final long serialVersionUID = 1;

    /** Creates one; the message says what was tried, without anything of a turn. */
    public MemoryFullException(String message) {
        super(message);
    }
}
