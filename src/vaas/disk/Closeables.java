package vaas.disk;

import java.io.Closeable;
import java.io.IOException;

/** Closes several things, all of them even if one fails. */
public final class Closeables {
    private Closeables() {}

    /** Closes all in this order, but nulls; throws the first failure, with later ones in it. */
    public static void all(Closeable... closeables) throws IOException {
        IOException first = null;
        for (Closeable closeable : closeables) {
            try {
                if (closeable != null) {
                    closeable.close();
                }
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /** Closes all because of a failure, to which further failures are added. */
    public static void after(Throwable failure, Closeable... closeables) {
        try {
            all(closeables);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** Waits for a thread that has been told to end; an interrupt is kept for the caller. */
    public static void awaitEnd(Thread thread) {
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
