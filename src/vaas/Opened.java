package vaas;

import java.util.ArrayDeque;
import java.util.Deque;

/** What the program has opened; closes it in reverse, each whatever happens to the others. */
final class Opened {
    private static final System.Logger LOG = System.getLogger(Opened.class.getName());

    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    synchronized <T extends AutoCloseable> T add(T closeable) {
        opened.push(closeable);
        return closeable;
    }

    synchronized void closeAll() {
        while (!opened.isEmpty()) {
            AutoCloseable closeable = opened.pop();
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.log(System.Logger.Level.ERROR, "{0} could not be closed: {1}",
                        closeable.getClass().getName(), e.toString());
            }
        }
    }
}
