package vaas.http;

/** One line a request: method, path, status, time, size, id. Never content or a query. */
final class AccessLog {
    private static final System.Logger LOG = System.getLogger(AccessLog.class.getName());
    private static final int CHARS_MAX = 100;
    private static final int NANOS_PER_MILLI = 1_000_000;

    private AccessLog() {}

    static void log(Exchange exchange, long nanos) {
        LOG.log(System.Logger.Level.INFO, "{0} {1} {2} {3} ms {4} bytes id {5}",
                printable(exchange.method()),
                printable(exchange.target().getRawPath()),
                Integer.toString(exchange.status()), Long.toString(nanos / NANOS_PER_MILLI),
                Long.toString(exchange.bytes()), exchange.logId());
    }

    /** Text from outside with all but visible ASCII escaped, so that it can't forge lines. */
    static String printable(String text) {
        StringBuilder printable = new StringBuilder();
        for (int i = 0; text != null && i < Math.min(text.length(), CHARS_MAX); i++) {
            char c = text.charAt(i);
            printable.append(c > ' ' && c <= '~' ? String.valueOf(c)
                    : String.format("\\u%04x", (int) c));
        }
        return printable.toString();
    }
}
