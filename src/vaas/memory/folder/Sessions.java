package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import vaas.budget.Budget;
import vaas.disk.Closeables;
import vaas.memory.Conversations;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.metrics.Counter;

/**
 * The conversations of a folder that are open: opened when they are used, closed when nobody has
 * used them for a while, or when others need the room, the least recently used before others. Safe
 * for concurrent use.
 *
 * <p>Locks, in the order in which they are taken: {@link #gate}, {@link Session#opening}, all locks
 * of a memory, the monitor of this, which is a leaf.
 */
final class Sessions implements Closeable {
    private static final System.Logger LOG = System.getLogger(Sessions.class.getName());
    /** What an open conversation takes of the heap, beside its window and its keys. */
    private static final int SESSION_BYTES = 4 << 10;
    /** So many are closed when the system has no more handles. */
    private static final int CLOSED_FOR_HANDLES = 16;

    private final FileContext context;
    private final Path folder;
    private final int openMax;
    final Idle idle;
    final SessionCount count;
    private final Budget.Share cost;
    private final Closeable lastResort;
    private final Counter evictions;
    /** Read to open conversations, written to reset all: nothing is opened meanwhile. */
    final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    final AtomicInteger waiting = new AtomicInteger(); // chats, in all lines

    // Guarded by this.
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true); // by use
    private boolean closed;

    Sessions(FileContext context, Path folder, int openMax, long storedMax, Idle idle,
            Counter evictions) {
        this.context = context;
        this.folder = folder;
        this.openMax = Math.min(openMax, context.budget().conversations());
        this.idle = idle;
        this.evictions = evictions;
        this.count = new SessionCount(storedMax);
        this.cost = context.budget().standing();
        this.lastResort = context.budget().lastResort(this::closeOne);
    }

    /** Takes the shared conversation in, which stays open as long as this. */
    FileMemory openShared(Path file) throws IOException {
        FileMemory memory = FileMemory.open(context.of(Conversations.SHARED), file);
        Session shared = new Session(this, Conversations.SHARED, waiting);
        shared.memory = memory;
        shared.users = 1; // so that nobody closes it
        synchronized (this) {
            sessions.put(Conversations.SHARED, shared);
        }
        return memory;
    }

    /** Named conversations that are open. */
    synchronized int size() {
        return sessions.size() - 1;
    }

    Session.Lease use(String conversation) throws IOException {
        Session session = enter(conversation);
        try {
            if (session.memory == null) {
                open(session);
            }
            return session.new Lease();
        } catch (IOException | RuntimeException | Error e) {
            leave(session);
            throw e;
        }
    }

    private Session enter(String conversation) throws IOException {
        do {
            synchronized (this) {
                requireOpen();
                Session session = sessions.get(conversation);
                if (session == null && sessions.size() <= openMax) { // and the shared one
                    session = new Session(this, conversation, waiting);
                    sessions.put(conversation, session);
                }
                if (session != null) {
                    session.users++;
                    return session;
                }
            }
        } while (closeOneWhenOpen());
        throw new RefusedException(Reason.ALL_IN_USE);
    }

    private synchronized void requireOpen() throws MemoryUnavailableException {
        if (closed) {
            throw new MemoryUnavailableException("the memory is closed", null);
        }
    }

    private void open(Session session) throws IOException {
        gate.readLock().lock();
        session.opening.lock();
        try {
            requireOpen(); // for good: who closes all waits for this
            if (session.memory == null) {
                session.memory = opened(session.conversation);
                cost.count(SESSION_BYTES);
                count.opened(session);
            }
        } finally {
            session.opening.unlock();
            gate.readLock().unlock();
        }
    }

    private FileMemory opened(String conversation) throws IOException {
        Path file = SessionFiles.path(folder, conversation);
        try {
            return FileMemory.open(context.of(conversation), file);
        } catch (IOException e) { // the system may have no more handles
            if (!close(unused(Duration.ZERO).stream().limit(CLOSED_FOR_HANDLES).toList())) {
                throw e;
            }
            return FileMemory.open(context.of(conversation), file);
        }
    }

    void leave(Session session) {
        boolean drop;
        synchronized (this) {
            session.users--;
            session.usedNanos = System.nanoTime();
            FileMemory memory = session.memory;
            if (session.users > 0) {
                return;
            }
            if (memory != null && !session.isShared()) {
                count.count(session, memory.isStored());
            }
            drop = memory == null || !memory.isStored();
        }
        if (drop) {
            close(session); // nothing is worth being kept of it
        }
    }

    /** Closes the one that was used the longest ago; false if all are in use. */
    private boolean closeOneWhenOpen() {
        gate.readLock().lock();
        try {
            return closeOne();
        } finally {
            gate.readLock().unlock();
        }
    }

    /** The same, for whoever holds what others wait for; false also while all are reset. */
    private boolean closeOne() {
        List<Session> unused = unused(Duration.ZERO);
        if (unused.isEmpty() || !close(unused.subList(0, 1))) {
            return false;
        }
        evictions.increment();
        return true;
    }

    /** Closes those that nobody has used for so long. */
    void closeUnused(Duration atLeast) {
        close(unused(atLeast));
    }

    private synchronized List<Session> unused(Duration atLeast) {
        long now = System.nanoTime();
        return sessions.values().stream().filter(it -> it.users == 0 && it.memory != null
                && now - it.usedNanos >= atLeast.toNanos()).toList();
    }

    private boolean close(List<Session> unused) {
        if (!gate.readLock().tryLock()) { // what is suspended for a reset of all can't be closed
            return false;
        }
        try {
            unused.forEach(this::close);
            return true;
        } finally {
            gate.readLock().unlock();
        }
    }

    /** Closes it unless somebody uses it. */
    private void close(Session session) {
        session.opening.lock();
        try {
            FileMemory memory;
            synchronized (this) {
                if (session.users > 0) {
                    return;
                }
                memory = session.memory;
                session.memory = null;
                if (memory == null) {
                    sessions.remove(session.conversation, session);
                }
            }
            if (memory != null) {
                closed(session, memory);
            }
        } finally {
            session.opening.unlock();
        }
    }

    private void closed(Session session, FileMemory memory) {
        try {
            memory.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0} could not be closed well: {1}",
                    session.conversation, e.toString());
        }
        cost.giveBack(SESSION_BYTES);
        count.count(session, memory.isStored()); // an empty file has gone with it
        synchronized (this) {
            if (session.users == 0) { // else somebody waits to open it again
                sessions.remove(session.conversation, session);
            }
        }
    }

    /** Named conversations that are open; none comes while the gate is held. */
    synchronized List<FileMemory> open() {
        return sessions.values().stream()
                .filter(it -> !it.isShared())
                .map(it -> it.memory).filter(it -> it != null).toList();
    }

    /** All of them have been forgotten, and none has a file. */
    synchronized void forgotten() {
        count.clear(sessions.values());
    }

    @Override
    public void close() throws IOException {
        List<Session> all;
        synchronized (this) {
            closed = true;
            all = List.copyOf(sessions.values());
        }
        List<Closeable> memories = new ArrayList<>();
        for (Session session : all) {
            session.line.close();
            session.opening.lock();
            memories.add(session.memory);
            session.opening.unlock();
        }
        memories.add(lastResort);
        memories.add(cost::close);
        Closeables.all(memories.toArray(Closeable[]::new));
    }
}
