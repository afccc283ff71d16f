package vaas.http;

/** The text of a header. */
public final class FieldValue {
    private FieldValue() {}

    /**
     * Takes the white space off both ends: blanks and tabs, and nothing else (RFC 9110 section
     * 5.6.3). What Java calls white space has control characters in it, and whoever takes them off
     * reads another value than the next party does.
     */
    public static String trim(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
