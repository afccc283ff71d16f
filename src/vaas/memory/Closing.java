package vaas.memory;

import java.io.Closeable;
import java.io.IOException;

/** Ends several things, each of them whatever happens to the others. */
final class Closing {
    private Closing() {}

    /** Closes all in this order, nulls left out; throws what the first failure was. */
    static void all(Closeable... closeables) throws IOException {
        IOException failure = new IOException("could not be closed");
        after(failure, closeables);
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    /** Closes all because of a failure, to which further failures are added. */
    static void after(Exception failure, Closeable... closeables) {
        for (Closeable closeable : closeables) {
            try {
                if (closeable != null) {
                    closeable.close();
                }
            } catch (IOException e) {
                failure.addSuppressed(e);
            }
        }
    }

    /** Waits for a thread that has been told to end; an interrupt is kept for the caller. */
    static void awaitEnd(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
