package vaas.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import vaas.budget.OverBudgetException;
import vaas.memory.Conversations;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryFullException;
import vaas.memory.Receipt;
import vaas.memory.RefusedException;
import vaas.memory.Requester;
import vaas.memory.Turn;

/**
 * An agent with a name, conversations that it remembers but does not own, and tools. One agent
 * serves all conversations. Safe for concurrent use, as its subclasses have to be.
 */
public abstract class BaseAgent {
    private static final System.Logger LOG = System.getLogger(BaseAgent.class.getName());
    /** Most tools that Groq takes in one request. */
    private static final int TOOLS_MAX = 128;
    /** How often it is looked whether one who waits still reads. */
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final String name;
    private final Conversations conversations;
    private final Set<String> disabledTools;
    private final List<Tool> tools;
    private final ToolSource source;
    private final Duration timeout;

    /**
     * Sets it up. Conversations and source stay open: whoever opened them closes them.
     *
     * @param timeout for one chat, the wait for its turn included
     * @throws IllegalArgumentException if two tools have one name, or there are more than 128
     */
    protected BaseAgent(String name, Conversations conversations, List<Tool> tools,
            ToolSource source, Set<String> disabledTools, Duration timeout) {
        this.name = name;
        this.source = source;
        this.timeout = timeout;
        this.conversations = conversations;
        this.disabledTools = Set.copyOf(disabledTools);
        this.tools = filterActiveTools(tools);
        Set<String> names = new HashSet<>();
        for (Tool tool : this.tools) {
            if (!names.add(tool.name())) {
                throw new IllegalArgumentException("two tools are named " + tool.name());
            }
        }
        if (names.size() > TOOLS_MAX) {
            throw new IllegalArgumentException(
                    names.size() + " tools, at most " + TOOLS_MAX + " can be offered");
        }
    }

    /** Answers a question in the shared conversation; see {@link #chat(String, Question)}. */
    public final Reply chat(Question question) {
        return chat(Conversations.SHARED, question);
    }

    /**
     * Answers a question and remembers both. In a named conversation one question is answered after
     * the other, each with those before in its prompt; one whose key is known gets the answer that
     * is remembered.
     *
     * @throws IllegalArgumentException if it can't be the name of a conversation
     */
    public final Reply chat(String conversation, Question question) {
        return chat(conversation, question, AnswerReader.NONE);
    }

    /**
     * The same, while somebody reads.
     *
     * @param reader gets the text as it comes. All pieces joined are the beginning of the reply's
     *     message; what is missing then, which may be all of it, as of an answer that is
     *     remembered, is in the reply only
     */
    public final Reply chat(String conversation, Question question, AnswerReader reader) {
        return answer(conversation, question,
                reader == AnswerReader.NONE ? reader : text -> hand(text, reader));
    }

    private static void hand(String text, AnswerReader reader) throws IOException {
        try {
            reader.read(text);
        } catch (OverBudgetException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw new ReaderLeftException(e);
        }
    }

