package vaas.agent.groq;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What one request to the model came to, retries included. */
sealed interface Completion {
    /** Text, never blank. */
    record Answer(String text) implements Completion {
        @Override
        public String toString() {
            return "Answer[" + text.length() + " chars]"; // not the text: it may get into a log
        }
    }

    /**
     * The model wants tools called.
     *
     * @param text what it says beside that, often empty
     */
    record ToolCalls(String text, List<ToolCall> calls) implements Completion {
        @Override
        public String toString() {
            return "ToolCalls[" + calls.size() + "]";
        }
    }

    /**
     * One call, as the model wrote it.
     *
     * @param arguments meant to be a JSON object; not always one
     */
    record ToolCall(String id, String name, String arguments) {
        @Override
        public String toString() {
            return "ToolCall[" + arguments.length() + " chars]";
        }

        /** The same in the wire's shape, to be sent back to the model. */
        Map<String, Object> toWire() {
            return Map.of("id", id, "type", "function",
                    "function", Map.of("name", name, "arguments", arguments));
        }
    }

    /** No more requests for now, and the wait is longer than we wait. */
    record Busy(Duration retryAfter) implements Completion {}

    /** It will not, and asking again would not help. */
    record Refused(Reason reason) implements Completion {}

    /** It answered, and was paid for it, but nothing in the answer is of use; not asked again. */
    record Unusable() implements Completion {}

    /** No answer came, whatever was tried: 5xx, no connection, a connection cut on the way. */
    record Unreachable() implements Completion {}

    /** The deadline passed. */
    record TimedOut() implements Completion {}

    /** Why a request is refused. */
    enum Reason {
        /** The key. */
        KEY,
        /** The model is not there. */
        MODEL,
        /** The address is not that of a chat completions API. */
        ADDRESS,
        /** The prompt is too long. */
        TOO_LONG,
        /** The model wrote a tool call that can't be read; it may do better next time. */
        TOOL_USE,
        /** Anything else. */
        OTHER
    }
}
