package vaas.http;

/** What a path does with a request that has been let in and read. */
public interface Route {
    /** Answers, or throws the problem that is the answer. */
    Response handle(Request request) throws Problem;
}
