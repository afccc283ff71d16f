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
        while (start < end && " \t".indexOf(value.charAt(start)) >= 0) {
            start++;
        }
        while (end > start && " \t".indexOf(value.charAt(end - 1)) >= 0) {
            end--;
        }
        return value.substring(start, end);
    }
}
