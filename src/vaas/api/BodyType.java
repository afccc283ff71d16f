package vaas.api;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import vaas.http.FieldValue;
import vaas.http.Problem;

/** What a request says of its body: it has to be JSON in UTF-8, as it is. */
final class BodyType {
    private static final String FORM = "application/x-www-form-urlencoded";
    /** ASCII is UTF-8 too. */
    private static final Set<String> CHARSETS = Set.of("utf-8", "us-ascii");

    private BodyType() {}

    /** Refuses another type, charset or coding: 415. A missing type is taken as JSON. */
    static void check(Headers headers) throws Problem {
        List<String> types = headers.getOrDefault("Content-Type", List.of(""));
        String type = lower(types.get(0).split(";", 2)[0]);
        boolean json = type.isEmpty() || type.equals("application/json") || type.endsWith("+json");
        if (types.size() > 1 || !json && !(type.equals(FORM) && isNoPages(headers))) {
            throw new Problem(415, "The body must be JSON: send Content-Type: application/json.")
                    .with("Accept", "application/json");
        }
        checkReadable(headers);
    }

    /** Refuses another charset or coding: 415, which says what is taken (RFC 9110 15.5.16). */
    static void checkReadable(Headers headers) throws Problem {
        if (!parts(headers, "Content-Type", ";").allMatch(BodyType::isNoOtherCharset)) {
            throw new Problem(415, "The body must be in UTF-8.");
        }
        if (!parts(headers, "Content-Encoding", ",")
                .map(BodyType::lower).allMatch(coding -> coding.matches("|identity"))) {
            throw new Problem(415, "The body must come as it is, without a content coding.")
                    .with("Accept-Encoding", "identity");
        }
    }

    private static Stream<String> parts(Headers headers, String name, String separator) {
        return headers.getOrDefault(name, List.of()).stream()
                .flatMap(value -> Stream.of(value.split(separator)));
    }

    // It is what curl -d says by itself. A form of a page can't make JSON of this type, and a
    // script of a page can't leave these headers out.
    private static boolean isNoPages(Headers headers) {
        return headers.keySet().stream().map(BodyType::lower)
                .noneMatch(name -> name.equals("origin") || name.startsWith("sec-fetch-"));
    }

    private static boolean isNoOtherCharset(String parameter) {
        String[] nameAndValue = parameter.split("=", 2);
        if (nameAndValue.length < 2 || !lower(nameAndValue[0]).equals("charset")) {
            return true;
        }
        String value = lower(nameAndValue[1]);
        boolean quoted = value.length() > 1 && value.startsWith("\"") && value.endsWith("\"");
        return CHARSETS.contains(quoted ? value.substring(1, value.length() - 1) : value);
    }

    private static String lower(String text) {
        return FieldValue.trim(text).toLowerCase(Locale.ROOT);
    }
}
