package vaas.memory;

import java.io.IOException;

/** What holds the memory can't be reached for now; asking again may help. */
public final class MemoryAwayException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean maybeStored;

    /**
     * Creates one.
     *
     * @param message what was tried and how it ended, without anything of a turn
     * @param maybeStored whether a turn was on its way, and nothing was heard of it
     */
    public MemoryAwayException(String message, boolean maybeStored) {
        super(message);
        this.maybeStored = maybeStored;
    }

    /** Whether a turn may have been stored all the same: only its key tells, asked again. */
    public boolean maybeStored() {
        return maybeStored;
    }
}
