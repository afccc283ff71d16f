package vaas.agent.groq;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vaas.json.Json;
import vaas.json.JsonException;

/** What one request to the model came to, retries included. */
sealed interface Completion {
    /** Text, never blank. */
    record Answer(String text) implements Completion {
        @Override
        public String toString() {
            return "Answer[" + text.length() + " chars]"; // not the text: it may get into a log
        }
    }

    /** Tools are to be called. What stands beside goes back in the same chat. */
    record ToolCalls(String text, List<ToolCall> calls, Map<String, Object> beside)
            implements Completion {
        @Override
        public String toString() {
            return "ToolCalls[" + calls.size() + "]";
        }
    }

    /** One call, as the model wrote it: the id may be empty, the arguments no JSON object. */
    record ToolCall(String id, String name, String arguments, Map<String, Object> beside) {
        ToolCall(String id, String name, String arguments) {
            this(id, name, arguments, Map.of());
        }

        @Override
        public String toString() {
            return "ToolCall[" + arguments.length() + " chars]";
        }

        /** The arguments, none if they are blank. */
        Map<String, Object> parsed() throws JsonException {
            return Json.read(arguments.isBlank() ? "{}" : arguments);
        }

        /**
         * The same in the wire's shape, to be sent back to the model. Servers parse the arguments
         * that they get back, so those that are no object become an empty one.
         */
        Map<String, Object> toWire() {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", name);
            function.put("arguments", isObject() ? arguments : "{}");
            Map<String, Object> call = new LinkedHashMap<>();
            call.put("id", id);
            call.put("type", "function");
            call.put("function", function);
            call.putAll(beside);
            return call;
        }

        private boolean isObject() {
            try {
                return !Json.read(arguments).isEmpty() && !arguments.startsWith("\ufeff");
            } catch (JsonException e) {
                return false;
            }
        }
    }

    /** No more requests for now, and the wait is longer than we wait. */
    record Busy(Duration retryAfter) implements Completion {}

    /** It will not, and asking again would not help. The words are of tools, in lower case. */
    record Refused(Reason reason, String words, int status) implements Completion {
        @Override
        public String toString() {
            return "Refused[" + reason + "]";
        }
    }

    /** It answered, and was paid for it, but nothing in the answer is of use; not asked again. */
    record Unusable() implements Completion {}

    /** No answer came, whatever was tried: 5xx, no connection, a connection cut on the way. */
    record Unreachable() implements Completion {}

    /** The deadline passed. */
    record TimedOut() implements Completion {}
}
