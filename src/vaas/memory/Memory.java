package vaas.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * One conversation that is remembered, durably, until it is reset. Says nothing of where: what
 * holds for every implementation is the contract that its test class spells out.
 *
 * <p>All methods are safe for concurrent use. Readers see only what is durable. Interrupts neither
 * hurt what is stored nor cut a wait short.
 */
public interface Memory {
    /**
     * The newest whole turns, and with them the fence for whatever is built on them: one read
     * gives both, so that no reset can come in between unseen.
     *
     * @param n most records to return, at least 0; an odd number counts as one less, but 1 means
     *     the newest turn. Fewer come where the texts are long: the newest turn, and older ones up
     *     to a bound in bytes that the implementation names
     * @return oldest first; never begins with an answer
     * @throws MemoryUnavailableException if the memory is closed
     * @throws IOException if it can't be read
     */
    History latest(int n) throws IOException;

    /**
     * Whole turns that are older than a record, for paging back.
     *
     * @param messageId any id, known or not: ids rise in the order of the records
     * @param n most records to return, from 1 on; an odd number counts as one more
     * @return the newest of those that are older; at most 4 MiB of text, but one turn always fits
     * @throws MemoryUnavailableException if the memory is closed
     * @throws IOException if it can't be read
     */
    Page before(UUID messageId, int n) throws IOException;

    /**
     * Stores a question and its answer as one turn; once it says {@link Insertion.Stored}, the turn
     * is durable.
     *
     * @param read what the answer was built on; if a reset has come since, nothing is stored
     * @param question the user's text
     * @param answer the assistant's text
     * @param key by which the turn can be found again, so that nothing is stored twice; null for
     *     none
     * @return what became of it
     * @throws IllegalArgumentException if a text is too long or not well-formed
     * @throws MemoryUnavailableException if no turn can be stored until a reset or reopening
     * @throws MemoryAwayException if the memory can't be reached; it says whether it may be stored
     * @throws IOException if the turn can't be written, as on a full disk; the memory is unchanged
     */
    Insertion insert(History read, String question, String answer, String key) throws IOException;

    /**
     * Stores a turn without a key; see {@link #insert(History, String, String, String)}.
     *
     * @throws IOException as the other does
     */
    default Insertion insert(History read, String question, String answer) throws IOException {
        return insert(read, question, answer, null);
    }

    /**
     * Finds the turn that was stored with a key. Keys are known at least for as long as the turn is
     * among the newest 1,000 records.
     *
     * @throws IOException if it can't be read
     */
    Optional<Turn> byKey(String key) throws IOException;

    /**
     * Finds a record by its id.
     *
     * @throws IOException if it can't be read
     */
    Optional<MemoryRecord> byMessageId(UUID messageId) throws IOException;

    /**
     * Streams everything that is remembered now, in order; what can't be read is skipped. Ends
     * early if a reset comes meanwhile, for then there is nothing left.
     *
     * @return a stream to be closed; it throws {@link UncheckedIOException} if reading fails
     * @throws IOException if it can't be opened
     */
    Stream<MemoryRecord> all() throws IOException;

    /**
     * Opens what is remembered to be copied as it is, damage included, in whole turns. A limit that
     * cuts meanwhile does not change it; a reset ends it.
     *
     * @param before id of the record that it ends before, as for {@link #before}; null for all
     * @param n most records, an odd number counts as one more; 0 for all
     * @return what is to be closed
     * @throws IOException if it can't be read
     */
    Export export(UUID before, int n) throws IOException;

    /**
     * Forgets everything, durably. Works on a memory that refuses writes, and makes it writable
     * again. Twice in a row is fine.
     *
     * @param by for the audit
     * @return what was removed
     * @throws MemoryUnavailableException if the memory is closed
     * @throws IOException if the reset can't be made durable: the memory is as it was or empty,
     *     and asking again is safe
     */
    Receipt resetMemory(Requester by) throws IOException;

    /**
     * Forgets everything on nobody's behalf; see {@link #resetMemory(Requester)}.
     *
     * @throws IOException as the other does
     */
    default Receipt resetMemory() throws IOException {
        return resetMemory(Requester.SELF);
    }

    /**
     * Forgets everything if the memory is in a state that is expected; in one step, so that no turn
     * comes in between.
     *
     * @param by for the audit
     * @param tags as {@link History#tag} gives them
     * @return what was removed; empty if the present tag is none of these, and nothing has changed
     * @throws IOException as {@link #resetMemory(Requester)} does
     */
    Optional<Receipt> resetMemory(Requester by, Set<String> tags) throws IOException;

    /**
     * Refuses early what {@link #insert} would refuse anyway.
     *
     * @throws MemoryUnavailableException if no turn can be stored until a reset or reopening
     */
    void requireWritable() throws MemoryUnavailableException;

    /** Whether a turn could be stored now, as far as can be known without writing one. */
    boolean isWritable();
}
