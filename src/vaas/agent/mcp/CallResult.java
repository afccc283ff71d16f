package vaas.agent.mcp;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import vaas.agent.Tool;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;

/** What a tool of the server found, as the model and the caller get it. Knows no HTTP. */
final class CallResult {
    /** What a model is told of every trouble. */
    static final Tool.Result FAILED = Tool.Result.of("The tool failed.");

    private static final int ERROR_BYTES_MAX = 2 << 10;
    /** More than a chat shows a model. */
    private static final int TEXT_BYTES_MAX = 64 << 10;
    private static final int CLIP_CHARS_MAX = 4096;
    private static final String STRUCTURED = "structuredContent";
    private static final String CLIP = "clip_path";

    private final Map<String, Object> result;
    private final List<String> lines = new ArrayList<>();
    private Optional<String> firstText = Optional.empty();

    /** @throws IllegalArgumentException if it is none */
    CallResult(Map<String, Object> result) {
        this.result = result;
        if (!(result.get("content") instanceof List) && !result.containsKey(STRUCTURED)) {
            throw new IllegalArgumentException("a result without content");
        }
        Fields.items(result.get("content")).forEach(this::add);
        if (firstText.isEmpty() && result.get(STRUCTURED) != null) {
            String json = Json.text(Map.of("v", result.get(STRUCTURED)));
            lines.add(0, json.substring("{'v':".length(), json.length() - 1));
        }
    }

    /** Whether the tool itself says that it has failed. */
    boolean isError() {
        return Boolean.TRUE.equals(result.get("isError"));
    }

    Tool.Result toResult() {
        String text = String.join("\n", lines);
        if (isError()) {
            return text.isBlank() ? FAILED : Tool.Result.of(cut(text, ERROR_BYTES_MAX));
        }
        Object clip = result.get(STRUCTURED) instanceof Map<?, ?> map ? map.get(CLIP) : null;
        return new Tool.Result(cut(text, TEXT_BYTES_MAX), clip(clip).or(this::clipOfText));
    }

    private void add(Object item) {
        Object type = Fields.get(item, "type");
        Object inner = "resource".equals(type) ? Fields.get(item, "resource") : item;
        if (Fields.get(inner, "text") instanceof String text
                && ("text".equals(type) || inner != item)) {
            firstText = firstText.or(() -> Optional.of(text));
            lines.add(text);
        } else if ("resource_link".equals(type)) {
            lines.add(word(inner, "name") + ": " + word(inner, "uri"));
        } else if (Fields.get(inner, inner == item ? "data" : "blob") instanceof String base64) {
            lines.add("[" + word(inner, "mimeType") + ", " + bytes(base64) + " bytes, left out]");
        }
    }

    private static String word(Object item, String name) {
        return Fields.get(item, name) instanceof String word ? word : "unknown";
    }

    private static long bytes(String base64) {
        long padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() * 3L / 4 - padding;
    }

    private Optional<String> clipOfText() {
        try {
            return firstText.isEmpty() || !firstText.get().stripLeading().startsWith("{")
                    ? Optional.empty() : clip(Json.read(firstText.get()).get(CLIP));
        } catch (JsonException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> clip(Object path) {
        return path instanceof String text && !text.isEmpty() && text.length() <= CLIP_CHARS_MAX
                && text.chars().noneMatch(Character::isISOControl)
                ? Optional.of(text) : Optional.empty();
    }

    /** As much of a text, from its start, as has so many bytes in UTF-8. */
    static String cut(String text, int bytesMax) {
        CharBuffer chars = CharBuffer.wrap(text);
        StandardCharsets.UTF_8.newEncoder().encode(chars,
                ByteBuffer.allocate((int) Math.min(bytesMax, 3L * text.length())), true);
        return text.substring(0, chars.position());
    }
}
