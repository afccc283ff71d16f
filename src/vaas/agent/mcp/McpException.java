package vaas.agent.mcp;

import java.io.IOException;
import java.util.Set;

/**
 * Trouble with the server: it said that it will not, by a status, a JSON-RPC error or both, or said
 * nothing of use. The message is fit for the log: it holds no words of the server.
 */
final class McpException extends IOException {
    /** Of 2026-07-28: headers that don't match, and a version that is not spoken. */
    private static final Set<Integer> BEFORE_THE_CALL = Set.of(-32020, -32022);
    /** Of the same: headers again, and a capability that lacks. */
    private static final Set<Integer> OF_TODAY = Set.of(-32020, -32021);
    /** No such method, bad parameters (and so a tool that is not there), headers. */
    private static final Set<Integer> OF_ANOTHER_LIST = Set.of(-32601, -32602, -32020);

    private static final long serialVersionUID = 1;
    private static final int OK = 200;

    private final int status;
    private final int code;

    /** @param code of the error, 0 if there is none */
    McpException(int status, int code) {
        super("status " + status + (code == 0 ? "" : ", code " + code));
        this.status = status;
        this.code = code;
    }

    McpException(String reason) {
        super(reason);
        this.status = 0;
        this.code = 0;
    }

    /** What the log may say of a failure. */
    static String reason(Exception failure) {
        return failure instanceof McpException ? failure.getMessage()
                : failure.getClass().getName();
    }

    /** Whether the list of tools may have changed since it was read. */
    boolean mayBeOfAnotherList() {
        return OF_ANOTHER_LIST.contains(code);
    }

    /** Whether it has not begun, and may do so with a new session or another version. */
    boolean isBeforeTheCall(boolean inSession) {
        return BEFORE_THE_CALL.contains(code)
                || inSession && (status == 404 || status == 400);
    }

    /** Whether one who answers so to server/discover speaks an older version. */
    boolean isOfAnOlderServer() {
        return !OF_TODAY.contains(code) && (status == OK
                || status / 100 == 4 && status != 401 && status != 403 && status != 429);
    }
}
