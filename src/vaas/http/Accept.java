package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of two media types a client would rather have (RFC 9110 section 12.5.1). */
public final class Accept {
    private static final Pattern WEIGHT = Pattern.compile(
            ";[ \t]*q=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)[ \t]*(?:;|\\z)");

    private Accept() {}

    /** Whether it is a browser's that is going to show the answer. */
    public static boolean prefersHtml(Headers headers) {
        return prefers(headers, "text/html", "application/json");
    }

    /** Whether it gives one more weight than what it would get by default. */
    public static boolean prefers(Headers headers, String type, String byDefault) {
        List<String> items = FieldValue.parts(headers, "Accept", ",");
        return weight(items, type) > weight(items, byDefault);
    }

    // The range that says most of a type decides, wherever it stands.
    private static double weight(List<String> items, String type) {
        String group = type.substring(0, type.indexOf('/') + 1);
        double weight = -1;
        for (String range : List.of(type, group + "*", "*/*")) {
            for (String item : items) {
                if (FieldValue.trim(item.split(";", 2)[0]).equals(range)) {
                    weight = Math.max(weight, weight(item));
                }
            }
            if (weight >= 0) {
                return weight;
            }
        }
        return 0;
    }

    private static double weight(String item) {
        Matcher weight = WEIGHT.matcher(item);
        return weight.find() ? Double.parseDouble(weight.group(1)) : 1;
    }
}
