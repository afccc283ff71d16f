package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Tool;
import vaas.agent.groq.Completion.ToolCall;
import vaas.agent.groq.Completion.ToolCalls;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;

/** The body of a request, to the letter, and held against Groq's published description. */
class ChatRequestTest {
    private static final List<MemoryRecord> HISTORY =
            List.of(record(Role.USER, "q1"), record(Role.ASSISTANT, "a1"));
    private static final Image IMAGE = new Image("image/png", "iVBORw0KGgo=");
    private static final Tool TOOL = new Tool("clip", "Cuts a clip.",
            Map.of("type", "object", "properties", Map.of()),
            call -> Tool.Result.of(""));

    /** The fields of each message that the description knows; "name" is in it, but refused. */
    private static final Map<Object, Set<String>> MESSAGE_FIELDS = Map.of(
            "system", Set.of("role", "content"),
            "user", Set.of("role", "content"),
            "assistant", Set.of("role", "content", "tool_calls"),
            "tool", Set.of("role", "content", "tool_call_id"));

    @Test
    void withoutHistoryItIsTheSystemPromptAndTheQuestion() {
        assertEquals("{\"model\":\"m\",\"messages\":["
                + "{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"q2\"}]}",
                text(List.of(), Question.of("q2")));
    }

    @Test
    void historyStandsBetweenThemWithRoleAndContentOnly() {
        assertEquals("{\"model\":\"m\",\"messages\":["
                + "{\"role\":\"system\",\"content\":\"Be brief.\"},"
                + "{\"role\":\"user\",\"content\":\"q1\"},"
                + "{\"role\":\"assistant\",\"content\":\"a1\"},"
                + "{\"role\":\"user\",\"content\":\"q2\"}]}",
                text(HISTORY, Question.of("q2")));
    }

    @Test
    void anyTextSurvivesTheWay() {
        String text = "\"quoted\" \\ \n\t\u0000\u2028 caf\u00e9 \ud83d\ude00 </script>";
        Map<String, Object> body = read(request(List.of(), Question.of(text)));
        assertEquals(text, Scripted.messages(body).get(1).get("content"));
    }

    @Test
    void withoutASystemPromptThereIsNoSuchMessage() {
        ChatRequest request = new ChatRequest(
                new ChatRequest.Template("m", ""), Scripted.offer(), HISTORY, Question.of("q2"));
        assertEquals(List.of("user: q1", "assistant: a1", "user: q2"),
                Scripted.talk(read(request)));
    }

    @Test
    void aRequestCanBeWrittenAgain() {
        Piece body = request(HISTORY, question("\u00e9")).body(true, Set.of(), false);
        assertEquals(text(body), text(body));
    }

    @Test
    void anImageMadeByHandCanNotBreakTheRequest() {
        Question question = new Question("", Optional.of(new Image("a\"b", "\u00e9\\\n")),
                Optional.empty(), "id");
        assertEquals(List.of(Map.of("type", "image_url", "image_url",
                        Map.of("url", "data:a\"b;base64,\u00e9\\\n"))),
                Scripted.messages(read(request(List.of(), question))).get(1).get("content"));
    }

    @Test
    void anImageGoesAsAPartWithAnObjectAfterTheText() {
        Map<String, Object> body =
                read(request(HISTORY, question("what is this?")));
        assertEquals(List.of(
                Map.of("type", "text", "text", "what is this?"),
                Map.of("type", "image_url", "image_url",
                        Map.of("url", "data:image/png;base64,iVBORw0KGgo="))),
                Scripted.messages(body).get(3).get("content"));
        assertEquals("q1", Scripted.messages(body).get(1).get("content"), "a string, not parts");
        checkAllowed(body);
    }

    @Test
    void anImageAloneGoesWithoutAnEmptyTextPart() {
        Map<String, Object> body = read(request(List.of(), question("")));
        assertEquals(List.of(Map.of("type", "image_url", "image_url",
                        Map.of("url", "data:image/png;base64,iVBORw0KGgo="))),
                Scripted.messages(body).get(1).get("content"));
    }

    @Test
    void withoutToolsNoFieldSpeaksOfThem() {
        for (boolean mayCall : new boolean[] {true, false}) {
            Map<String, Object> body =
                    read(request(HISTORY, Question.of("q2")), mayCall);
            assertEquals(Set.of("model", "messages"), body.keySet());
            checkAllowed(body);
        }
    }

    @Test
    void toolsAreDeclaredAsFunctions() {
        Map<String, Object> body =
                read(request(HISTORY, Question.of("q2"), TOOL));
        assertEquals(Set.of("model", "messages", "tools"), body.keySet());
        assertEquals(List.of(Map.of("type", "function", "function", Map.of(
                "name", "clip", "description", "Cuts a clip.",
                "parameters", Map.of("type", "object", "properties", Map.of())))),
                body.get("tools"));
        checkAllowed(body);
    }

