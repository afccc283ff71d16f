package vaas.agent.groq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * A stream of events (WHATWG server-sent events) of a model, put together to the answer that it
 * would have been. Used by one thread.
 */
final class EventStreamBody {
    private static final Pattern FIELD =
            Pattern.compile("(?s)\\ufeff?\\s*(data|event|id|retry|error)?:.*");
    private static final Pattern ERROR = Pattern.compile("error:|event: ?error");
    private static final Pattern LINE = Pattern.compile("\r\n|\n|\r");

    private final Map<String, StringBuilder> texts = new LinkedHashMap<>(); // of the message
    private final Map<Integer, Map<String, Object>> calls = new TreeMap<>();
    private final Map<String, Object> errors = new LinkedHashMap<>();
    private Object finishReason;
    private boolean ended;
    private boolean begun;
    private boolean inDeltas;
    private long kept; // chars

    /** Whether a text is one. */
    static boolean isOne(String text) {
        return FIELD.matcher(text).matches();
    }

    /** Reads all of it; null if the stream ends before the answer does. */
    static Map<String, Object> read(String text) throws JsonException {
        EventStreamBody body = new EventStreamBody();
        List<String> data = new ArrayList<>();
        for (String line : LINE.split(text.replaceFirst("^\ufeff", "") + "\n\n", -1)) {
            if (line.startsWith("data:")) {
                data.add(line.substring(line.startsWith("data: ") ? 6 : 5));
            } else if (line.isEmpty() && !data.isEmpty()) {
                body.add(String.join("\n", data));
                data.clear();
            } else if (ERROR.matcher(line).lookingAt()) { // llama.cpp's has a field of its own
                body.errors.put("error", line.substring("error:".length()).strip());
            }
        }
        return body.whole();
    }

    /** Adds the data of one event; false if the answer has ended, so that nothing more counts. */
    boolean add(String data) throws JsonException {
        if (data.strip().equals("[DONE]")) {
            ended = true;
            return false;
        }
        Map<String, Object> chunk = data.isBlank() ? Map.of() : Json.read(data);
        if (ModelError.within(chunk).isPresent()) {
            errors.putAll(chunk);
            errors.remove("choices");
            errors.putIfAbsent("error", "in a choice");
        }
        Object choice = Fields.first(Fields.get(chunk, "choices"));
        Object delta = Fields.get(choice, "delta");
        inDeltas |= delta != null;
        if (delta != null) {
            addDelta(delta);
        } else if (!inDeltas || content().isEmpty() && calls.isEmpty()) {
            addDelta(Fields.get(choice, "message"));
        } // else it says once more, as a whole, what came in pieces
        Object reason = Fields.get(choice, "finish_reason");
        if (reason != null && !reason.equals("")) {
            finishReason = reason;
        }
        return true;
    }

    private void addDelta(Object delta) {
        if (delta instanceof Map<?, ?> fields) {
            begun = true;
            kept += delta.toString().length();
            Fields.keyed(fields).forEach((name, value) -> texts
                    .computeIfAbsent(name, key -> new StringBuilder())
                    .append(name.equals("content") ? ChatResponse.text(value)
                            : value instanceof String ? value : ""));
            Fields.items(fields.get("tool_calls")).forEach(this::addCall);
        }
    }

    private void addCall(Object piece) {
        int index = Fields.get(piece, "index") instanceof Number number
                ? number.intValue() : calls.size();
        if (piece instanceof Map<?, ?> fields) {
            merge(calls.computeIfAbsent(index, key -> new LinkedHashMap<>()), fields);
        }
    }

    // Id and name come once, arguments piece by piece.
    private static void merge(Map<String, Object> call, Map<?, ?> piece) {
        Fields.keyed(piece).forEach((name, value) -> {
            if (value instanceof Map<?, ?> map && call.get(name) instanceof Map<?, ?> before) {
                merge(Fields.keyed(before), map);
            } else if (name.equals("arguments") && value instanceof String) {
                call.merge(name, value, (a, b) -> "" + a + b);
            } else if (value != null && !value.equals("")) {
                call.put(name, value);
            }
        });
    }

    /** What the model has written so far for the reader, thinking included. */
    StringBuilder content() {
        return texts.computeIfAbsent("content", key -> new StringBuilder());
    }

    long kept() {
        return kept;
    }

    /** An object as of a plain answer; null if the answer has not ended. */
    Map<String, Object> whole() {
        Map<String, Object> whole = new LinkedHashMap<>(errors);
        Map<String, Object> message = new LinkedHashMap<>();
        texts.forEach((name, text) -> message.put(name, text.toString()));
        message.put("tool_calls", List.copyOf(calls.values()));
        Map<String, Object> choice = new LinkedHashMap<>();
        choice.put("message", message);
        choice.put("finish_reason", finishReason);
        if (begun) {
            whole.put("choices", List.of(choice));
        }
        return ended || finishReason != null || !errors.isEmpty() ? whole : null;
    }
}
