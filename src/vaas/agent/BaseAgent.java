package vaas.agent;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import vaas.memory.Conversations;
import vaas.memory.Receipt;
import vaas.memory.Requester;

/**
 * An agent with a name, conversations that it remembers but does not own, and tools. One agent
 * serves all conversations. Safe for concurrent use, as its subclasses have to be.
 */
public abstract class BaseAgent {
    private static final System.Logger LOG = System.getLogger(BaseAgent.class.getName());
    /** Most tools that Groq takes in one request. */
    private static final int TOOLS_MAX = 128;

    private final String name;
    private final Conversations conversations;
    private final Set<String> disabledTools;
    private final List<Tool> tools;

    /**
     * Sets it up.
     *
     * @param conversations closed by whoever opened them
     * @param tools what it could use
     * @param disabledTools names of tools that it must not use
     * @throws IllegalArgumentException if two tools have one name, or there are more than 128
     */
    protected BaseAgent(String name, Conversations conversations, List<Tool> tools,
            Set<String> disabledTools) {
        this.name = name;
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
     * Answers a question and remembers both.
     *
     * @param conversation its name
     * @return what became of it
     */
    public final Reply chat(String conversation, Question question) {
        Conversations.Lease lease;
        try {
            lease = conversations.use(conversation);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: the conversation could not be opened: {1}",
                    question.requestId(), e.toString());
            return new Reply.Failed(Reply.Kind.MEMORY_UNAVAILABLE,
                    "The conversation can't be opened.");
        }
        try (lease) {
            return chat(lease, question);
        }
    }

    /** Answers a question and remembers both in a conversation that is open. */
    protected abstract Reply chat(Conversations.Lease in, Question question);

    public final String name() {
        return name;
    }

    /** What it remembers; stays open when the agent is closed. */
    public final Conversations conversations() {
        return conversations;
    }

    /** What it may use, in the order given. */
    public final List<Tool> tools() {
        return tools;
    }

    /** Names a conversation between two resets, for log lines; a reset begins a new one. */
    public static String threadId(String conversation, long generation) {
        return (conversation.equals(Conversations.SHARED) ? "shared" : conversation)
                + "/" + generation;
    }

    /**
     * Forgets the shared conversation on nobody's behalf.
     *
     * @throws IOException if the reset can't be made durable; asking again is safe
     */
    public final Receipt resetMemory() throws IOException {
        return resetMemory(Conversations.SHARED, Requester.SELF);
    }

    /**
     * Forgets a conversation; see {@link vaas.memory.Memory#resetMemory(Requester)}.
     *
     * @param by for the audit
     * @throws IOException if the reset can't be made durable; asking again is safe
     */
    public final Receipt resetMemory(String conversation, Requester by) throws IOException {
        try (Conversations.Lease lease = conversations.use(conversation)) {
            return lease.memory().resetMemory(by);
        }
    }

    /** Leaves out the tools that are disabled by name. */
    public final List<Tool> filterActiveTools(List<Tool> candidates) {
        return candidates.stream().filter(it -> !disabledTools.contains(it.name())).toList();
    }
}
