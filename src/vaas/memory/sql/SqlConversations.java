package vaas.memory.sql;

import java.io.Closeable;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import vaas.budget.Budget;
import vaas.memory.Conversations;
import vaas.memory.MemoryAwayException;
import vaas.memory.Requester;
import vaas.memory.line.LimitOptions;
import vaas.metrics.Metrics;

/**
 * Conversations in a PostgreSQL database, which any number of servers may use at once. Nothing of
 * them is kept here but who uses which. Safe for concurrent use.
 */
public final class SqlConversations implements Conversations {
    private static final System.Logger LOG = System.getLogger(SqlConversations.class.getName());
    private static final Sql LIST = new Sql("""
            SELECT session_id, bytes, last_activity FROM vaas_conversation
            WHERE session_id > $1 AND last_id IS NOT NULL
            AND ($3::timestamptz IS NULL OR last_activity >= $3::timestamptz)
            ORDER BY session_id LIMIT $2""");

    private final SqlContext context;
    private final Map<String, Session> sessions = new ConcurrentHashMap<>();
    private final Heartbeat heartbeat;
    private final ScheduledExecutorService heart = thread("vaas-memory-beat");
    private final Sweep sweep = new Sweep();
    private final Closeable waiting;

    private SqlConversations(Options options, DatabaseDriver driver) throws IOException {
        this.context = options.context(driver, sweep::wake);
        this.heartbeat = new Heartbeat(context);
        this.waiting = options.metrics.gauge("vaas_waiting_chats",
                "Chats that wait for their turn in a conversation.", context.waiting()::get);
        begin();
        long millis = Heartbeat.BEAT.toMillis();
        heart.scheduleWithFixedDelay(heartbeat, millis, millis, TimeUnit.MILLISECONDS);
        sweep.begin(context);
    }

    /** A thread that works behind; once it is shut down, nothing more is done, without a word. */
    static ScheduledExecutorService thread(String name) {
        return new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        }, new ThreadPoolExecutor.DiscardPolicy());
    }

    private void begin() throws IOException {
        try {
            heartbeat.begin();
        } catch (SQLException e) {
            context.database().met(e, "start");
            if (Trouble.of(e) != Trouble.AWAY) {
                close();
                throw new IOException("the database refuses: SQLSTATE " + Trouble.state(e)
                        + " (wrong user, password or name of the database, or no right to make"
                        + " tables)");
            }
            LOG.log(System.Logger.Level.WARNING, "the database can not be reached; it is tried"
                    + " again and again");
        } catch (MemoryAwayException e) {
            LOG.log(System.Logger.Level.WARNING, "the database went away: {0}", e.getMessage());
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    /** Names a database, and lets more be said about it. */
    public static Options options(DatabaseUrl url) {
        return new Options(url);
    }

    /** How a database is to be used. Used by one thread. */
    @SuppressWarnings("exports") // what is said of limits is said here
    public static final class Options extends LimitOptions<Options> {
        private final DatabaseUrl url;
        private DatabaseDriver driver; // null for Debian's
        private int connections = 8;
        private Duration timeout = Duration.ofSeconds(5);
        private Metrics metrics = new Metrics();
        private Budget budget = Budget.ofThisProcess();

        private Options(DatabaseUrl url) {
            this.url = url;
        }

        /** The driver; by default Debian's. */
        public Options driver(DatabaseDriver loaded) {
            driver = loaded;
            return this;
        }

        /** Most connections at a time, at least 1; 8 by default. */
        public Options connections(int most) {
            requireOne("connections", most);
            connections = most;
            return this;
        }

        /**
         * Time for a connection and for an answer on it, 5 s by default; twice that, tries
         * included, for all but storing.
         */
        public Options timeout(Duration each) {
            timeout = each;
            return this;
        }

        /** Where to count and time; default: nowhere that can be seen. */
        public Options metrics(Metrics shared) {
            metrics = shared;
            return this;
        }

        /** What readings are charged to; default: one of these conversations alone. */
        public Options budget(Budget shared) {
            budget = shared;
            return this;
        }

        /** Host and database only. */
        @Override
        public String toString() {
            return url.toString();
        }

        /** The same database, without limits. */
        Options unlimited() throws IOException {
            return new Options(url).driver(driver()).timeout(timeout);
        }

        /** A connection for what takes as long as it takes, beside the server or without one. */
        Connection connect() throws IOException, SQLException {
            return Schema.connected(driver().connect(url, url.properties()));
        }

        private DatabaseDriver driver() throws IOException {
            return driver == null ? DatabaseDriver.load(DatabaseDriver.DEBIAN) : driver;
        }

        private SqlContext context(DatabaseDriver loaded, Consumer<String> overLimits) {
            return new SqlContext(database(loaded), UUID.randomUUID(), clock, budget, limits,
                    maxConversations, idle, new SqlMetrics(metrics), overLimits,
                    ConcurrentHashMap.newKeySet(), new AtomicInteger());
        }

        private Database database(DatabaseDriver loaded) {
            Properties properties = url.properties();
            String seconds = Long.toString(Math.max(1, timeout.toSeconds()));
            for (String name : List.of("connectTimeout", "loginTimeout", "socketTimeout")) {
                properties.putIfAbsent(name, seconds);
            }
            properties.putIfAbsent("prepareThreshold", "1"); // so that texts come as bytes
            properties.putIfAbsent("ApplicationName", "vaas");
            return new Database(() -> Schema.connected(loaded.connect(url, properties)),
                    connections, timeout, metrics);
        }

        /**
         * Begins to use the database, and makes its tables if they are not there. Where it can't be
         * reached, that is tried again and again.
         *
         * @throws IOException if there is no such driver, the database refuses, or its tables are
         *     of another version
         */
        public SqlConversations open() throws IOException {
            return new SqlConversations(this, driver());
        }
    }

    /** For tests: what its threads work with. */
    SqlContext context() {
        return context;
    }

    @Override
    public Lease use(String conversation) throws IOException {
        if (!conversation.equals(SHARED) && !NAME.matcher(conversation).matches()) {
            throw new IllegalArgumentException("that can't be the name of a conversation");
        }
        context.database().requireOpen();
        Session used = sessions.compute(conversation, (name, known) -> {
            Session session = known == null ? new Session() : known;
            session.users++;
            return session;
        });
        return new SqlMemory(context, conversation, used, () -> leave(conversation));
    }

    private void leave(String conversation) {
        sessions.computeIfPresent(conversation,
                (name, session) -> --session.users == 0 ? null : session);
    }

    @Override
    public Listing list(String after, int n) throws IOException {
        Instant since = context.idle().map(context.clock().instant()::minus).orElse(null);
        List<Summary> found = new ArrayList<>(context.database().run("list", on -> LIST.rows(on,
                at -> new Summary(at.getString(1), at.getLong(2), Sql.time(at, 3)),
                after == null ? SHARED : after, n + 1L, since)));
        if (found.size() <= n) {
            return new Listing(found, Optional.empty());
        }
        found.remove(n);
        return new Listing(found, Optional.of(found.get(n - 1).conversation()));
    }

    @Override
    public Total resetAll(Requester by) throws IOException {
        Total total = new Reset(context, "reset_all", by).ofAll();
        sessions.values().forEach(session -> session.reset(null));
        return total;
    }

    @Override
    public boolean isWritable() {
        return context.database().isWritable();
    }

    /** Tells other servers that this one is gone, and closes its connections. */
    @Override
    public void close() throws IOException {
        heart.shutdownNow();
        sweep.close();
        if (context.database().isOpen()) {
            heartbeat.end();
        }
        context.database().close();
        waiting.close();
    }
}
