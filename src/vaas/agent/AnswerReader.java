package vaas.agent;

import java.io.IOException;

/**
 * Who reads an answer while it is written. Gets its text from one thread; whether anybody reads may
 * be asked by another one at the same time.
 */
@FunctionalInterface
public interface AnswerReader {
    /** Nobody: the answer is wanted whole. */
    AnswerReader NONE = text -> {};

    /**
     * Takes a piece of the answer, without waiting for whoever reads it in the end.
     *
     * @param text what follows what came before; empty, now and then, to ask whether anybody reads
     * @throws IOException if nobody reads any more: then the chat ends, and nothing is remembered
     */
    void read(String text) throws IOException;
}
