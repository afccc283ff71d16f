package vaas.http;

import java.io.IOException;
import vaas.budget.OverBudgetException;

/** What a path does with a request that has been let in. Called from many threads at a time. */
public interface Route {
    /**
     * Answers.
     *
     * @throws Problem that is the answer
     * @throws OverBudgetException if others hold too much memory for now, which is answered by 503,
     *     or it could never fit, by 413
     */
    Response handle(Request request) throws IOException;

    /**
     * What becomes of a request's body: it is dropped, at any length, broken or not; read, up to
     * the greatest length; or read at any length, with nothing of it kept.
     */
    enum BodyUse { DROPPED, READ, SKIMMED }

    default BodyUse bodyUse() {
        return BodyUse.DROPPED;
    }
}
