package vaas.memory.folder;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import vaas.memory.Conversations;
import vaas.memory.RefusedException;
import vaas.memory.file.FileMemory;

/** One conversation that is in use, or was not long ago: its memory, its line, and its users. */
final class Session {
    private final Sessions all;
    private final String conversation;
    private final Line line;
    /** While the memory is opened or closed; taken before the monitor of all sessions. */
    final ReentrantLock opening = new ReentrantLock();

    // Guarded by the monitor of all sessions.
    int users;
    long usedNanos; // when the last of them left
    private boolean counted; // among those that are stored; guarded by their count
    private volatile FileMemory memory; // null while it is closed; changed while opening is held

    Session(Sessions all, String conversation, AtomicInteger waitingInAll) {
        this.all = all;
        this.conversation = conversation;
        this.line = new Line(!isShared(), waitingInAll, () -> all.stored().begin(this));
    }

    String conversation() {
        return conversation;
    }

    boolean isShared() {
        return conversation.equals(Conversations.SHARED);
    }

    Line line() {
        return line;
    }

    /** Null while it is closed; who uses the session finds it open. */
    FileMemory memory() {
        return memory;
    }

    void memory(FileMemory openOrNull) {
        memory = openOrNull;
    }

    boolean isCounted() {
        return counted;
    }

    void counted(boolean now) {
        counted = now;
    }

    /** For one user; what it holds stays open until it is closed, and closing twice is fine. */
    final class Lease implements Conversations.Lease {
        private boolean closed; // guarded by this

        @Override
        public String conversation() {
            return conversation;
        }

        @Override
        public FileMemory memory() {
            return memory;
        }

        @Override
        public Conversations.Place enter(String key, String text) throws RefusedException {
            return line.enter(key, text);
        }

        @Override
        public boolean isExpired() throws IOException {
            return all.idle().isExpired(memory);
        }

        @Override
        public void expire() throws IOException {
            all.idle().expire(memory);
        }

        @Override
        public synchronized void close() {
            if (!closed) {
                closed = true;
                all.leave(Session.this);
            }
        }
    }
}
