package vaas.agent.groq;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.json.Json;
import vaas.json.JsonString;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/**
 * The body of a request for a chat completion, in the provider's shape, as a list of pieces: the
 * template and the tools belong to all chats, the history to the memory, and only the question and
 * what tools said to this chat. Only what is needed is sent: the API refuses fields that it does
 * not know, and other servers know fewer.
 */
final class ChatRequest {
    private final Template template;
    private final Offer offer;
    private final Piece history;
    private final List<Piece> own = new ArrayList<>(); // the question, then rounds of tools
    private final Set<String> callIds = new HashSet<>();

    /** System prompt, history, question: in this order. */
    ChatRequest(Template template, Offer offer, List<MemoryRecord> history, Question question) {
        this.template = template;
        this.offer = offer;
        this.history = remembered(history);
        own.add(asked(question));
    }

    /**
     * What a round of tool calls adds: the calls, each under an id that is unique in the prompt,
     * then a result for each.
     */
    void addToolRound(Completion.ToolCalls calls, List<String> results) {
        Map<String, Object> message = message("assistant", calls.text());
        if (calls.text().isEmpty()) {
            message.remove("content"); // optional beside calls, and null is refused by some
        }
        List<Completion.ToolCall> unique = calls.calls().stream().map(this::withUniqueId).toList();
        message.put("tool_calls", unique.stream().map(Completion.ToolCall::toWire).toList());
        message.putAll(calls.beside());
        add(message);
        for (int i = 0; i < results.size(); i++) {
            Map<String, Object> result = message("tool", results.get(i));
            result.put("tool_call_id", unique.get(i).id());
            add(result);
        }
    }

    // Nine letters and digits, as the strictest of the servers wants them.
    private Completion.ToolCall withUniqueId(Completion.ToolCall call) {
        String id = call.id();
        for (int i = callIds.size(); id.isBlank() || !callIds.add(id); i++) {
            id = "call%05d".formatted(i);
        }
        return new Completion.ToolCall(id, call.name(), call.arguments(), call.beside());
    }

    private void add(Map<String, Object> message) {
        own.add(Piece.of("," + Json.text(message)));
    }

    /** Bytes that no other chat shares. */
    long ownLength() {
        return Piece.of(own).length();
    }

    /** The body as JSON, without the tools of those names. */
    Piece body(boolean mayCall, Set<String> without, boolean streamed) {
        List<Piece> pieces = new ArrayList<>(List.of(
                streamed ? template.streamedHead : template.head, history));
        pieces.addAll(own);
        pieces.add(offer.tail(mayCall, without));
        return Piece.of(pieces);
    }

    private static Map<String, Object> message(String role, String content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return message;
    }

    private static String opening(Role role) {
        return "{\"role\":\"" + role.wireName() + "\",\"content\":";
    }

    // Each with a comma after it, since the question follows.
    private static Piece remembered(List<MemoryRecord> records) {
        byte[] user = opening(Role.USER).getBytes(StandardCharsets.US_ASCII);
        byte[] assistant = opening(Role.ASSISTANT).getBytes(StandardCharsets.US_ASCII);
        byte[] end = {'}', ','};
        long length = records.stream().mapToLong(record -> record.json().length() + end.length
                + (record.role() == Role.USER ? user : assistant).length).sum();
        return new Piece(length, out -> {
            for (MemoryRecord record : records) {
                out.write(record.role() == Role.USER ? user : assistant);
                record.json().writeTo(out);
                out.write(end);
            }
        });
    }

    // Text alone goes as a string: text models refuse lists of parts.
    private static Piece asked(Question question) {
        Piece text = Piece.of(JsonString.of(question.message()));
        Piece opening = Piece.of(opening(Role.USER));
        if (question.image().isEmpty()) {
            return Piece.of(List.of(opening, text, Piece.of("}")));
        }
        List<Piece> pieces = new ArrayList<>(List.of(opening, Piece.of("[")));
        if (!question.message().isEmpty()) {
            pieces.addAll(List.of(
                    Piece.of("{\"type\":\"text\",\"text\":"), text, Piece.of("},")));
        }
        pieces.addAll(List.of(Piece.of("{\"type\":\"image_url\",\"image_url\":{\"url\":"),
                url(question.image().get()), Piece.of("}}]}")));
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

    /** What all requests to one model have in common, made once. */
    static final class Template {
        private final String model;
        private final Piece head;
        private final Piece streamedHead;

        /** An empty system prompt is none. */
        Template(String model, String systemPrompt) {
            this.model = model;
            String start = Json.text(Map.of("model", model));
            start = start.substring(0, start.length() - 1);
            String messages = ",\"messages\":[" + (systemPrompt.isEmpty() ? ""
                    : Json.text(message("system", systemPrompt)) + ",");
            head = Piece.of(start + messages);
            streamedHead = Piece.of(start + ",\"stream\":true" + messages);
        }

        String model() {
            return model;
        }
    }
}
