package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Which of two media types a client would rather have (RFC 9110 section 12.5.1). */
public final class Accept {
    private static final Pattern WEIGHT =
            Pattern.compile("(?i)[ \t]*q=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)[ \t]*");

    private Accept() {}

    /** Whether it is a browser's that is going to show the answer. */
    public static boolean prefersHtml(Headers headers) {
        return prefers(headers, "text/html", "application/json");
    }

    /** Whether it gives one more weight than what it would get by default. */
    public static boolean prefers(Headers headers, String type, String byDefault) {
        List<String> fields = headers.getOrDefault("Accept", List.of());
        return weight(fields, type) > weight(fields, byDefault);
    }

    // The range that says most of a type decides, wherever it stands.
    private static double weight(List<String> fields, String type) {
        String group = type.substring(0, type.indexOf('/') + 1);
        for (String range : List.of(type, group + "*", "*/*")) {
            double weight = fields.stream().flatMap(field -> Stream.of(field.split(",")))
                    .map(item -> item.split(";"))
                    .filter(parts -> parts.length > 0 && range.equals(
                            FieldValue.trim(parts[0]).toLowerCase(Locale.ROOT)))
                    .mapToDouble(Accept::weight).max().orElse(-1);
            if (weight >= 0) {
                return weight;
            }
        }
        return 0;
    }

    private static double weight(String[] parts) {
        return Stream.of(parts).skip(1).map(WEIGHT::matcher).filter(Matcher::matches)
                .mapToDouble(weight -> Double.parseDouble(weight.group(1))).findFirst().orElse(1);
    }
}
