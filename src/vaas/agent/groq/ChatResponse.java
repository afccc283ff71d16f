package vaas.agent.groq;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.Reason;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * What the model API answered, read once and as liberally as the many servers of its kind need:
 * only {@code choices[0].message} and the error count. Immutable.
 */
final class ChatResponse {
    private static final String THINK_START = "<think>";
    private static final String THINK_END = "</think>";
    private static final int ERROR_CHARS_MAX = 16 << 10;
    /** How servers say that a prompt is too long; see also the code of Groq among them. */
    private static final List<String> TOO_LONG = List.of("context_length_exceeded",
            "exceed_context_size", "context length", "context size", "reduce the length",
            "prompt is too long", "input token count", "too large for model");

    private final byte[] body;
    private final Map<String, Object> fields; // empty if it is no JSON object

    private ChatResponse(byte[] body, Map<String, Object> fields) {
        this.body = body;
        this.fields = fields;
    }

    /** Reads a body; of one that is not acceptable JSON nothing but its words is known. */
    static ChatResponse of(byte[] body) {
        try {
            return new ChatResponse(body, Json.read(body));
        } catch (JsonException e) {
            return new ChatResponse(body, Map.of());
        }
    }

    /** The answer or the tool calls of a 200; empty if there is neither, or it is broken. */
    Optional<Completion> completion() {
        Object message = get(first(fields.get("choices")), "message");
        if (!(message instanceof Map<?, ?>)) {
            return Optional.empty();
        }
        String text = withoutThinking(text(get(message, "content")));
        List<ToolCall> calls = calls(get(message, "tool_calls"));
        if (!calls.isEmpty()) {
            return Optional.of(new ToolCalls(text, calls));
        }
        return text.isBlank() ? Optional.empty() : Optional.of(new Answer(text));
    }

    /** Why a request was refused, by its status and what the body says, if that can be read. */
    Reason reason(int status) {
        return switch (status) {
            case 401, 403 -> Reason.KEY;
            case 404 -> errorCode().startsWith("model") ? Reason.MODEL : Reason.ADDRESS;
            case 413 -> Reason.TOO_LONG;
            case 400 -> switch (errorCode()) {
                case "model_decommissioned", "model_not_found" -> Reason.MODEL;
                case "tool_use_failed" -> Reason.TOOL_USE;
                default -> tooLongOrOther();
            };
            case 422 -> tooLongOrOther();
            default -> Reason.OTHER;
        };
    }

    /** The error's code, fit for a log line; empty if there is none. */
    String errorCode() {
        return get(fields.get("error"), "code") instanceof String code
                && code.matches("[A-Za-z0-9_.-]{1,64}") ? code : "";
    }

    // By the words alone, since each server puts them elsewhere: an object, a string or a list.
    private Reason tooLongOrOther() {
        String words = new String(body, 0, Math.min(body.length, ERROR_CHARS_MAX),
                StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        return TOO_LONG.stream().anyMatch(words::contains) ? Reason.TOO_LONG : Reason.OTHER;
    }

    private static List<ToolCall> calls(Object list) {
        List<ToolCall> calls = new ArrayList<>();
        for (Object item : items(list)) {
            Object function = get(item, "function");
            Object arguments = get(function, "arguments");
            Object id = get(item, "id");
            if (get(function, "name") instanceof String name) {
                calls.add(new ToolCall(
                        id instanceof String given ? given : "call_" + calls.size(), name,
                        arguments instanceof Map<?, ?> map ? Json.text(keyed(map))
                                : arguments instanceof String string ? string : "{}"));
            }
        }
        return calls;
    }

    // A string, or a list of parts, of which those of another type are no text for the reader.
    private static String text(Object content) {
        return content instanceof String text ? text
                : items(content).stream().flatMap(ChatResponse::part)
                        .collect(Collectors.joining());
    }

    private static Stream<String> part(Object part) {
        return "text".equals(get(part, "type")) && get(part, "text") instanceof String text
                ? Stream.of(text) : Stream.empty();
    }

    // Some models put their thinking before the answer, and some servers swallow its opening mark;
    // it is not meant for the reader.
    private static String withoutThinking(String content) {
        int start = content.indexOf(THINK_START);
        int end = content.indexOf(THINK_END);
        boolean open = start >= 0 && content.substring(0, start).isBlank();
        if (open && end < 0) {
            return "";
        }
        boolean thinking = open || end >= 0 && (start < 0 || end < start);
        return thinking ? content.substring(end + THINK_END.length()).stripLeading() : content;
    }

    private static Object get(Object object, String key) {
        return object instanceof Map<?, ?> map ? map.get(key) : null;
    }

    private static Object first(Object list) {
        return items(list).isEmpty() ? null : items(list).get(0);
    }

    private static List<?> items(Object list) {
        return list instanceof List<?> items ? items : List.of();
    }

    @SuppressWarnings("unchecked") // a JSON object has string keys only
    private static Map<String, ?> keyed(Map<?, ?> map) {
        return (Map<String, ?>) map;
    }
}