    @Test
    void inTheLastRoundToolsStayDeclaredButMayNotBeCalled() {
        Map<String, Object> body =
                read(request(HISTORY, Question.of("q2"), TOOL), false);
        assertEquals("none", body.get("tool_choice"));
        assertNotNull(body.get("tools"), "messages with calls are refused without them by some");
        checkAllowed(body);
    }

    @Test
    void aToolRoundAddsTheCallsAndAResultForEachInOrder() {
        ChatRequest request = request(HISTORY, Question.of("q2"), TOOL);
        ToolCall first = new ToolCall("id1", "clip", "{\"from\":1}");
        ToolCall second = new ToolCall("id2", "clip", "not JSON");
        request.addToolRound(new ToolCalls("", List.of(first, second), Map.of()),
                List.of("r1", "r2"));
        Map<String, Object> body = read(request);
        List<Map<?, ?>> added = Scripted.messages(body).subList(4, 7);
        assertEquals(List.of(
                Map.of("role", "assistant", "tool_calls",
                        List.of(first.toWire(), second.toWire())),
                Map.of("role", "tool", "content", "r1", "tool_call_id", "id1"),
                Map.of("role", "tool", "content", "r2", "tool_call_id", "id2")), added);
        checkAllowed(body);
    }

    @Test
    void textBesideTheCallsIsSentBackToo() {
        ChatRequest request = request(List.of(), Question.of("q"), TOOL);
        request.addToolRound(new ToolCalls("let me see",
                List.of(new ToolCall("id1", "clip", "{}")), Map.of()), List.of(""));
        Map<String, Object> body = read(request);
        assertEquals("let me see", Scripted.messages(body).get(2).get("content"));
        assertEquals("", Scripted.messages(body).get(3).get("content"), "an empty result is one");
        checkAllowed(body);
    }

    /** What the published description demands of the fields that are sent. */
    private static void checkAllowed(Map<String, Object> body) {
        assertTrue(Set.of("model", "messages", "tools", "tool_choice").containsAll(body.keySet()),
                body.keySet().toString());
        checkNothingIsNull(body);
        List<Map<?, ?>> messages = Scripted.messages(body);
        assertEquals("system", messages.get(0).get("role"));
        for (Map<?, ?> message : messages) {
            checkMessage(message);
        }
        if (body.get("tools") instanceof List<?> tools) {
            assertFalse(tools.isEmpty());
        }
    }

    private static void checkMessage(Map<?, ?> message) {
        Set<String> allowed = MESSAGE_FIELDS.get(message.get("role"));
        assertNotNull(allowed, "role " + message.get("role"));
        assertTrue(allowed.containsAll(message.keySet()), message.keySet().toString());
        Object content = message.get("content");
        assertTrue(content instanceof String
                || content instanceof List<?> && message.get("role").equals("user")
                || content == null && message.containsKey("tool_calls"));
        assertEquals(message.get("role").equals("tool"), message.containsKey("tool_call_id"));
    }

    private static void checkNothingIsNull(Object value) {
        assertNotNull(value);
        if (value instanceof Map<?, ?> map) {
            map.values().forEach(ChatRequestTest::checkNothingIsNull);
        } else if (value instanceof Collection<?> list) {
            list.forEach(ChatRequestTest::checkNothingIsNull);
        }
    }

    private static ChatRequest request(
            List<MemoryRecord> history, Question question, Tool... tools) {
        return new ChatRequest(new ChatRequest.Template("m", "Be brief."), Scripted.offer(tools),
                history, question);
    }

    private static Question question(String message) {
        return new Question(message, Optional.of(IMAGE), Optional.of("/video"), "request-id");
    }

    private static MemoryRecord record(Role role, String content) {
        return new MemoryRecord(UUID.fromString("01990000-0000-7000-8000-000000000001"), role,
                content, Instant.parse("2026-11-22T08:15:30.123Z"));
    }

    private static String text(List<MemoryRecord> history, Question question) {
        return text(request(history, question).body(true, Set.of(), false));
    }

    private static String text(Piece body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            body.content().writeTo(out);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        assertEquals(out.size(), body.length(), "the length that is announced");
        return out.toString(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> read(ChatRequest request) {
        return read(request, true);
    }

    private static Map<String, Object> read(ChatRequest request, boolean mayCall) {
        try {
            return Json.read(text(request.body(mayCall, Set.of(), false)));
        } catch (JsonException e) {
            throw new AssertionError(e);
        }
    }
}
