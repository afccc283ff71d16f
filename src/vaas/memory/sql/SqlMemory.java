package vaas.memory.sql;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import vaas.json.JsonString;
import vaas.memory.Conversations;
import vaas.memory.Export;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Page;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.memory.Turn;

/**
 * A conversation in a database that is in use, and the lease on it: nothing is kept here of what it
 * remembers, but the places that were taken in its line.
 */
final class SqlMemory implements Memory, Conversations.Lease {
    /** Where nobody waits for anybody. */
    private static final Conversations.Place FREE = new Conversations.Place() {
        @Override
        public boolean await(Duration patience) {
            return true;
        }

        @Override
        public void close() {}
    };
    /** Most text of a page; but one turn always fits. */
    private static final long PAGE_BYTES_MAX = 4 << 20;

    private static final Found.Query LATEST = Found.Query.of("true", "DESC");
    private static final Found.Query BEFORE = Found.Query.of("answer_id < $4", "DESC");
    /** An answer's id is the next after its question's. */
    private static final Found.Query BY_ID = Found.Query.of("answer_id >= $4", "ASC");
    private static final Found.Query BY_KEY = Found.Query.of("idempotency_key = $4", "ASC");
    private static final Sql GENERATION = new Sql("SELECT nextval('vaas_sequence')");

    private final SqlContext context;
    private final String conversation;
    private final Session session;
    private final Runnable left;
    private final List<SqlPlace> places = new CopyOnWriteArrayList<>();
    private Patience deadline; // of the chat; null if none is known
    private boolean closed; // guarded by this

    SqlMemory(SqlContext context, String conversation, Session session, Runnable left) {
        this.context = context;
        this.conversation = conversation;
        this.session = session;
        this.left = left;
    }

    // The lease

    @Override
    public String conversation() {
        return conversation;
    }

    @Override
    public Memory memory() {
        return this;
    }

    /** The one whose turn has come; null if there is none. */
    private SqlPlace place() {
        return places.stream().filter(SqlPlace::hasTurn).findFirst().orElse(null);
    }

    /** How long it may be tried to store a turn. */
    private Patience patience() {
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
        return context.idle().isPresent() && context.isExpired(head().lastActivity());
    }

    @Override
    public void expire() throws IOException {
        if (context.idle().isEmpty()) {
            return;
        }
        Found head = head();
        if (head.newest() != null && context.isExpired(head.lastActivity())
                && reset("idle", Requester.SELF, Set.of(head.newest().toString())).isPresent()
                && place() != null) {
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

    // The memory

    /** {@inheritDoc} The bound in bytes is that of the budget's history, of text as JSON. */
    @Override
    public History latest(int n) throws IOException {
        requireAtLeast(0, n);
        while (true) {
            Long absent = session.absent();
            Found found = read(LATEST, "history", n == 1 ? 1 : n / 2,
                    context.budget().historyBytes());
            if (found.generation().isPresent()) {
                return new History(found.generation().getAsLong(), found.newest(),
                        found.records());
            } else if (place() != null) {
                place().take(); // a reset took the row away; the next must find one
            } else if (absent != null && absent.equals(session.absent())) {
                return new History(absent, null, List.of());
            } else {
                session.absent(context.database().run("generation",
                        on -> GENERATION.rows(on, at -> at.getLong(1)).get(0)));
            }
        }
    }

    /** How it is, without its turns. */
    private Found head() throws IOException {
        return read(LATEST, "state", 0, 0);
    }

    @Override
    public Page before(UUID messageId, int n) throws IOException {
        requireAtLeast(1, n);
        int turnsMax = n / 2 + n % 2;
        Found found = read(BEFORE, "page", turnsMax + 1L, PAGE_BYTES_MAX, messageId);
        List<MemoryRecord> records = found.records();
        List<MemoryRecord> kept = records.subList(
                Math.max(0, records.size() - 2 * turnsMax), records.size());
        return new Page(kept, found.seen() > Math.min(turnsMax, found.turns().size()));
    }

    @Override
    public Insertion insert(History read, String question, String answer, String key)
            throws IOException {
        Insert insert = new Insert(context, conversation, session, place(), read, question,
                answer, key);
        Insertion done = insert.run(patience());
        while (done == null) {
            done = byKey(key).<Insertion>map(Insertion.Present::new).orElse(null);
            done = done == null ? insert.run(patience()) : done; // a limit took it meanwhile
        }
        return done;
    }

    @Override
    public Optional<Turn> byKey(String key) throws IOException {
        return read(BY_KEY, "key", 1, 0, JsonString.quote(key)).turns().stream()
                .findFirst().flatMap(TurnRow::turn);
    }

    @Override
    public Optional<MemoryRecord> byMessageId(UUID messageId) throws IOException {
        return read(BY_ID, "record", 1, 0, messageId).records().stream()
                .filter(it -> it.messageId().equals(messageId)).findFirst();
    }

    private Found read(Found.Query query, String name, long turnsMax, long bytesMax, Object... more)
            throws IOException {
        return Found.read(query, name, context, conversation, turnsMax, bytesMax, more);
    }

    @Override
    public Stream<MemoryRecord> all() throws IOException {
        return SqlExport.of(context, conversation, null, 0).records();
    }

    @Override
    public Export export(UUID before, int n) throws IOException {
        return SqlExport.of(context, conversation, before, n / 2 + n % 2);
    }

    @Override
    public Receipt resetMemory(Requester by) throws IOException {
        return reset("reset", by, null).orElseThrow();
    }

    @Override
    public Optional<Receipt> resetMemory(Requester by, Set<String> tags) throws IOException {
        return reset("reset", by, Set.copyOf(tags));
    }

    private Optional<Receipt> reset(String what, Requester by, Set<String> tags)
            throws IOException {
        Optional<Receipt> receipt = new Reset(context, what, by).of(conversation, tags);
        receipt.ifPresent(it -> session.reset(
                conversation.equals(Conversations.SHARED) ? null : it.generation()));
        return receipt;
    }

    @Override
    public void requireWritable() throws MemoryUnavailableException {
        context.database().requireOpen();
    }

    @Override
    public boolean isWritable() {
        return context.database().isWritable();
    }

    private static void requireAtLeast(int least, int n) {
        if (n < least) {
            throw new IllegalArgumentException("n is " + n + ", expected at least " + least);
        }
    }
}
