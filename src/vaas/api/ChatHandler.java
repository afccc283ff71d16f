package vaas.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import vaas.agent.BaseAgent;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.budget.Budget;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.metrics.Histogram;

/**
 * {@code POST /chat}: a body to a question, a reply to a status. No more chats are let in than there
 * are places, and no more of their text than the budget has room for: both are 503.
 */
final class ChatHandler implements Route {
    /** What a chat costs here besides its text: objects, buffers of the JSON parser. */
    private static final int CHAT_BYTES = 24 << 10;
    /**
     * Bytes of heap for a byte of text: the parser gathers it in two bytes a character, makes a
     * string of it by way of a builder (up to two each), and this string waits for the answer.
     */
    private static final int TEXT_FACTOR = 6;

    private static final int STEP_BYTES = 8 << 10;

    private final BaseAgent agent;
    private final Semaphore places;
    private final Budget budget;
    private final Histogram duration;

    ChatHandler(BaseAgent agent, ApiOptions options) {
        this.agent = agent;
        this.places = new Semaphore(options.chatsMax());
        this.budget = options.budget();
        this.duration = options.metrics().histogram("vaas_chat_seconds",
                "Chats, from the question read to the answer ready, failed ones included.");
        options.metrics().gauge("vaas_chats_in_flight", "Chats under way.",
                () -> options.chatsMax() - places.availablePermits());
    }

    @Override
    public boolean readsBody() {
        return true;
    }

    @Override
    public Response handle(Request request) throws Problem, IOException {
        checkMediaType(request.headers().get("Content-Type"));
        try (Budget.Share share = budget.share()) {
            share.take(CHAT_BYTES);
            Question question = question(request, share);
            if (!places.tryAcquire()) {
                throw busy("Too many chats are under way.", Duration.ofSeconds(1));
            }
            long start = System.nanoTime();
            try {
                return answer(agent.chat(question));
            } finally {
                duration.since(start);
                places.release();
            }
        }
    }

    private static byte[] read(InputStream in, Budget.Share share) throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] step = new byte[STEP_BYTES];
        for (int read = in.read(step); read >= 0; read = in.read(step)) {
            share.take((long) read * TEXT_FACTOR);
            body.write(step, 0, read);
        }
        return body.toByteArray();
    }

    private static void checkMediaType(List<String> values) throws Problem {
        String type = values == null ? "" : values.get(0).split(";", 2)[0].strip();
        boolean json = type.isEmpty() || type.equalsIgnoreCase("application/json")
                || type.toLowerCase(Locale.ROOT).endsWith("+json");
        if (!json) {
            throw new Problem(415, "The body must be JSON: send Content-Type: application/json.");
        }
    }

    private static Question question(Request request, Budget.Share share)
            throws Problem, IOException {
        Map<String, Object> fields;
        try {
            fields = Json.read(read(request.body(), share));
        } catch (JsonException e) {
            throw new Problem(e.isOtherValue() ? 422 : 400,
                    "The body is not acceptable JSON: " + e.getMessage() + ".");
        }
        if (!(fields.get("message") instanceof String message)) {
            throw new Problem(422, fields.get("message") == null
                    ? "The field message is required." : "The field message must be a string.");
        }
        Optional<String> image = text(fields, "image_base64");
        Optional<String> videoPath = text(fields, "video_path");
        if (text(fields, "session_id").isPresent()) {
            throw new Problem(422, "Named sessions are not supported: leave session_id out to"
                    + " speak to the one conversation that there is.");
        }
        if (message.isEmpty() && image.isEmpty()) {
            throw new Problem(422, "The field message may be empty only beside an image.");
        }
        return new Question(message, image(image), videoPath, request.id());
    }

    private static Optional<String> text(Map<String, Object> fields, String name)
            throws Problem {
        Object value = fields.get(name);
        if (value != null && !(value instanceof String)) {
            throw new Problem(422, "The field " + name + " must be a string or null.");
        }
        return Optional.ofNullable((String) value);
    }

    private static Optional<Image> image(Optional<String> base64) throws Problem {
        try {
            return base64.map(Image::decode);
        } catch (IllegalArgumentException e) {
            throw new Problem(422, "The field image_base64 can't be used: " + e.getMessage() + ".");
        }
    }

    private static Response answer(Reply reply) throws Problem {
        if (reply instanceof Reply.Answered answered) {
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("message", answered.message());
            body.put("clip_path", answered.clipPath().orElse(null));
            body.put("message_id", answered.messageId().map(UUID::toString).orElse(null));
            body.put("remembered", answered.messageId().isPresent());
            return Response.ok(body);
        } else if (reply instanceof Reply.Busy busy) {
            throw busy(busy.detail(), busy.retryAfter());
        }
        Reply.Failed failed = (Reply.Failed) reply;
        throw new Problem(status(failed.kind()), failed.detail());
    }

    private static Problem busy(String detail, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        return new Problem(503, detail, Map.of("Retry-After", Long.toString(seconds)));
    }

    private static int status(Reply.Kind kind) {
        return switch (kind) {
            case MODEL -> 502;
            case TIMEOUT -> 504;
            case TOO_LONG -> 413;
            case NOT_STORED -> 507;
            case MEMORY_UNAVAILABLE -> 503;
        };
    }
}
