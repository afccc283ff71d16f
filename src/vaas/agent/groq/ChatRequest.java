package vaas.agent.groq;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.json.Json;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/**
 * The body of a request for a chat completion, in the provider's shape, as a list of pieces: the
 * template belongs to all chats, the history to the memory, and only the question and what tools
 * said to this chat. Only what is needed is sent: the API refuses fields that it does not know, and
 * other servers know fewer.
 */
final class ChatRequest {
    private final Template template;
    private final Piece history;
    private final List<Piece> own = new ArrayList<>(); // the question, then rounds of tools
    private final Set<String> callIds = new HashSet<>();

    /** System prompt, history, question: in this order. */
    ChatRequest(Template template, List<MemoryRecord> history, Question question) {
        this.template = template;
        this.history = new Records(history);
        own.add(Message.of(question));
    }

    /**
     * What a round of tool calls adds: the calls, each under an id that is unique in the prompt,
     * then a result for each.
     */
    void addToolRound(ToolCalls calls, List<String> results) {
        Map<String, Object> message = Message.of("assistant", calls.text());
        if (calls.text().isEmpty()) {
            message.remove("content"); // optional beside calls, and null is refused by some
        }
        List<ToolCall> unique = calls.calls().stream().map(this::withUniqueId).toList();
        message.put("tool_calls", unique.stream().map(ToolCall::toWire).toList());
        message.putAll(calls.beside());
        add(message);
        for (int i = 0; i < results.size(); i++) {
            Map<String, Object> result = Message.of("tool", results.get(i));
            result.put("tool_call_id", unique.get(i).id());
            add(result);
        }
    }

    // Nine letters and digits, as the strictest of the servers wants them.
    private ToolCall withUniqueId(ToolCall call) {
        String id = call.id();
        for (int i = callIds.size(); id.isBlank() || !callIds.add(id); i++) {
            id = "call%05d".formatted(i);
        }
        return call.withId(id);
    }

