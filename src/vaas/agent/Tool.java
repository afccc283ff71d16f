package vaas.agent;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import vaas.memory.Conversations;
import vaas.memory.MemoryRecord;

/**
 * Something that the model may call while it answers; embedders register their own with an agent.
 *
 * @param name what the model calls it: 1 to 64 of A-Z a-z 0-9 _ and - (Groq's limits)
 * @param description when and why to call it, for the model
 * @param parameters a JSON schema of an object, as a map
 * @param function what it does; called from many threads at a time
 */
public record Tool(String name, String description, Map<String, Object> parameters,
        Function function) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    /** @throws IllegalArgumentException if the name is not one that Groq takes */
    public Tool {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("tool name '" + name
                    + "', expected 1 to 64 of A-Z a-z 0-9 _ -");
        }
        parameters = Collections.unmodifiableMap(new LinkedHashMap<>(parameters)); // in order
    }

    /** What a model API is told of it, in JSON. */
    public Map<String, Object> declaration() {
        Map<String, Object> said = new LinkedHashMap<>();
        said.put("name", name);
        said.put("description", description);
        said.put("parameters", parameters);
        Map<String, Object> declaration = new LinkedHashMap<>();
        declaration.put("type", "function");
        declaration.put("function", said);
        return declaration;
    }

    /** A tool equals no other: what it does can't be compared. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    /** What a tool does. */
    @FunctionalInterface
    public interface Function {
        /**
         * Runs the tool, on a thread of its own. When no time is left, the thread is interrupted
         * and the chat answered without it, so a tool that takes long should look at
         * {@link Call#remaining()} or end when interrupted.
         *
         * @return what the model gets to read
         * @throws Exception if it fails; the model is told that it did, but not why
         */
        Result call(Call call) throws Exception;
    }

    /**
     * What a tool is called with.
     *
     * @param arguments what the model gave: String, Number, Boolean, null, List or Map, and not
     *     checked against the schema
     * @param conversation in which it is asked; open until the chat ends
     * @param question what is being answered
     * @param history what the model is shown of the conversation, oldest first
     * @param deadline of the whole chat
     */
    public record Call(Map<String, Object> arguments, Conversations.Lease conversation,
            Question question, List<MemoryRecord> history, Deadline deadline) {
        /** Time that is left for the whole chat: the model has to answer in it, too. */
        public Duration remaining() {
            return deadline.remaining();
        }

        /** Leaves the arguments out. */
        @Override
        public String toString() {
            return "Call[" + arguments.size() + " arguments, " + question + "]";
        }
    }

    /** What a tool found: text for the model, and a file for the caller, its clip_path. */
    public record Result(String text, Optional<String> clipPath) {
        /** A result of text alone. */
        public static Result of(String text) {
            return new Result(text, Optional.empty());
        }

        /** Leaves the text out. */
        @Override
        public String toString() {
            return "Result[" + text.length() + " chars]";
        }
    }
}
