package vaas.agent.groq;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * What the model API answered, read once and as liberally as the many servers of its kind need:
 * only {@code choices[0].message} and errors count. Immutable.
 */
final class ChatResponse {
    /** By which servers say that an answer is none, or not all of it. */
    private static final Pattern BROKEN_OFF = Pattern.compile("(?m)error|abort|cancel|fail"
            + "|time(d_)?_?out|interrupt|connect|insufficient|malformed|content.?filter"
            + "|sensitive|safety|recitation|prohibited|block|overload|unavailable|preempt|evict"
            + "|incomplete|kill|shut_?down|crash|exception|terminat|unexpected|repetition|spii"
            + "|rate_?limit|quota|out_?of_?memory|\\boom\\b|deadline|expire|moderation|guard_?rail"
            + "|reject|broken|dropped|panic|stall|\\b[45][0-9]{2}\\b"
            + "|^(language|other)$");
    /** Fields of a message with calls that some servers want back as they were. */
    private static final Set<String> BESIDE_CALLS =
            Set.of("reasoning_content", "reasoning_details", "extra_content");
    /** Fields of a call that are written anew, or mean something in a stream only. */
    private static final Set<String> OF_A_CALL = Set.of("id", "type", "function", "index");
    private static final Pattern PAGE = Pattern.compile("(?s)\\ufeff?\\s*(<[!?]?)?[a-zA-Z-].*");

    private final Object json; // null if it is none
    private final String start; // of the text, if it is no JSON
    private final int begin; // of the answer in what the model wrote; -1 if not known

    private ChatResponse(Object json, String start, int begin) {
        this.json = json;
        this.start = start;
        this.begin = begin;
    }

    /** What a stream came to: null if it can't be read; where an answer began that is shown. */
    static ChatResponse ofStream(Map<String, Object> json, int begin) {
        return new ChatResponse(json, "", begin);
    }

    /** Reads a body; of one that is not acceptable JSON nothing but its words is known. */
    static ChatResponse of(byte[] body) {
        String start = new String(body, 0, Math.min(body.length, ModelError.CHARS_MAX),
                StandardCharsets.UTF_8);
        try {
            if (EventStreamBody.isOne(start)) {
                return new ChatResponse(
                        EventStreamBody.read(new String(body, StandardCharsets.UTF_8)), start, -1);
            }
            boolean isObject = !start.stripLeading().startsWith("[")
                    && !start.stripLeading().startsWith("\"");
            return new ChatResponse(isObject ? Json.read(body) : list(body), start, -1);
        } catch (JsonException e) {
            return new ChatResponse(null, start, -1);
        }
    }

    // Only objects can be read, so a list is made the member of one.
    private static Object list(byte[] body) throws JsonException {
        if (body.length > ModelError.CHARS_MAX) {
            return null; // no answer has this shape, only errors do
        }
        return Json.read("{\"top\":" + new String(body, StandardCharsets.UTF_8) + "}").get("top");
    }

    /** The answer or the tool calls of a 200; empty if there is neither, or it is broken. */
    Optional<Completion> completion() {
        Object choice = Fields.first(Fields.get(json, "choices"));
        if (!(Fields.get(choice, "message") instanceof Map<?, ?> message) || isBrokenOff(choice)
                || ModelError.within(json).isPresent()) {
            return Optional.empty();
        }
        String content = text(Fields.get(message, "content"));
        String text = begin < 0 ? Thinking.strip(content) : content.substring(begin);
        List<Completion.ToolCall> calls = calls(Fields.get(message, "tool_calls"));
        if (!calls.isEmpty()) {
            return Optional.of(new Completion.ToolCalls(
                    text, calls, only(message, BESIDE_CALLS, true)));
        }
        String answer = text.isBlank() ? refusal(message) : text;
        return answer.isBlank() ? Optional.empty() : Optional.of(new Completion.Answer(answer));
    }

    /** Whether something of an answer is there, though it may be of no use. */
    boolean hasAnswer() {
        Object message = Fields.get(json, "choices", "message");
        return !text(Fields.get(message, "content")).isBlank()
                || !calls(Fields.get(message, "tool_calls")).isEmpty();
    }

    /** Whether it is a page or greeting for people, or an object that is no chat completion. */
    boolean isOfAnotherApi() {
        return json == null ? PAGE.matcher(start).matches() && !EventStreamBody.isOne(start)
                : json instanceof Map<?, ?> map && !map.isEmpty()
                && Stream.of("choices", "error", "errors", "code", "type", "base_resp")
                        .allMatch(key -> Fields.get(json, key) == null);
    }

    /** The error in it; anything that came with another status than 2xx is one. */
    ModelError error(int status) {
        return status >= 300 ? ModelError.of(json == null ? start : json)
                : ModelError.within(json).orElse(ModelError.of(null));
    }

    // A model's no is an answer, whoever has filtered it.
    private static String refusal(Map<?, ?> message) {
        return message.get("refusal") instanceof String text ? text
                : Fields.items(message.get("content")).stream()
                        .map(part -> Fields.get(part, "refusal")).filter(String.class::isInstance)
                        .map(String.class::cast).collect(Collectors.joining());
    }

    private static boolean isBrokenOff(Object choice) {
        Object reason = Fields.get(choice, "finish_reason");
        if ("stop".equals(reason)) {
            return false; // as most say
        }
        boolean refused = Fields.get(choice, "message") instanceof Map<?, ?> message
                && !refusal(message).isBlank() && text(Fields.get(message, "content")).isBlank();
        return !refused && BROKEN_OFF.matcher(
                ModelError.of(reason).words()).find();
    }

    private static List<Completion.ToolCall> calls(Object list) {
        List<Completion.ToolCall> calls = new ArrayList<>();
        for (Object item : Fields.items(list)) {
            Object arguments = Fields.get(item, "function", "arguments");
            if (item instanceof Map<?, ?> call
                    && Fields.get(call, "function", "name") instanceof String name) {
                calls.add(new Completion.ToolCall(
                        call.get("id") instanceof String id ? id : "", name,
                        arguments instanceof Map<?, ?> map ? Json.text(Fields.keyed(map))
                                : arguments instanceof String string ? string
                                : arguments == null ? "{}" : "" + arguments,
                        only(call, OF_A_CALL, false)));
            }
        }
        return calls;
    }

    // Those named, or all but those; null is never sent back.
    private static Map<String, Object> only(Map<?, ?> object, Set<String> names, boolean named) {
        Map<String, Object> some = new LinkedHashMap<>(Fields.keyed(object));
        some.entrySet().removeIf(field -> names.contains(field.getKey()) != named
                || field.getValue() == null);
        return some;
    }

    // A string, or a list of parts, of which those of another type are no text for the reader.
    static String text(Object content) {
        return content instanceof String text ? text
                : Fields.items(content).stream().flatMap(ChatResponse::part)
                        .collect(Collectors.joining());
    }

    private static Stream<String> part(Object part) {
        Object type = Fields.get(part, "type");
        return ("text".equals(type) || "output_text".equals(type))
                && Fields.get(part, "text") instanceof String text ? Stream.of(text)
                : Stream.empty();
    }
}
