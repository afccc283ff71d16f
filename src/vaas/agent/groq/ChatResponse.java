package vaas.agent.groq;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vaas.agent.groq.Completion.Answer;
import vaas.agent.groq.Completion.Reason;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * Reads what the model API answers, as liberally as the many servers of its kind need: only
 * {@code choices[0].message} and {@code error.code} count.
 */
final class ChatResponse {
    private static final String THINK_START = "<think>";
    private static final String THINK_END = "</think>";

    private ChatResponse() {}

    /** The answer or the tool calls of a 200; empty if there is neither, or it is broken. */
    static Optional<Completion> completion(byte[] body) {
        Object message = get(first(get(parse(body), "choices")), "message");
        if (!(message instanceof Map<?, ?>)) {
            return Optional.empty();
        }
        String text = get(message, "content") instanceof String content
                ? withoutThinking(content) : "";
        List<ToolCall> calls = calls(get(message, "tool_calls"));
        if (!calls.isEmpty()) {
            return Optional.of(new ToolCalls(text, calls));
        }
        return text.isBlank() ? Optional.empty() : Optional.of(new Answer(text));
    }

    /** Why a request was refused, by its status and what the body says, if that can be read. */
    static Reason reason(int status, byte[] body) {
        String code = errorCode(body);
        return switch (status) {
            case 401, 403 -> Reason.KEY;
            case 404 -> code.startsWith("model") ? Reason.MODEL : Reason.ADDRESS;
            case 413 -> Reason.TOO_LONG;
            case 400 -> switch (code) {
                case "model_decommissioned", "model_not_found" -> Reason.MODEL;
                case "tool_use_failed" -> Reason.TOOL_USE;
                default -> isTooLong(body, code) ? Reason.TOO_LONG : Reason.OTHER;
            };
            default -> Reason.OTHER;
        };
    }

    // Groq has a code for it; other servers only say so in words of much the same kind.
    private static boolean isTooLong(byte[] body, String code) {
        return code.equals("context_length_exceeded")
                || get(get(parse(body), "error"), "message") instanceof String message
                && (message.contains("context length") || message.contains("reduce the length"));
    }

    /** The error's code, fit for a log line; empty if there is none. */
    static String errorCode(byte[] body) {
        return get(get(parse(body), "error"), "code") instanceof String code
                && code.matches("[A-Za-z0-9_.-]{1,64}") ? code : "";
    }

    private static List<ToolCall> calls(Object list) {
        List<ToolCall> calls = new ArrayList<>();
        if (list instanceof List<?> items) {
            for (Object item : items) {
                Object function = get(item, "function");
                Object name = get(function, "name");
                Object arguments = get(function, "arguments");
                Object id = get(item, "id");
                if (name instanceof String text) {
                    calls.add(new ToolCall(
                            id instanceof String given ? given : "call_" + calls.size(), text,
                            arguments instanceof Map<?, ?> map ? Json.text(keyed(map))
                                    : arguments instanceof String string ? string : "{}"));
                }
            }
        }
        return calls;
    }

    // Some models put their thinking before the answer; it is not meant for the reader.
    private static String withoutThinking(String content) {
        String text = content.stripLeading();
        if (!text.startsWith(THINK_START)) {
            return content;
        }
        int end = text.indexOf(THINK_END);
        return end < 0 ? "" : text.substring(end + THINK_END.length()).stripLeading();
    }

    private static Object parse(byte[] body) {
        try {
            return Json.read(body);
        } catch (JsonException e) {
            return Map.of();
        }
    }

    private static Object get(Object object, String key) {
        return object instanceof Map<?, ?> map ? map.get(key) : null;
    }

    private static Object first(Object list) {
        return list instanceof List<?> items && !items.isEmpty() ? items.get(0) : null;
    }

    @SuppressWarnings("unchecked") // a JSON object has string keys only
    private static Map<String, ?> keyed(Map<?, ?> map) {
        return (Map<String, ?>) map;
    }
}
