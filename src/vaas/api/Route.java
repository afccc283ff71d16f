package vaas.api;

/** What a path does with a request that has been let in and read. */
interface Route {
    /** Answers, or throws the problem that is the answer. */
    Response handle(Request request) throws Problem;
}
