package vaas.agent;

import java.util.Objects;
import java.util.Optional;
import vaas.memory.MemoryRecord;
import vaas.metrics.Trace;

/**
 * What a caller asks.
 *
 * @param message its text; may be empty when an image comes with it
 * @param image what it is about, if anything
 * @param videoPath handed to tools as it came; nothing else looks at it
 * @param requestId stands in log lines about it
 * @param key by which it is known when it is asked again, and then not answered or stored twice
 * @param trace that the calls made for it belong to
 */
public record Question(String message, Optional<Image> image, Optional<String> videoPath,
        String requestId, Optional<String> key, Optional<Trace> trace) {
    /** What stands in the memory for an image without text. */
    public static final String IMAGE_ONLY = "[image]";

    /**
     * @throws IllegalArgumentException if there is neither text nor an image, or the text can't be
     *     stored
     */
    public Question {
        Objects.requireNonNull(image, "image");
        Objects.requireNonNull(videoPath, "videoPath");
        Objects.requireNonNull(requestId, "requestId");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(trace, "trace");
        MemoryRecord.checkContent(message); // before a model is paid for it
        if (message.isEmpty() && image.isEmpty()) {
            throw new IllegalArgumentException("message is empty and there is no image");
        }
    }

    /** A question without a key or a trace. */
    public Question(String message, Optional<Image> image, Optional<String> videoPath,
            String requestId) {
        this(message, image, videoPath, requestId, Optional.empty(), Optional.empty());
    }

    /** A question of text alone, which must not be empty, as a program may ask. */
    public static Question of(String message) {
        return new Question(message, Optional.empty(), Optional.empty(), "-");
    }

    /** What the memory keeps of it: the text, or {@link #IMAGE_ONLY}, and never the image. */
    public String remembered() {
        return message.isEmpty() ? IMAGE_ONLY : message;
    }

    /** Tells sizes, never the content. */
    @Override
    public String toString() {
        return "Question[" + message.length() + " chars, image " + image.isPresent() + "]";
    }
}
