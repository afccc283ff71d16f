package vaas.memory.sql;

import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryFullException;
import vaas.memory.MemoryUnavailableException;
import vaas.metrics.Counter;
import vaas.metrics.Metrics;

/**
 * Runs statements on one of a few connections, and again where that may help: at once where others
 * were in the way, and on a new connection, as long as there is time, where one was lost. So what
 * it is given has to bear being done twice. Safe for concurrent use; an interrupt ends nothing.
 */
final class Database implements Closeable {
    private static final System.Logger LOG = System.getLogger(Database.class.getName());
    private static final int CONFLICTS_MAX = 10;
    private static final Duration PAUSE_MIN = Duration.ofMillis(5);
    private static final int DOUBLINGS_MAX = 6; // to a third of a second

    private final Pool pool;
    private final Duration timeout;
    private final Metrics metrics;
    private final Counter retries;
    private final Closeable used;
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile boolean ready; // once its tables are there
    private volatile boolean away; // when it was last asked
    private volatile boolean full; // when a turn was last to be stored
    private volatile boolean altered; // its tables, when they were last looked at

    /** What is done with a connection. */
    interface Work<T> {
        T on(Connection connection) throws SQLException, IOException;
    }

    Database(Pool.Source source, int connections, Duration timeout, Metrics metrics) {
        this.pool = new Pool(source, connections, metrics.counter(
                "vaas_database_connection_waits_total", "Waits for a connection to be free."));
        this.timeout = timeout;
        this.metrics = metrics;
        this.retries = metrics.counter("vaas_database_retries_total",
                "Statements that were run again.");
        this.used = metrics.gauge("vaas_database_connections_in_use",
                "Connections to the database that are in use.", pool::used);
    }

    /** Makes its tables if need be; an IOException tells that they are of another version. */
    void prepare() throws SQLException, IOException {
        attempt(Patience.of(timeout), Patience.of(timeout), on -> {
            Schema.prepare(on);
            return null;
        });
        ready = true;
    }

    boolean isReady() {
        return ready;
    }

    boolean isOpen() {
        return closed.getCount() > 0;
    }

    /** Whether it could be reached when it was last tried. */
    boolean isReachable() {
        return isOpen() && ready && !away;
    }

    /** Whether it could be reached when it was last tried, and had room for what is stored. */
    boolean isWritable() {
        return isReachable() && !full && !altered;
    }

    void requireOpen() throws MemoryUnavailableException {
        if (!isOpen()) {
            throw new MemoryUnavailableException("the memory is closed", null);
        }
    }

    /** Waits; false if it is closed meanwhile. */
    boolean sleep(Duration time) {
        return !Patience.of(time).await(left -> closed.await(left, TimeUnit.NANOSECONDS));
    }

    /**
     * Runs something that is told by a name, for twice the time of one try at most, and where
     * nothing can be connected to, for one.
     */
    <T> T run(String name, Work<T> work) throws IOException {
        return run(name, Patience.of(timeout.multipliedBy(2)), Patience.of(timeout), work);
    }

    /**
     * The same with another patience.
     *
     * @throws MemoryUnavailableException if this is closed
     * @throws MemoryAwayException if it can't be done in time, or not at all
     * @throws MemoryFullException if there is no room for it
     */
    <T> T run(String name, Patience patience, Work<T> work) throws IOException {
        return run(name, patience, patience, work);
    }

    private <T> T run(String name, Patience patience, Patience connecting, Work<T> work)
            throws IOException {
        requireOpen();
        if (!ready) {
            throw new MemoryAwayException("the database has not been reached yet", false);
        }
        boolean interrupted = false;
        try {
            for (int tries = 0; ; tries++) {
                interrupted |= Thread.interrupted(); // it would break the next connection too
                try {
                    return attempt(patience, connecting, work);
                } catch (SQLException e) {
                    if (!isToRepeat(e, name, tries) || patience.isOver()) {
                        throw Trouble.told(e, name);
                    }
                }
                retries.increment();
                sleep(patience.atMost(jittered(tries)).left());
                requireOpen();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private <T> T attempt(Patience patience, Patience connecting, Work<T> work)
            throws SQLException, IOException {
        Connection connection = connection(patience, connecting);
        boolean well = false;
        try {
            T done = work.on(connection);
            well = true;
            if (away) {
                away = false;
                LOG.log(System.Logger.Level.INFO, "the database can be reached");
            }
            return done;
        } finally {
            if (well) {
                pool.giveBack(connection);
            } else {
                pool.drop(connection);
            }
        }
    }

    private Connection connection(Patience patience, Patience connecting)
            throws SQLException, IOException {
        try {
            Connection connection = pool.take(patience.atMost(timeout));
            if (connection == null) {
                throw new MemoryAwayException("all connections to the database are in use", false);
            }
            return connection;
        } catch (SQLException e) {
            if (ready && connecting.isOver()) {
                met(e, "connect");
                throw Trouble.told(e, "connect");
            }
            throw e;
        }
    }

    /**
     * Runs something as one transaction, which is not run again once its commit is under way.
     *
     * @throws IOException as {@link #run(String, Work)} does
     */
    <T> T transaction(String name, Work<T> work) throws IOException {
        Duration longer = timeout.multipliedBy(2); // it may have much to remove
        return run(name, connection -> {
            connection.setAutoCommit(false);
            connection.setNetworkTimeout(Runnable::run, (int) longer.toMillis());
            T done = work.on(connection);
            commit(connection, name);
            connection.setNetworkTimeout(Runnable::run, (int) timeout.toMillis());
            connection.setAutoCommit(true);
            return done;
        });
    }

    private void commit(Connection connection, String name) throws SQLException, IOException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (Trouble.of(e) == Trouble.AWAY) {
                met(e, name);
                throw Trouble.told(e, name);
            }
            throw e;
        }
    }

    private boolean isToRepeat(SQLException e, String name, int tries) {
        met(e, name);
        Trouble trouble = Trouble.of(e);
        if (trouble == Trouble.AWAY && !Trouble.isFull(e)) {
            pool.dropIdle(); // they are most likely as broken
        }
        return trouble == Trouble.AWAY || trouble == Trouble.CONFLICT && tries < CONFLICTS_MAX;
    }

    /** Counts an error, and tells of it by its SQLSTATE. */
    void met(SQLException e, String name) {
        String state = Trouble.state(e);
        Trouble trouble = Trouble.of(e);
        boolean known = away && trouble == Trouble.AWAY || trouble == Trouble.CONFLICT
                || altered && trouble == Trouble.OTHER;
        away |= trouble == Trouble.AWAY;
        full |= trouble == Trouble.FULL;
        metrics.counter("vaas_database_errors_total", "Errors of the database, by the class of"
                + " their SQLSTATE.", "class", state.substring(0, 2)).increment();
        LOG.log(known ? System.Logger.Level.DEBUG : System.Logger.Level.WARNING,
                "the database: SQLSTATE {0} in \"{1}\"", state, name);
    }

    /** Whether somebody has changed its tables, so that they can't be used. */
    void altered(boolean now) {
        if (now && !altered) {
            LOG.log(System.Logger.Level.WARNING, "the tables of the database are not as they were"
                    + " made");
        }
        altered = now;
    }

    /** A turn was stored, so there is room. */
    void stored() {
        full = false;
    }

    private static Duration jittered(int tries) {
        long nanos = PAUSE_MIN.toNanos() << Math.min(tries, DOUBLINGS_MAX);
        return Duration.ofNanos(nanos / 2 + ThreadLocalRandom.current().nextLong(nanos));
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        pool.close();
        used.close();
    }
}
