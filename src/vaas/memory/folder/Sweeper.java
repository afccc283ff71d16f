package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.memory.Conversations;
import vaas.memory.file.ClosedFile;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.memory.line.LimitOptions;

/**
 * The one thread that works behind: it counts what was there at the start, keeps conversations
 * within their limits, forgets those that were left alone, and closes those that nobody uses.
 */
final class Sweeper implements Closeable {
    private static final System.Logger LOG = System.getLogger(Sweeper.class.getName());
    /** After that long without use a conversation is closed, and one that failed is tried again. */
    private static final Duration UNUSED = Duration.ofMinutes(10);
    private static final Duration TICK = Duration.ofMinutes(1);
    /** The start of the program comes first, before a look into many files. */
    private static final Duration FIRST_PASS = Duration.ofSeconds(1);

    private final FileContext context;
    private final Sessions sessions;
    private final SessionList list;
    private final Thread thread = new Thread(this::run, "vaas-memory-sweep");
    private Instant lastPass = Instant.MIN; // used by the thread alone

    // Guarded by this.
    private final Set<String> due = new LinkedHashSet<>(); // conversations to be looked at
    private final Set<String> failed = new HashSet<>(); // a full disk would cost a vain copy a turn
    private boolean hurried; // somebody waits for the first pass
    private boolean closed;

    Sweeper(FileContext context, Sessions sessions, SessionList list) {
        this.context = context;
        this.sessions = sessions;
        this.list = list;
        thread.setDaemon(true);
    }

    void start() {
        sessions.count.whenAwaited(this::hurry);
        thread.start();
    }

    private synchronized void hurry() {
        hurried = true;
        notifyAll();
    }

    /** A conversation has outgrown a limit, or its records are to be counted. */
    synchronized void wake(String conversation) {
        if (!failed.contains(conversation) && due.add(conversation)) {
            notifyAll();
        }
    }

    /** Ends the thread, and waits for the step that is under way. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        Closeables.awaitEnd(thread);
    }

    private void run() {
        tend(Conversations.SHARED);
        long nextPass = System.nanoTime() + FIRST_PASS.toNanos();
        long nextTick = nextPass + TICK.toNanos();
        while (isOpen()) {
            Optional<String> next = next(Math.min(nextTick, nextPass) - System.nanoTime());
            next.ifPresent(this::tend);
            if (System.nanoTime() - nextTick >= 0) {
                nextTick = System.nanoTime() + TICK.toNanos();
                sessions.closeUnused(UNUSED);
                forgive();
            }
            if (isOpen() && (System.nanoTime() - nextPass >= 0 || takeHurry())) {
                nextPass = System.nanoTime()
                        + LimitOptions.pause(sessions.idle.longest()).toNanos();
                count();
                attempt(null, this::pass);
            }
        }
    }

    /** Counts what was there at the start, once. */
    private void count() {
        if (!sessions.count.isCounted()) {
            attempt(null, () -> sessions.count.counted(list.count(this::isOpen)));
            sessions.count.counted(0); // if that failed: nobody waits for it any more
        }
    }

    private synchronized boolean takeHurry() {
        boolean was = hurried;
        hurried = false;
        return was;
    }

    /** The next conversation that is due; empty if none is for so long. */
    private synchronized Optional<String> next(long nanos) {
        try {
            if (due.isEmpty() && !closed && !hurried && nanos > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, nanos);
            }
        } catch (InterruptedException e) {
            closed = true; // nobody but an embedder's thread tools would do that
        }
        Optional<String> first = due.stream().findFirst();
        first.ifPresent(due::remove);
        return first;
    }

    private synchronized boolean isOpen() {
        return !closed;
    }

    private synchronized void forgive() {
        due.addAll(failed);
        failed.clear();
    }

    /** Counts a conversation, where that matters, and cuts it to its limits. */
    private void tend(String conversation) {
        attempt(conversation, () -> {
            try (Session.Lease lease = sessions.use(conversation)) {
                FileMemory memory = lease.memory();
                if (memory.size().isEmpty()) {
                    memory.countBehind(this::isOpen);
                }
                if (context.limits().any()) {
                    memory.trim(this::isOpen);
                }
            }
        });
    }

    /** A step for one conversation, or, if that is null, for all. */
    private void attempt(String conversation, Closeable step) {
        try {
            if (!hasFailed(conversation)) {
                step.close();
            }
        } catch (IOException | RuntimeException | Error e) { // a limit must not end with it
            putOff(conversation);
            LOG.log(System.Logger.Level.WARNING, "{0} could not be counted, or cut to the limits:"
                    + " {1}", conversation == null ? "the conversations" : conversation.isEmpty()
                    ? "the shared conversation" : conversation, e.toString());
        }
    }

    private synchronized boolean hasFailed(String conversation) {
        return failed.contains(conversation);
    }

    private synchronized void putOff(String conversation) {
        if (conversation != null) {
            failed.add(conversation);
            due.remove(conversation);
        }
    }

    /** Looks at all conversations, open or not. */
    private void pass() throws IOException {
        Instant begun = context.clock().instant();
        look(Conversations.SHARED);
        if (context.limits().any() || sessions.idle.longest().isPresent()) {
            for (Path sub : list.folders()) {
                attempt(null, () -> list.files(sub).forEach(this::lookIfCandidate));
            }
        }
        lastPass = begun;
    }

    private void lookIfCandidate(Path file) {
        SessionFiles.conversation(context.disk(), file).filter(it -> isOpen())
                .ifPresent(conversation -> attempt(conversation, () -> {
                    if (isCandidate(file)) {
                        look(conversation);
                    }
                }));
    }

    private void look(String conversation) {
        attempt(conversation, () -> {
            try (Session.Lease lease = sessions.use(conversation)) {
                lease.expire();
            }
        });
        tend(conversation);
    }

    private boolean isCandidate(Path file) throws IOException {
        Optional<Disk.FileState> found = context.disk().state(file);
        if (found.isEmpty()) {
            return false; // reset meanwhile
        }
        Disk.FileState state = found.get();
        return sessions.idle.since().filter(state.modified()::isBefore).isPresent()
                || context.limits().mayBeExceeded(state.length())
                        && !state.modified().isBefore(lastPass)
                || context.limits().maxAge().isPresent() && ClosedFile.mayHoldOlder(context.disk(),
                        file, context.limits().oldest(context.clock().instant()));
    }
}
