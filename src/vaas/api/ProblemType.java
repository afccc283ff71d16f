package vaas.api;

import java.time.Duration;
import vaas.http.Problem;

/**
 * The causes that one status alone does not tell apart, where a program would act differently: what
 * stands as {@code type} in an error, and what openapi.json explains. Errors of any other cause
 * have {@code about:blank}.
 */
enum ProblemType {
    STOPPING(Problem.STOPPING, 503),
    SERVER_FULL(Problem.SERVER_FULL, 503),
    TOO_MANY_CHATS("/docs#too-many-chats", 503),
    MODEL_BUSY("/docs#model-busy", 503),
    MEMORY_UNAVAILABLE("/docs#memory-unavailable", 503),
    MEMORY_AWAY("/docs#memory-away", 503),
    MAYBE_STORED("/docs#maybe-stored", 503),
    MEMORY_FULL("/docs#memory-full", 507),
    TOO_MANY_CONVERSATIONS("/docs#too-many-conversations", 507),
    TOO_MANY_IN_USE("/docs#too-many-in-use", 503),
    LINE_FULL("/docs#line-full", 429),
    KEY_REUSED("/docs#key-reused", 422),
    TOO_LONG_FOR_SERVER(Problem.TOO_LONG_FOR_SERVER, 413),
    TOO_LONG_FOR_MODEL("/docs#too-long-for-model", 413);

    private final String uri;
    private final int status;

    ProblemType(String uri, int status) {
        this.uri = uri;
        this.status = status;
    }

    /** A relative reference; stable, since programs compare it. */
    String uri() {
        return uri;
    }

    int status() {
        return status;
    }

    Problem problem(String detail) {
        return new Problem(status, detail).of(uri);
    }

    /** One that is over in a moment. */
    Problem askAgain(String detail) {
        return problem(detail).retryAfter(Duration.ofSeconds(1));
    }
}
