package vaas.memory.sql;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.Requester;

/** A conversation in use: what its memory and its place know of each other. */
final class SqlLease implements Conversations.Lease {
    /** Where nobody waits for anybody. */
    private static final Conversations.Place FREE = new Conversations.Place() {
        @Override
        public boolean await(Duration patience) {
            return true;
        }

        @Override
        public void close() {}
    };

    private final SqlContext context;
    private final String conversation;
    private final SqlMemory memory;
    private final Runnable left;
    private Patience deadline; // of the chat; null if none is known
    private final List<SqlPlace> places = new CopyOnWriteArrayList<>();
    private boolean closed; // guarded by this

    SqlLease(SqlContext context, String conversation, Session session, Runnable left) {
        this.context = context;
        this.conversation = conversation;
        this.memory = new SqlMemory(context, conversation, session, this);
        this.left = left;
    }

    @Override
    public String conversation() {
        return conversation;
    }

    @Override
    public Memory memory() {
        return memory;
    }

    /** The one whose turn has come; null if there is none. */
    SqlPlace place() {
        return places.stream().filter(SqlPlace::hasTurn).findFirst().orElse(null);
    }

    /** How long it may be tried to store a turn. */
    Patience patience() {
        return deadline == null ? Patience.of(Insert.SETTLING_MAX)
                : deadline.atMost(Insert.SETTLING_MAX);
    }

    @Override
    public Conversations.Place enter(String key, String text) throws IOException {
        return enter(key, text, Insert.SETTLING_MAX);
    }

    @Override
    public Conversations.Place enter(String key, String text, Duration patience)
            throws IOException {
        deadline = Patience.of(patience);
        if (conversation.equals(Conversations.SHARED) && key == null) {
            return FREE;
        }
        SqlPlace taken = new SqlPlace(context, conversation, key, text);
        try {
            taken.take();
        } catch (IOException | RuntimeException | Error e) {
            context.running().remove(taken.chat);
            throw e;
        }
        places.add(taken);
        return taken;
    }

    @Override
    public boolean isExpired() throws IOException {
        return context.idle().isPresent() && context.isExpired(memory.head().lastActivity());
    }

    @Override
    public void expire() throws IOException {
        if (context.idle().isEmpty()) {
            return;
        }
        Found head = memory.head();
        if (head.newest() != null && context.isExpired(head.lastActivity())
                && memory.reset("idle", Requester.SELF, Set.of(head.newest().toString()))
                        .isPresent() && place() != null) {
            place().take(); // it has a row again
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            left.run();
        }
    }
}
