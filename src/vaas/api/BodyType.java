package vaas.api;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.regex.Pattern;
import vaas.http.FieldValue;
import vaas.http.Problem;

/** What a request says of its body: it has to be JSON in UTF-8, as it is. */
final class BodyType {
    private static final String FORM = "application/x-www-form-urlencoded";
    /** A parameter that names no other charset than UTF-8, of which ASCII is a part. */
    private static final Pattern GOOD = Pattern.compile("(?s)(?!charset[ \t]*=).*"
            + "|charset[ \t]*=[ \t]*(\"?)(?:utf-8|us-ascii)\\1");

    private BodyType() {}

    /** Refuses another type, charset or coding: 415. A missing type is taken as JSON. */
    static void check(Headers headers) throws Problem {
        List<String> parts = FieldValue.parts(headers, "Content-Type", ";");
        String type = parts.isEmpty() ? "" : parts.get(0);
        boolean json = type.isEmpty() || type.equals("application/json") || type.endsWith("+json");
        boolean several = headers.getOrDefault("Content-Type", List.of()).size() > 1;
        if (several || !json && !(type.equals(FORM) && isNoPages(headers))) {
            throw new Problem(415, "The body must be JSON: send Content-Type: application/json.")
                    .with("Accept", "application/json");
        }
        checkReadable(headers);
    }

    /** Refuses another charset or coding: 415, which says what is taken (RFC 9110 15.5.16). */
    static void checkReadable(Headers headers) throws Problem {
        if (!FieldValue.parts(headers, "Content-Type", ";").stream()
                .allMatch(parameter -> GOOD.matcher(parameter).matches())) {
            throw new Problem(415, "The body must be in UTF-8.");
        }
        if (!FieldValue.parts(headers, "Content-Encoding", ",").stream()
                .allMatch(coding -> coding.isEmpty() || coding.equals("identity"))) {
            throw new Problem(415, "The body must come as it is, without a content coding.")
                    .with("Accept-Encoding", "identity");
        }
    }

    // It is what curl -d says by itself. A form of a page can't make JSON of this type, and a
    // script of a page can't leave these headers out.
    private static boolean isNoPages(Headers headers) {
        return !headers.containsKey("Origin") && headers.keySet().stream()
                .noneMatch(name -> name.startsWith("Sec-fetch-")); // as the JDK writes all names
    }
}
