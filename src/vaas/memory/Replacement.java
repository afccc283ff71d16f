package vaas.memory;

import java.io.IOException;

/**
 * Something that takes the place of a memory file. {@link Journal#replace} calls these in their
 * order; what goes before needs no right and no lock, and neither does wiping the old file after.
 */
interface Replacement {
    /** Whether it forgets everything: turns on their way are lost, and a refusal of writes ends. */
    boolean isReset();

    /** With the right to commit: what has to be done before the swap, but not under the lock. */
    void beforeSwap(View now) throws IOException;

    /**
     * Under the write lock: puts the new file in place by one rename, or changes nothing and
     * throws.
     *
     * @return what readers see from now on
     */
    View swap(View now) throws IOException;

    /** With the right to commit: makes the swap survive a crash; nothing new is durable before. */
    void makeDurable() throws IOException;
}
