package vaas.agent;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import vaas.memory.Memory;
import vaas.memory.Receipt;
import vaas.memory.Requester;

/**
 * An agent with a name, a memory that it does not own, and tools. Safe for concurrent use, as its
 * subclasses have to be.
 */
public abstract class BaseAgent {
    /** Most tools that Groq takes in one request. */
    private static final int TOOLS_MAX = 128;

    private final String name;
    private final Memory memory;
    private final Set<String> disabledTools;
    private final List<Tool> tools;
    private volatile String threadId = newThreadId();

    /**
     * Sets it up.
     *
     * @param memory closed by whoever opened it
     * @param tools what it could use
     * @param disabledTools names of tools that it must not use
     * @throws IllegalArgumentException if two tools have one name, or there are more than 128
     */
    protected BaseAgent(
            String name, Memory memory, List<Tool> tools, Set<String> disabledTools) {
        this.name = name;
        this.memory = memory;
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

    /** Answers a question and remembers both. */
    public abstract Reply chat(Question question);

    /** Stands in the welcome and in logs. */
    public final String name() {
        return name;
    }

    /** What it remembers, which it does not own. */
    public final Memory memory() {
        return memory;
    }

    /** The active tools, in the order given. */
    public final List<Tool> tools() {
        return tools;
    }

    /** Names the conversation in logs by a random id; a reset begins a new one. */
    public final String threadId() {
        return threadId;
    }

    /**
     * Forgets the conversation on nobody's behalf; see {@link #resetMemory(Requester)}.
     *
     * @throws IOException if the reset can't be made durable; asking again is safe
     */
    public final Receipt resetMemory() throws IOException {
        return resetMemory(Requester.SELF);
    }

    /**
     * Forgets the conversation and begins a new one; see {@link Memory#resetMemory(Requester)}.
     *
     * @param requester for the audit
     * @throws IOException if the reset can't be made durable; asking again is safe
     */
    public final Receipt resetMemory(Requester requester) throws IOException {
        Receipt receipt = memory.resetMemory(requester);
        threadId = newThreadId();
        return receipt;
    }

    /** Leaves out the tools that are disabled by name. */
    public final List<Tool> filterActiveTools(List<Tool> candidates) {
        return candidates.stream().filter(it -> !disabledTools.contains(it.name())).toList();
    }

    private static String newThreadId() {
        return UUID.randomUUID().toString();
    }
}
