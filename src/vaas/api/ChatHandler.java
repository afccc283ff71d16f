package vaas.api;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
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
import vaas.json.JsonException;
import vaas.json.JsonFields;
import vaas.json.JsonString;
import vaas.metrics.Histogram;

/**
 * {@code POST /chat}: a body to a question, a reply to a status. No more chats are let in than
 * there are places, and no more of their text than the budget has room for: both are 503.
 */
final class ChatHandler implements Route {
    private static final String MESSAGE = "message";
    private static final String IMAGE = "image_base64";
    private static final String VIDEO_PATH = "video_path";
    private static final String SESSION_ID = "session_id";
    private static final Set<String> STRINGS = Set.of(MESSAGE, IMAGE, VIDEO_PATH, SESSION_ID);

    /** What a body costs while it is read, besides its text: buffers of the JSON parser. */
    private static final int READING_BYTES = 32 << 10;
    /** What a chat costs until its answer is written, besides its text. */
    private static final int CHAT_BYTES = 8 << 10;
    /**
     * Heap for a byte of text while it is read: at the worst moment the field's JSON is there, and
     * the string that is made of it, with two bytes a character.
     */
    private static final int TEXT_FACTOR = 3;

    /** Of a question that waits for its answer, and of an answer that waits to be read. */
    private static final int CHAR_BYTES = 2;

    private final BaseAgent agent;
    private final Semaphore places;
    private final Budget budget;
    private final Histogram duration;

    ChatHandler(BaseAgent agent, ApiOptions options) {
        this.agent = agent;
        int chatsMax = options.chatsMax;
        this.places = new Semaphore(chatsMax);
        this.budget = options.budget;
        this.duration = options.metrics.histogram("vaas_chat_duration_seconds",
                "Chats, from the question read to the answer written, failed ones included.");
        options.metrics.gauge("vaas_in_flight_chats", "Chats under way.",
                () -> chatsMax - places.availablePermits());
    }

    @Override
    public boolean readsBody() {
        return true;
    }

    @Override
    public Response handle(Request request) throws IOException {
        BodyType.check(request.headers());
        Budget.Share share = budget.share();
        try {
            share.take(CHAT_BYTES);
            return chat(question(request, share), share);
        } catch (IOException | RuntimeException | Error e) {
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

    private Question question(Request request, Budget.Share share)
            throws IOException {
        try (Budget.Share reading = budget.share()) {
            reading.take(READING_BYTES);
            Question question = question(fields(request, reading), request.id());
            share.count(chars(question) * CHAR_BYTES);
            return question;
        }
    }

    private static long chars(Question question) {
        return question.message().length() + question.videoPath().map(String::length).orElse(0)
                + question.image().map(image -> image.base64().length()).orElse(0);
    }

    private static Question question(JsonFields fields, String id) throws Problem {
        for (String name : STRINGS) {
            if (fields.isMistyped(name)) {
                throw new Problem(422, "The field " + name + " must be a string"
                        + (name.equals(MESSAGE) ? "." : " or null."));
            }
        }
        String message = text(fields, MESSAGE).orElseThrow(
                () -> new Problem(422, "The field message is required."));
        if (fields.string(SESSION_ID).isPresent()) {
            throw new Problem(422, "Named sessions are not supported: leave session_id out to"
                    + " speak to the one conversation that there is.");
        }
        if (message.isEmpty() && fields.string(IMAGE).isEmpty()) {
            throw new Problem(422, "The field message may be empty only beside an image.");
        }
        return new Question(message, image(text(fields, IMAGE)), text(fields, VIDEO_PATH), id);
    }

    private static JsonFields fields(Request request, Budget.Share reading)
            throws IOException {
        try {
            return JsonFields.read(request.body(), STRINGS, Set.of(),
                    bytes -> reading.take(bytes * TEXT_FACTOR));
        } catch (JsonException e) {
            // The rest is read, so that the connection can be used again.
            request.body().transferTo(OutputStream.nullOutputStream());
            throw new Problem(e.isOtherValue() ? 422 : 400,
                    "The body is not acceptable JSON: " + e.getMessage() + ".");
        }
    }

    private static Optional<String> text(JsonFields fields, String name) {
        return fields.string(name).map(JsonString::text);
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
            case TOO_LARGE -> ProblemType.TOO_LONG_FOR_SERVER.problem(detail);
            case SERVER_FULL -> ProblemType.SERVER_FULL.problem(detail)
                    .retryAfter(Duration.ofSeconds(1));
            case NOT_STORED -> ProblemType.MEMORY_FULL.problem(detail);
            case MEMORY_UNAVAILABLE -> ProblemType.MEMORY_UNAVAILABLE.problem(detail);
            case KEY_REUSED -> ProblemType.KEY_REUSED.problem(detail);
            case LINE_FULL -> ProblemType.LINE_FULL.problem(detail)
                    .retryAfter(Duration.ofSeconds(1));
            case ALL_IN_USE -> ProblemType.TOO_MANY_IN_USE.problem(detail)
                    .retryAfter(Duration.ofSeconds(1));
            case TOO_MANY_CONVERSATIONS -> ProblemType.TOO_MANY_CONVERSATIONS.problem(detail);
        };
    }
}
