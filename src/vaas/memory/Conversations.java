package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/**
 * All conversations of a program: gives out their memories by name, each with promises of its own.
 * A conversation begins with its first turn; one that was never used is an empty one. Safe for
 * concurrent use.
 */
public interface Conversations extends Closeable {
    /** The name of the one conversation that everybody shares. */
    String SHARED = "";

    /** What the others may be called: 1 to 64 of A-Z a-z 0-9 . _ -, not dots alone. */
    Pattern NAME = Pattern.compile("(?!\\.+\\z)[A-Za-z0-9._-]{1,64}");

    /**
     * Takes a conversation into use; its memory stays open until the lease is closed.
     *
     * @param conversation its name, {@link #SHARED} or like {@link #NAME}
     * @return a lease, to be closed
     * @throws IllegalArgumentException if it can't be the name of one
     * @throws RefusedException if too many are in use
     * @throws IOException if it can't be opened
     */
    Lease use(String conversation) throws IOException;

    /**
     * Lists those that hold something, but the shared one, in an order of its own that stays.
     *
     * @param after a name, listed or not: begin behind it; null for the beginning
     * @param n most to return, at least 1
     * @throws IOException if they can't be read
     */
    Listing list(String after, int n) throws IOException;

    /**
     * Takes each that holds something into use, one after the other, the shared one first.
     *
     * @throws IOException if one can't be used, or what is done with it fails
     */
    default void each(Use use) throws IOException {
        String after = null;
        List<String> names = List.of(SHARED);
        do {
            for (String name : names) {
                try (Lease lease = use(name)) {
                    use.take(lease);
                }
            }
            Listing page = list(after, 1000);
            names = page.conversations().stream().map(Summary::conversation).toList();
            after = names.isEmpty() ? null : names.get(names.size() - 1);
        } while (after != null);
    }

    /** What is done with one. */
    interface Use {
        void take(Lease in) throws IOException;
    }

    /**
     * Forgets the shared conversation, and then all others at once.
     *
     * @param by for the audit
     * @throws IOException if a part of it could not be done, or not be made durable; the rest is
     *     forgotten all the same, and asking again is safe
     */
    Total resetAll(Requester by) throws IOException;

    /** Whether a turn could be stored in the shared conversation now, as far as can be known. */
    boolean isWritable();

    /**
     * A stretch of the list.
     *
     * @param next what to go on behind; empty at the end
     */
    record Listing(List<Summary> conversations, Optional<String> next) {}

    /**
     * What the list tells of one.
     *
     * @param bytes that hold it
     * @param lastActivity when its last turn came, or a limit cut it
     */
    record Summary(String conversation, long bytes, Instant lastActivity) {}

    /**
     * What a reset of all removed.
     *
     * @param conversations that held something, the shared one included
     * @param recordsRemoved empty if they could not all be read to be counted
     * @param bytesRemoved size of what held them
     */
    record Total(long conversations, OptionalLong recordsRemoved, long bytesRemoved) {}

    /** A conversation in use. */
    interface Lease extends AutoCloseable {
        /** Its name. */
        String conversation();

        /** What it remembers. */
        Memory memory();

        /**
         * Takes a place in the line of those who want to add a turn: behind everybody who is there,
         * or, in the shared conversation, behind those with the same key.
         *
         * @param key that the turn is to be stored with, or null
         * @param text that is to be remembered of the question
         * @throws RefusedException if too many wait, or one with this key has another text
         * @throws IOException if no place can be had for now
         */
        Place enter(String key, String text) throws IOException;

        /**
         * The same for a chat that has to end within a time, to which it may also be tried to store
         * its turn; see {@link #enter(String, String)}.
         *
         * @throws IOException as the other does
         */
        default Place enter(String key, String text, Duration patience) throws IOException {
            return enter(key, text);
        }

        /** Whether it has been left alone for so long that it is to be forgotten. */
        boolean isExpired() throws IOException;

        /**
         * Forgets it if it has been left alone for so long.
         *
         * @throws IOException if that can't be done
         */
        void expire() throws IOException;

        @Override
        void close();
    }

    /** A place in a line, given up when it is closed. */
    interface Place extends AutoCloseable {
        /**
         * Waits for one's turn.
         *
         * @return false if it did not come in time
         * @throws RefusedException if there are too many conversations for this one to begin
         * @throws IOException if no turn can come any more
         */
        boolean await(Duration patience) throws IOException;

        @Override
        void close();
    }
}
