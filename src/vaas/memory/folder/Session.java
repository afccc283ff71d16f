package vaas.memory.folder;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import vaas.memory.Conversations;
import vaas.memory.RefusedException;
import vaas.memory.file.FileMemory;

/** One conversation that is in use, or was not long ago: its memory, its line, and its users. */
final class Session {
    final String conversation;
    final Line line;
    /** While the memory is opened or closed; taken before the monitor of all sessions. */
    final ReentrantLock opening = new ReentrantLock();
    private final Sessions all;

    // Guarded by the monitor of all sessions.
    int users;
    long usedNanos; // when the last of them left

    boolean counted; // among those that are stored; guarded by their count
    /** Null while it is closed, and open for who uses it; changed while opening is held. */
    volatile FileMemory memory;

    Session(Sessions all, String conversation, AtomicInteger waitingInAll) {
        this.all = all;
        this.conversation = conversation;
        this.line = new Line(!isShared(), waitingInAll, () -> all.count.begin(this));
    }

    boolean isShared() {
        return conversation.equals(Conversations.SHARED);
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
            return all.idle.isExpired(memory);
        }

        @Override
        public void expire() throws IOException {
            all.idle.expire(memory);
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
