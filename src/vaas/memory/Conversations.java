package vaas.memory;

import java.io.Closeable;
import java.io.IOException;

/**
 * All conversations of a program: gives out their memories by name. So far there is one, which
 * everybody shares. Safe for concurrent use.
 */
public interface Conversations extends Closeable {
    /** The name of the one conversation that everybody shares. */
    String SHARED = "";

    /**
     * Takes a conversation into use; its memory stays open until the lease is closed.
     *
     * @param conversation its name
     * @return a lease, to be closed
     * @throws IllegalArgumentException if there is no such conversation
     * @throws IOException if it can't be opened
     */
    Lease use(String conversation) throws IOException;

    /** Whether a turn could be stored in the shared conversation now, as far as can be known. */
    boolean isWritable();

    /** A conversation in use. */
    interface Lease extends AutoCloseable {
        /** Its name. */
        String conversation();

        /** What it remembers. */
        Memory memory();

        @Override
        void close();
    }
}
