package vaas.api;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import vaas.agent.Image;
import vaas.agent.Question;
import vaas.budget.Budget;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.json.JsonException;
import vaas.json.JsonFields;
import vaas.json.JsonString;
import vaas.memory.Conversations;

/**
 * What a request for a chat asks.
 *
 * @param streamed whether the answer is read while it is written
 */
record Asked(String conversation, Question question, boolean streamed) {
    private static final String MESSAGE = "message";
    private static final String IMAGE = "image_base64";
    private static final String VIDEO_PATH = "video_path";
    static final String STREAM = "stream";
    static final Set<String> STRINGS =
            Set.of(MESSAGE, IMAGE, VIDEO_PATH, SessionId.NAME);
    private static final Pattern KEY = Pattern.compile("[!-~]{1,255}");
    /** What a body costs while it is read, besides its text: buffers of the JSON parser. */
    private static final int READING_BYTES = 32 << 10;
    /**
     * Heap for a byte of text while it is read: at the worst moment the field's JSON is there, and
     * the string that is made of it, with two bytes a character.
     */
    private static final int TEXT_FACTOR = 3;

    /**
     * Reads it.
     *
     * @param share what the question costs for as long as it waits for its answer
     */
    static Asked read(Request request, Budget.Share share, Budget budget) throws IOException {
        Optional<String> key = key(request.headers());
        try (Budget.Share reading = budget.share()) {
            reading.take(READING_BYTES);
            JsonFields fields = fields(request, reading);
            Question question = question(fields, request, key);
            share.count(chars(question) * ChatHandler.CHAR_BYTES);
            return new Asked(SessionId.of(text(fields, SessionId.NAME))
                    .orElse(Conversations.SHARED), question, fields.flag(STREAM).orElse(false));
        }
    }

    private static Optional<String> key(Headers headers) throws Problem {
        List<String> keys = headers.getOrDefault("Idempotency-Key", List.of());
        if (keys.size() > 1 || !keys.stream().allMatch(key -> KEY.matcher(key).matches())) {
            throw new Problem(400, "Idempotency-Key must be one, of 1 to 255 visible ASCII"
                    + " characters.");
        }
        return keys.stream().findFirst();
    }

    private static long chars(Question question) {
        return question.message().length() + question.videoPath().map(String::length).orElse(0)
                + question.image().map(image -> image.base64().length()).orElse(0);
    }

    private static Question question(JsonFields fields, Request request,
            Optional<String> key) throws Problem {
        for (String name : STRINGS) {
            if (fields.isMistyped(name)) {
                throw new Problem(422, "The field " + name + " must be a string"
                        + (name.equals(MESSAGE) ? "." : " or null."));
            }
        }
        if (fields.isMistyped(STREAM)) {
            throw new Problem(422, "The field stream must be a boolean or null.");
        }
        String message = text(fields, MESSAGE).orElseThrow(
                () -> new Problem(422, "The field message is required."));
        if (message.isEmpty() && fields.string(IMAGE).isEmpty()) {
            throw new Problem(422, "The field message may be empty only beside an image.");
        }
        return new Question(message, image(text(fields, IMAGE)), text(fields, VIDEO_PATH),
                request.logId(), key, request.trace());
    }

    private static JsonFields fields(Request request, Budget.Share reading)
            throws IOException {
        try {
            return JsonFields.read(request.body(), STRINGS, Set.of(STREAM),
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
}
