package vaas.agent.mcp;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.json.Fields;
import vaas.json.Json;

/**
 * A tool as the server lists it, made fit for a model: what the request itself has to give is
 * taken out of its schema, and filled in when it is called. Immutable.
 */
final class ServerTool {
    private static final String VIDEO = "video_path";
    private static final String IMAGE = "user_image";
    private static final Set<String> OF_THE_REQUEST = Set.of(VIDEO, IMAGE);
    private static final int NAME_CHARS_MAX = 64;
    private static final int DESCRIPTION_BYTES_MAX = 4 << 10;
    private static final int SCHEMA_BYTES_MAX = 32 << 10;
    /** At the top they are refused by model APIs. */
    private static final Set<String> NOT_PLAIN =
            Set.of("anyOf", "oneOf", "allOf", "not", "if", "enum", "const", "$ref");
    private static final Set<String> REFERENCES = Set.of("$ref", "$dynamicRef", "$recursiveRef");

    private final String name;
    private final Tool tool;
    private final Set<String> takes; // names of what a request has that its schema declares
    private final Set<String> needs; // those of them without which it can't be called

    /** @throws IllegalArgumentException with a clause that says why it can't be offered */
    ServerTool(String name, Map<?, ?> listed,
            BiFunction<ServerTool, Tool.Call, Tool.Result> function) {
        if ("required".equals(Fields.get(listed, "execution", "taskSupport"))) {
            throw new IllegalArgumentException("it runs as a task only");
        }
        Map<String, Object> schema = plain(listed.get("inputSchema"));
        this.name = name;
        Map<?, ?> properties = (Map<?, ?>) schema.get("properties");
        this.takes = Set.copyOf(OF_THE_REQUEST.stream().filter(properties::containsKey).toList());
        this.needs = Set.copyOf(takes.stream()
                .filter(Fields.items(schema.get("required"))::contains).toList());
        takes.forEach(it -> takeOut(schema, it));
        this.tool = new Tool(fitName(name), description(listed), schema,
                call -> function.apply(this, call));
    }

    /** What the server calls it. */
    String name() {
        return name;
    }

    /** What the model may call. */
    Tool tool() {
        return tool;
    }

    /** A name with "_" for what the model API does not take. */
    static String fitName(String name) {
        String fit = name.replaceAll("[^A-Za-z0-9_-]", "_");
        if (fit.isEmpty() || fit.length() > NAME_CHARS_MAX) {
            throw new IllegalArgumentException("its name has not 1 to 64 characters");
        }
        return fit;
    }

    private static String description(Map<?, ?> listed) {
        return listed.get("description") instanceof String text
                ? CallResult.cut(text, DESCRIPTION_BYTES_MAX) : "";
    }

    private static Map<String, Object> plain(Object inputSchema) {
        if (!(inputSchema instanceof Map<?, ?> given) || !"object".equals(given.get("type"))
                || given.keySet().stream().anyMatch(NOT_PLAIN::contains)) {
            throw new IllegalArgumentException("its schema is no plain object");
        }
        Map<String, Object> schema = new LinkedHashMap<>(Fields.keyed(given));
        schema.remove("$schema");
        if (!(schema.computeIfAbsent("properties", key -> Map.of()) instanceof Map)) {
            throw new IllegalArgumentException("its schema is no plain object");
        } else if (Json.write(schema).length > SCHEMA_BYTES_MAX) {
            throw new IllegalArgumentException("its schema is over 32 KiB");
        }
        check(schema);
        return schema;
    }

    private static void check(Object part) {
        Fields.items(part).forEach(ServerTool::check);
        if (part instanceof Map<?, ?> map) {
            if (map.containsKey("x-mcp-header")) {
                throw new IllegalArgumentException("it wants headers of its own");
            } else if (REFERENCES.stream().map(map::get).anyMatch(
                    it -> it instanceof String reference && !reference.startsWith("#"))) {
                throw new IllegalArgumentException("its schema refers to another one");
            }
            map.values().forEach(ServerTool::check);
        }
    }

    private static void takeOut(Map<String, Object> schema, String name) {
        Map<String, Object> properties =
                new LinkedHashMap<>(Fields.keyed((Map<?, ?>) schema.get("properties")));
        properties.remove(name);
        schema.put("properties", properties);
        List<Object> required = new ArrayList<>(Fields.items(schema.get("required")));
        if (required.remove(name)) {
            schema.put("required", required);
            schema.remove("required", List.of()); // which some servers take for an error
        }
    }

    /** Whether a question has all that it needs. */
    boolean isFor(Question question) {
        return needs.stream().allMatch(it -> given(question, it).isPresent());
    }

    /** What it is called with: what a model writes of what the request gives is dropped. */
    Map<String, Object> arguments(Tool.Call call) {
        Map<String, Object> arguments = new LinkedHashMap<>(call.arguments());
        for (String name : takes) {
            arguments.remove(name);
            given(call.question(), name).ifPresent(value -> arguments.put(name, value));
        }
        return arguments;
    }

    private static Optional<String> given(Question question, String name) {
        return name.equals(IMAGE) ? question.image().map(Image::base64)
                : question.videoPath().filter(path -> !path.isEmpty());
    }

    /** Whether the model would see no difference. */
    boolean isAs(ServerTool other) {
        return other != null && name.equals(other.name)
                && tool.description().equals(other.tool.description())
                && tool.parameters().equals(other.tool.parameters())
                && takes.equals(other.takes) && needs.equals(other.needs);
    }
}
