package vaas.memory;

import java.io.IOException;

/**
 * The memory takes no turns: it is closed, or a force failed, after which what the kernel still
 * holds can't be trusted. Reads go on; a reset or reopening makes it writable again.
 */
public final class MemoryUnavailableException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param message what is refused and why
     * @param cause what the disk said, or null
     */
    public MemoryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
