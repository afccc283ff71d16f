package vaas.memory;

/**
 * On whose behalf something is done, for the audit.
 *
 * @param requestId of the request, null if there is none
 * @param remoteAddress of the caller, null if there is none
 * @param logId what stands in log lines for the request, null if there is none
 */
public record Requester(String requestId, String remoteAddress, String logId) {
    /** The program itself. */
    public static final Requester SELF = new Requester(null, null, null);
}
