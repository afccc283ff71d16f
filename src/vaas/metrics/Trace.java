package vaas.metrics;

import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;

/**
 * The trace that a caller's request belongs to, told by the header {@code traceparent} (W3C Trace
 * Context). None is begun here, and no span is exported. Immutable.
 *
 * @param id 32 hexadecimal digits, for log lines
 * @param sampled whether the caller records it; passed on as it came
 */
public record Trace(String id, boolean sampled) {
    private static final Pattern PARENT = Pattern.compile("(?!ff)[0-9a-f]{2}"
            + "-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?s:-.*)?");
    /** Of version 00. Later ones may add to it, behind a hyphen. */
    private static final int PARENT_CHARS = 55;

    /** Reads the values of the header; what is not one valid value is as none at all. */
    public static Optional<Trace> of(List<String> traceparent) {
        if (traceparent.size() != 1 || !PARENT.matcher(traceparent.get(0)).matches()) {
            return Optional.empty();
        }
        String parent = traceparent.get(0);
        return parent.length() > PARENT_CHARS && parent.startsWith("00") ? Optional.empty()
                : Optional.of(new Trace(parent.substring(3, 35),
                        (HexFormat.fromHexDigit(parent.charAt(54)) & 1) == 1));
    }

    /** The header for a call that is made on behalf of the request: a span of its own. */
    public String nextParent() {
        long span = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return "00-" + id + "-" + HexFormat.of().toHexDigits(span) + (sampled ? "-01" : "-00");
    }
}
