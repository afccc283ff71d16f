package vaas.api;

import java.time.Duration;
import vaas.http.Problem;

/**
 * The causes that one status alone does not tell apart, where a program would act differently: what
 * stands as {@code type} in an error, with what the README says of it. Errors of any other cause
 * have {@code about:blank}.
 */
enum ProblemType {
    STOPPING(Problem.STOPPING, 503, "the server stops: connect again, it may be another one"),
    SERVER_FULL(Problem.SERVER_FULL, 503,
            "other requests hold too much of the server's heap for now: ask again"),
    TOO_MANY_CHATS("/docs#too-many-chats", 503, "`MAX_CONCURRENT_CHATS` are under way: ask again"),
    MODEL_BUSY("/docs#model-busy", 503, "the model takes no more: ask again, but not before"
            + " `Retry-After`"),
    MEMORY_UNAVAILABLE("/docs#memory-unavailable", 503,
            "the memory takes no turns, until a reset or restart, or until there is room"),
    MEMORY_FULL("/docs#memory-full", 507, "there is no room on the disk: a reset makes some"),
    TOO_MANY_CONVERSATIONS("/docs#too-many-conversations", 507,
            "`MAX_SESSIONS` conversations are stored: reset one"),
    TOO_MANY_IN_USE("/docs#too-many-in-use", 503,
            "`MAX_OPEN_SESSIONS` conversations are all in use: ask again"),
    LINE_FULL("/docs#line-full", 429, "16 messages wait in this conversation: ask again"),
    KEY_REUSED("/docs#key-reused", 422,
            "the `Idempotency-Key` was used for another message: take a new one"),
    TOO_LONG_FOR_SERVER(Problem.TOO_LONG_FOR_SERVER, 413,
            "the request could never fit into the server's heap: send less"),
    TOO_LONG_FOR_MODEL("/docs#too-long-for-model", 413,
            "the message is too long for the model: send less, or choose another model");

    private final String uri;
    private final int status;
    private final String meaning;

    ProblemType(String uri, int status, String meaning) {
        this.uri = uri;
        this.status = status;
        this.meaning = meaning;
    }

    /** A relative reference; stable, since programs compare it. */
    String uri() {
        return uri;
    }

    int status() {
        return status;
    }

    /** A row of the README's table. */
    String row() {
        return "| `" + uri + "` | " + status + " | " + meaning + " |";
    }

    Problem problem(String detail) {
        return new Problem(status, detail).of(uri);
    }

    /** One that is over in a moment. */
    Problem askAgain(String detail) {
        return problem(detail).retryAfter(Duration.ofSeconds(1));
    }
}
