package vaas.api;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
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
 * {@code POST /chat}: a body to a question, a reply to a status. No more chats are let in than
 * there are places, and no more of their text than the budget has room for: both are 503.
 */
final class ChatHandler implements Route {
    /** What a chat costs here besides its text: objects, buffers of the JSON parser. */
    private static final int CHAT_BYTES = 24 << 10;
    /**
     * Bytes of heap for a byte of text: the parser gathers it in two bytes a character, makes a
     * string of it by way of a builder (up to two each), and this string waits for the answer.
     */
    private static final int TEXT_FACTOR = 6;

    /** Of an answer that waits for a client to read it. */
    private static final int CHAR_BYTES = 2;
    private static final int STEP_BYTES = 8 << 10;

    private final BaseAgent agent;
    private final Semaphore places;
    private final Budget budget;
    private final Histogram duration;

    ChatHandler(BaseAgent agent, ApiOptions options) {
        this.agent = agent;
        this.places = new Semaphore(options.chatsMax());
        this.budget = options.budget();
        this.duration = options.metrics().histogram("vaas_chat_duration_seconds",
                "Chats, from the question read to the answer written, failed ones included.");
        options.metrics().gauge("vaas_in_flight_chats", "Chats under way.",
                () -> options.chatsMax() - places.availablePermits());
    }

    @Override
    public boolean readsBody() {
        return true;
    }

    @Override
    public Response handle(Request request) throws Problem, IOException {
        BodyType.check(request.headers());
        Budget.Share share = budget.share();
        try {
            share.take(CHAT_BYTES);
            return chat(question(request, share), share);
        } catch (Problem | IOException | RuntimeException | Error e) {
            share.close();
            throw e;
        }
    }

    /** A chat has its place, and its clock runs, until its answer is written, or could not be. */
    private Response chat(Question question, Budget.Share share) throws Problem {
        if (!places.tryAcquire()) {
            throw ProblemType.TOO_MANY_CHATS.problem("Too many chats are under way.")
                    .retryAfter(Duration.ofSeconds(1));
        }
        long start = System.nanoTime();
        try {
            return answer(agent.chat(question), share).whenEnded(() -> end(start, share));
        } catch (RuntimeException | Error e) {
            end(start, share);
            throw e;
        }
    }

    private void end(long start, Budget.Share share) {
        duration.since(start);
        places.release();
        share.close();
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

    private static Response answer(Reply reply, Budget.Share share) {
        if (reply instanceof Reply.Answered answered) {
            share.count((long) answered.message().length() * CHAR_BYTES);
            return Response.of(200, "application/json", new ChatAnswer(answered));
        } else if (reply instanceof Reply.Busy busy) {
            return ProblemType.MODEL_BUSY.problem(busy.detail()).retryAfter(busy.retryAfter())
                    .toResponse();
        }
        Reply.Failed failed = (Reply.Failed) reply;
        return problem(failed.kind(), failed.detail()).toResponse();
    }

    private static Problem problem(Reply.Kind kind, String detail) {
        return switch (kind) {
            case MODEL -> new Problem(502, detail);
            case TIMEOUT -> new Problem(504, detail);
            case TOO_LONG -> ProblemType.TOO_LONG_FOR_MODEL.problem(detail);
            case NOT_STORED -> ProblemType.MEMORY_FULL.problem(detail);
            case MEMORY_UNAVAILABLE -> ProblemType.MEMORY_UNAVAILABLE.problem(detail);
        };
    }
}
