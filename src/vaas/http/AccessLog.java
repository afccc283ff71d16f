package vaas.http;

/** One line a request: method, path, status, time, size, id. Never content or a query. */
final class AccessLog {
    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
    private static final int CHARS_MAX = 100;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private AccessLog() {}

    static void log(Exchange exchange, long nanos) {
        // A whole line and no pattern, which would be read anew for each.
        LOG.log(System.Logger.Level.INFO, () -> printable(exchange.method())
                + " " + printable(exchange.target().getRawPath()) + " " + exchange.status()
                + " " + nanos / NANOS_PER_MILLI + " ms " + exchange.bytes()
                + " bytes id " + exchange.logId());
    }

    /** Text from outside with all but visible ASCII escaped, so that it can't forge lines. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; text != null && i < Math.min(text.length(), CHARS_MAX); i++) {
            char c = text.charAt(i);
            if (c > ' ' && c <= '~') {
                printable.append(c);
            } else {
                printable.append(String.format("\\u%04x", (int) c));
            }
        }
        return printable.toString();
    }
}
