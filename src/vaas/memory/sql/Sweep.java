package vaas.memory.sql;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import vaas.memory.Requester;
import vaas.memory.line.LimitOptions;

/**
 * The one thread of a server that works behind: it keeps conversations within their limits, forgets
 * those that were left alone, and removes rows that nothing was ever said to.
 */
final class Sweep implements Closeable {
    private static final System.Logger LOG = System.getLogger(Sweep.class.getName());
    private static final Duration FIRST_PASS = Duration.ofSeconds(1);
    /** So many that have outgrown a limit wait at most; a pass finds all others. */
    private static final int DUE_MAX = 10_000;

    private static final Sql OVER_LIMITS = new Sql("""
            SELECT session_id FROM vaas_conversation c WHERE records > $1 OR bytes > $2
            OR EXISTS (SELECT 1 FROM (SELECT time FROM vaas_turn t
                WHERE t.session_id = c.session_id ORDER BY answer_id LIMIT 1) oldest
                WHERE time < $3 OR time > $4)""");
    private static final Sql LEFT_ALONE = new Sql("""
            SELECT session_id, last_id FROM vaas_conversation
            WHERE last_id IS NOT NULL AND last_activity < $1""");
    private static final Sql NEVER_USED = new Sql("""
            SELECT session_id FROM vaas_conversation c WHERE last_id IS NULL AND session_id <> ''
            AND last_activity < clock_timestamp() - interval '1 minute'
            AND NOT EXISTS (SELECT 1 FROM vaas_place p WHERE p.session_id = c.session_id)""");

    private final ScheduledExecutorService thread = SqlConversations.thread("vaas-memory-sweep");
    private final Set<String> due = ConcurrentHashMap.newKeySet(); // to be cut, each once
    private SqlContext context; // from begin on

    void begin(SqlContext shared) {
        context = shared;
        thread.schedule(this::run, FIRST_PASS.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Has one cut that has outgrown a limit. */
    void wake(String conversation) {
        if (due.size() < DUE_MAX && due.add(conversation)) {
            thread.execute(() -> {
                due.remove(conversation);
                attempt("retention", () -> new Cut(context, conversation).run());
            });
        }
    }

    private void run() {
        boolean ready = context.database().isReady();
        if (ready) {
            pass();
        }
        thread.schedule(this::run, (ready ? LimitOptions.pause(context.idle()) : FIRST_PASS)
                .toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private interface Step {
        void run() throws IOException;
    }

    private static void attempt(String name, Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException | Error e) { // a limit must not end with it
            LOG.log(System.Logger.Level.WARNING, "{0} could not be done: {1}", name, e.toString());
        }
    }

    private void pass() {
        attempt("sweep", this::removeNeverUsed);
        attempt("idle", this::forgetLeftAlone);
        attempt("retention", this::cutAll);
    }

    private void removeNeverUsed() throws IOException {
        if (context.database().isReachable()) {
            for (String conversation : names(NEVER_USED)) {
                SqlPlace.leave(context, conversation, null);
            }
        }
    }

    private void cutAll() throws IOException {
        if (context.limits().any()) {
            Optional<Instant> now = context.limits().maxAge().map(it -> context.now());
            for (String conversation : names(OVER_LIMITS,
                    context.limits().maxRecords().orElse(Long.MAX_VALUE),
                    context.limits().maxBytes().orElse(Long.MAX_VALUE),
                    now.map(context.limits()::oldest).orElse(null), now.orElse(null))) {
                new Cut(context, conversation).run();
            }
        }
    }

    private void forgetLeftAlone() throws IOException {
        if (context.idle().isEmpty()) {
            return;
        }
        record Old(String conversation, UUID newest) {}
        List<Old> all = context.database().run("idle", on -> LEFT_ALONE.rows(on,
                at -> new Old(at.getString(1), (UUID) at.getObject(2)),
                context.clock().instant().minus(context.idle().get())));
        for (Old old : all) {
            new Reset(context, "idle", Requester.SELF)
                    .of(old.conversation, Set.of(old.newest.toString()));
        }
    }

    private List<String> names(Sql statement, Object... arguments) throws IOException {
        return context.database().run("sweep",
                on -> statement.rows(on, at -> at.getString(1), arguments));
    }
}