    /** Bytes of a text as a JSON string, told before it is one. */
    static long jsonLength(String text) {
        long length = 2;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ') {
                length += "\b\t\n\f\r".indexOf(c) >= 0 ? 2 : 6;
            } else if (c < 0x80) {
                length += c == '"' || c == '\\' ? 2 : 1;
            } else {
                length += c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
            }
        }
        return length;
    }

    /** Bytes that no other chat shares. */
    long ownLength() {
        return Piece.of(own).length();
    }

    /** The body with all tools. */
    Piece body(boolean mayCall) {
        return body(mayCall, Set.of());
    }

    /**
     * The body as JSON.
     *
     * @param mayCall whether the model may call tools in this round, if there are any
     * @param without names of tools that are not offered
     */
    Piece body(boolean mayCall, Set<String> without) {
        List<Piece> pieces = new ArrayList<>(own.size() + 3);
        pieces.add(template.head);
        pieces.add(history);
        pieces.addAll(own);
        pieces.add(template.tail(mayCall, without));
        return Piece.of(pieces);
    }

    private void add(Map<String, Object> message) {
        own.add(Piece.of("," + Json.text(message)));
    }

    /** What all requests to one model have in common, made once. */
    static final class Template {
        private final String model;
        private final List<Tool> tools;
        private final Piece head;
        private final Piece tail;
        private final Piece lastTail;

        /**
         * Makes it.
         *
         * @param systemPrompt the first message; if empty, there is none
         * @param tools to offer; without any there is no such field
         */
        Template(String model, String systemPrompt, List<Tool> tools) {
            this.model = model;
            this.tools = tools;
            head = Piece.of("{\"model\":" + quoted(model) + ",\"messages\":["
                    + (systemPrompt.isEmpty() ? ""
                            : Json.text(Message.of("system", systemPrompt)) + ","));
            tail = tail(true, tools);
            lastTail = tail(false, tools);
        }

        String model() {
            return model;
        }

        Piece tail(boolean mayCall, Set<String> without) {
            return !without.isEmpty() ? tail(mayCall,
                    tools.stream().filter(tool -> !without.contains(tool.name())).toList())
                    : mayCall ? tail : lastTail;
        }

        private static Piece tail(boolean mayCall, List<Tool> offered) {
            return Piece.of(offered.isEmpty() ? "]}" : "],\"tools\":" + declarations(offered)
                    + (mayCall ? "}" : ",\"tool_choice\":\"none\"}"));
        }

        private static String quoted(String text) {
            return new String(Json.quote(text), StandardCharsets.UTF_8);
        }

        private static String declarations(List<Tool> tools) {
            return tools.stream().map(tool -> Json.text(declaration(tool)))
                    .collect(Collectors.joining(",", "[", "]"));
        }

        private static Map<String, Object> declaration(Tool tool) {
            Map<String, Object> function = new LinkedHashMap<>();
            function.put("name", tool.name());
            function.put("description", tool.description());
            function.put("parameters", tool.parameters());
            Map<String, Object> declaration = new LinkedHashMap<>();
            declaration.put("type", "function");
            declaration.put("function", function);
            return declaration;
        }
    }

    /** History as messages, each with a comma after it, since the question follows. */
    private static final class Records implements Piece {
        private static final byte[] USER = opening(Role.USER);
        private static final byte[] ASSISTANT = opening(Role.ASSISTANT);
        private static final byte[] END = {'}', ','};

        private final List<MemoryRecord> records;
        private final long length;

        Records(List<MemoryRecord> records) {
            this.records = records;
            this.length = records.stream().mapToLong(record -> opening(record).length
                    + record.json().length() + END.length).sum();
        }

        @Override
        public long length() {
            return length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            for (MemoryRecord record : records) {
                out.write(opening(record));
                record.json().writeTo(out);
                out.write(END);
            }
        }

        private static byte[] opening(MemoryRecord record) {
            return record.role() == Role.USER ? USER : ASSISTANT;
        }

        private static byte[] opening(Role role) {
            return Message.opening(role).getBytes(StandardCharsets.US_ASCII);
        }
    }

    /** Messages in the provider's shape. */
    private static final class Message {
        private Message() {}

        static Map<String, Object> of(String role, String content) {
            Map<String, Object> message = new LinkedHashMap<>();
            message.put("role", role);
            message.put("content", content);
            return message;
        }

        static String opening(Role role) {
            return "{\"role\":\"" + role.wireName() + "\",\"content\":";
        }

        // Text alone goes as a string: text models refuse lists of parts.
        static Piece of(Question question) {
            Piece text = Piece.of(JsonString.of(question.message()));
            List<Piece> pieces = new ArrayList<>();
            pieces.add(Piece.of(opening(Role.USER)));
            if (question.image().isEmpty()) {
                pieces.add(text);
            } else {
                pieces.add(Piece.of("["));
                if (!question.message().isEmpty()) {
                    pieces.add(Piece.of("{\"type\":\"text\",\"text\":"));
                    pieces.add(text);
                    pieces.add(Piece.of("},"));
                }
                pieces.add(Piece.of("{\"type\":\"image_url\",\"image_url\":{\"url\":"));
                pieces.add(url(question.image().get()));
                pieces.add(Piece.of("}}]"));
            }
            pieces.add(Piece.of("}"));
            return Piece.of(pieces);
        }

        // The base64 of an image is long, and is not copied.
        private static Piece url(Image image) {
            return isPlain(image.mediaType()) && isPlain(image.base64())
                    ? Piece.of(List.of(Piece.of("\"data:" + image.mediaType() + ";base64,"),
                            Piece.ofAscii(image.base64()), Piece.of("\"")))
                    : Piece.of(JsonString.of(image.dataUrl()));
        }

        private static boolean isPlain(String text) {
            return text.chars().allMatch(c -> c >= ' ' && c < 0x7f && c != '"' && c != '\\');
        }
    }
}
