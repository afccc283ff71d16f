package vaas.http;

import com.sun.net.httpserver.Headers;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

public final class FieldValue {
    private FieldValue() {}

    /** What stands between separators in all fields of a name: trimmed, and in lower case. */
    public static List<String> parts(Headers headers, String name, String separator) {
        List<String> parts = new ArrayList<>();
        for (String value : headers.getOrDefault(name, List.of())) {
            for (String part : value.split(separator)) {
                parts.add(trim(part).toLowerCase(Locale.ROOT));
            }
        }
        return parts;
    }

    /**
     * Takes the white space off both ends: blanks and tabs, and nothing else (RFC 9110 section
     * 5.6.3). What Java calls white space has control characters in it, and whoever takes them off
     * reads another value than the next party does.
     */
    public static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && " \t".indexOf(value.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && " \t".indexOf(value.charAt(end - 1)) >= 0) {
            end--;
        }
        return value.substring(start, end);
    }
}
