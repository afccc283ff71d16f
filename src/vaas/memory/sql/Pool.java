package vaas.memory.sql;

import java.io.Closeable;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import vaas.metrics.Counter;

/**
 * Connections to the database: so many at most, made when they are needed, kept while they are
 * well. Nothing asks whether they are: whoever meets a broken one takes another. Safe for
 * concurrent use.
 */
final class Pool implements Closeable {
    private static final System.Logger LOG = System.getLogger(Pool.class.getName());

    private final Source source;
    private final int max;
    private final Semaphore free;
    private final Counter waits;
    private final Deque<Connection> idle = new ConcurrentLinkedDeque<>(); // last used first
    private volatile boolean closed;

    /** Makes connections. */
    interface Source {
        Connection connect() throws SQLException;
    }

    Pool(Source source, int max, Counter waits) {
        this.source = source;
        this.max = max;
        this.free = new Semaphore(max, true);
        this.waits = waits;
    }

    /** Connections that somebody uses now. */
    int used() {
        return max - free.availablePermits();
    }

    /**
     * Takes one, to be given back or dropped.
     *
     * @return null if none was free in time
     */
    Connection take(Patience patience) throws SQLException {
        if (!free.tryAcquire()) {
            waits.increment();
            if (!patience.await(left -> free.tryAcquire(left, TimeUnit.NANOSECONDS))) {
                return null;
            }
        }
        Connection taken = null;
        try {
            taken = idle.poll();
            taken = taken == null ? source.connect() : taken;
            return taken;
        } finally {
            if (taken == null) {
                free.release();
            }
        }
    }

    void giveBack(Connection well) {
        idle.push(well);
        if (closed) {
            dropIdle();
        }
        free.release();
    }

    /** Closes one that has failed, at once: a database that hangs shall hang nobody. */
    void drop(Connection broken) {
        try {
            broken.abort(Runnable::run);
        } catch (SQLException | SecurityException e) { // the latter of an older driver, from JDK 24
            close(broken);
        }
        free.release();
    }

    /** Closes all that nobody uses. */
    void dropIdle() {
        for (Connection next = idle.poll(); next != null; next = idle.poll()) {
            close(next);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.log(System.Logger.Level.DEBUG, "closing: SQLSTATE {0}", Trouble.state(e));
        }
    }

    @Override
    public void close() {
        closed = true;
        dropIdle();
    }
}