    private Reply answer(String conversation, Question question, AnswerReader reader) {
        Deadline deadline = Deadline.after(timeout);
        try (Conversations.Lease lease = conversations.use(conversation);
                Conversations.Place place = lease.enter(
                        question.key().orElse(null), question.remembered(),
                        deadline.remaining())) {
            if (!await(place, deadline, reader)) {
                return new Reply.Failed(Reply.Kind.TIMEOUT,
                        "Others were before it in this conversation for too long.");
            }
            lease.expire();
            Optional<Turn> known = question.key().isPresent()
                    ? lease.memory().byKey(question.key().get()) : Optional.empty();
            return known.isPresent() ? replay(question, known.get())
                    : chat(lease, question, deadline, reader);
        } catch (RefusedException e) {
            return refused(e.reason());
        } catch (ReaderLeftException e) {
            return new Reply.Failed(Reply.Kind.LEFT, "Nobody reads the answer any more.");
        } catch (OverBudgetException e) {
            LOG.log(System.Logger.Level.WARNING, "id {0}: no room for the chat: {1}",
                    question.requestId(), e.getMessage());
            return overBudget(e);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: the memory could not be used: {1}",
                    question.requestId(), e.toString());
            return unusable(e);
        }
    }

    private static Reply unusable(IOException e) {
        if (e instanceof MemoryAwayException away) {
            return away.maybeStored() ? new Reply.Failed(Reply.Kind.MAYBE_STORED,
                    "The turn may be stored: ask again with the same Idempotency-Key.")
                    : new Reply.Failed(Reply.Kind.MEMORY_AWAY,
                            "The memory can't be reached for now.");
        } else if (e instanceof MemoryFullException) {
            return notStored();
        }
        return new Reply.Failed(Reply.Kind.MEMORY_UNAVAILABLE,
                "The memory can't be used until it is reset or the server restarted.");
    }

    // Whoever leaves meanwhile gives up the place.
    private static boolean await(Conversations.Place place, Deadline deadline, AnswerReader reader)
            throws IOException {
        boolean next;
        do {
            Duration left = deadline.remaining();
            next = place.await(left.compareTo(LOOK) < 0 ? left : LOOK);
            reader.read("");
        } while (!next && !deadline.hasPassed());
        return next;
    }

    /**
     * Answers a question, and remembers both with its key, in a conversation that is open and whose
     * turn it is.
     *
     * @param reader may be handed the answer while it is written, if it is not {@link
     *     AnswerReader#NONE}; what it throws ends the chat
     * @throws IOException if the memory can't be used
     */
    protected abstract Reply chat(Conversations.Lease in, Question question, Deadline deadline,
            AnswerReader reader) throws IOException;

    /** What becomes of a question whose key a stored turn has. */
    protected static Reply replay(Question question, Turn stored) {
        return stored.question().content().equals(question.remembered())
                ? new Reply.Answered(stored.answer().content(), Optional.empty(),
                        Optional.of(stored.answer().messageId()), true)
                : refused(RefusedException.Reason.KEY_REUSED);
    }

    /** What becomes of a question whose answer can't be written. */
    protected static Reply notStored() {
        return new Reply.Failed(Reply.Kind.NOT_STORED,
                "The turn could not be written to the memory; the disk may be full.");
    }

    private static Reply overBudget(OverBudgetException e) {
        return e.isForGood()
                ? new Reply.Failed(Reply.Kind.TOO_LARGE,
                        "The chat needs more memory than this server has to give.")
                : new Reply.Failed(Reply.Kind.SERVER_FULL, "Others hold too much memory for now.");
    }

    private static Reply refused(RefusedException.Reason reason) {
        return switch (reason) {
            case KEY_REUSED -> new Reply.Failed(Reply.Kind.KEY_REUSED,
                    "The Idempotency-Key was used for another message in this conversation.");
            case LINE_FULL -> new Reply.Failed(Reply.Kind.LINE_FULL,
                    "Too many messages wait in this conversation.");
            case ALL_IN_USE -> new Reply.Failed(Reply.Kind.ALL_IN_USE,
                    "Too many conversations are in use.");
            case TOO_MANY_CONVERSATIONS -> new Reply.Failed(Reply.Kind.TOO_MANY_CONVERSATIONS,
                    "There is no room for another conversation: reset one first.");
        };
    }

    public final String name() {
        return name;
    }

    /** Most records of a conversation that its model is sent with a question, where it can tell. */
    public OptionalInt memorySize() {
        return OptionalInt.empty();
    }

    /** What it remembers; stays open when the agent is closed. */
    public final Conversations conversations() {
        return conversations;
    }

    /** What it has of its own and may use, in the order given. */
    public final List<Tool> tools() {
        return tools;
    }

    /** The same for a question, and then what the source has for it: 128 in all, none twice. */
    public final List<Tool> tools(Question question) {
        Map<String, Tool> byName = new LinkedHashMap<>();
        tools.forEach(tool -> byName.put(tool.name(), tool));
        filterActiveTools(source.tools(question))
                .forEach(tool -> byName.putIfAbsent(tool.name(), tool));
        return byName.values().stream().limit(TOOLS_MAX).toList();
    }

    /** Names a conversation between two resets, for log lines; a reset begins a new one. */
    public static String threadId(String conversation, long generation) {
        return (conversation.equals(Conversations.SHARED) ? "shared" : conversation)
                + "/" + generation;
    }

    /** Forgets the shared conversation on nobody's behalf; throws as any reset does. */
    public final Receipt resetMemory() throws IOException {
        return resetMemory(Conversations.SHARED, Requester.SELF);
    }

    /**
     * Forgets a conversation; see {@link vaas.memory.Memory#resetMemory(Requester)}.
     *
     * @throws IOException if the reset can't be made durable; asking again is safe
     */
    public final Receipt resetMemory(String conversation, Requester by) throws IOException {
        try (Conversations.Lease lease = conversations.use(conversation)) {
            return lease.memory().resetMemory(by);
        }
    }

    /**
     * Forgets a conversation if it is in a state that is expected; see {@link
     * vaas.memory.Memory#resetMemory(Requester, Set)}. Empty if it is in another.
     */
    public final Optional<Receipt> resetMemory(String conversation, Requester by, Set<String> tags)
            throws IOException {
        try (Conversations.Lease lease = conversations.use(conversation)) {
            lease.expire();
            return lease.memory().resetMemory(by, tags);
        }
    }

    /** Leaves out the tools that are disabled by name. */
    public final List<Tool> filterActiveTools(List<Tool> candidates) {
        return candidates.stream().filter(it -> !disabledTools.contains(it.name())).toList();
    }
}
