package vaas.http;

import java.io.IOException;

/** Says that a request's body can't be read to its end, and what its sender is told. */
final class BodyException extends IOException {
    private static final long serialVersionUID = 1;

    private final Problem problem;

    BodyException(Problem problem, Throwable cause) {
        super(problem.getMessage(), cause);
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }
}
