package vaas.agent.groq;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.json.Json;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/**
 * The body of a request for a chat completion, in the provider's shape. Only what is needed is
 * sent: the API refuses fields that it does not know, and other servers know fewer.
 */
final class ChatRequest {
    private final String model;
    private final List<Map<String, Object>> messages = new ArrayList<>();

    private ChatRequest(String model) {
        this.model = model;
    }

    /** System prompt, history, question: in this order. */
    static ChatRequest of(String model, String systemPrompt, List<MemoryRecord> history,
            Question question) {
        ChatRequest request = new ChatRequest(model);
        request.add("system", systemPrompt);
        for (MemoryRecord remembered : history) {
            request.add(remembered.role().wireName(), remembered.content());
        }
        request.add(Role.USER.wireName(), content(question));
        return request;
    }

    /** What a round of tool calls adds: the calls as they came, then a result for each. */
    void addToolRound(ToolCalls calls, List<String> results) {
        Map<String, Object> message = add("assistant", calls.text());
        if (calls.text().isEmpty()) {
            message.remove("content"); // optional beside calls, and null is refused by some
        }
        message.put("tool_calls", calls.calls().stream().map(ToolCall::toWire).toList());
        for (int i = 0; i < results.size(); i++) {
            add("tool", results.get(i)).put("tool_call_id", calls.calls().get(i).id());
        }
    }

    /**
     * The body as JSON.
     *
     * @param tools to offer; without any there is no such field
     * @param mayCall whether the model may call them in this round
     */
    byte[] toJson(List<Tool> tools, boolean mayCall) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("model", model);
        body.put("messages", messages);
        if (!tools.isEmpty()) {
            body.put("tools", tools.stream().map(ChatRequest::declaration).toList());
        }
        if (!tools.isEmpty() && !mayCall) {
            body.put("tool_choice", "none");
        }
        return Json.write(body);
    }

    private Map<String, Object> add(String role, Object content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        messages.add(message);
        return message;
    }

    // Text alone goes as a string: text models refuse lists of parts.
    private static Object content(Question question) {
        if (question.image().isEmpty()) {
            return question.message();
        }
        Image image = question.image().get();
        List<Object> parts = new ArrayList<>();
        if (!question.message().isEmpty()) {
            parts.add(Map.of("type", "text", "text", question.message()));
        }
        parts.add(Map.of("type", "image_url", "image_url", Map.of("url", image.dataUrl())));
        return parts;
    }

    private static Map<String, Object> declaration(Tool tool) {
        Map<String, Object> function = new LinkedHashMap<>();
        function.put("name", tool.name());
        function.put("description", tool.description());
        function.put("parameters", tool.parameters());
        return Map.of("type", "function", "function", function);
    }
}
