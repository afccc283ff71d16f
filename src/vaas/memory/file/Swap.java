package vaas.memory.file;

import java.io.IOException;

/** A change of the file that is a commit point: once it returns, it has happened. */
@FunctionalInterface
interface Swap {
    /** Runs under the write lock; throws if nothing has changed. */
    void run() throws IOException;
}
