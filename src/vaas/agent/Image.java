package vaas.agent;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image that comes with a question: checked, but never decoded further, and never stored.
 *
 * @param mediaType told by its first bytes, whatever the sender says
 * @param base64 its bytes
 */
public record Image(String mediaType, String base64) {
    /** Largest image in bytes. As base64 it is longer; Groq may refuse it from 3 MB on. */
    public static final int BYTES_MAX = 4 << 20;

    private static final Pattern DATA_URL = Pattern.compile("(?i)data:[^,]{0,200};base64,");
    private static final Pattern BLANK = Pattern.compile("[ \\t\\r\\n]+");
    private static final int SIGNATURE_CHARS = 16; // twelve bytes
    private static final int STEP_CHARS = 16 << 10;

    /**
     * Reads an image off base64, bare or as a data URL; line breaks are fine.
     *
     * @throws IllegalArgumentException with a clause about "it", if it is not base64, larger than
     *     4 MiB, or neither PNG, JPEG, GIF nor WebP
     */
    public static Image decode(String text) {
        String base64 = BLANK.matcher(withoutPrefix(text)).replaceAll("");
        int bytes = length(base64);
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException("it has " + mebibytes(bytes)
                    + " MiB, at most " + (BYTES_MAX >> 20) + " MiB are taken");
        }
        return new Image(mediaType(base64), base64 + "=".repeat(-base64.length() & 3));
    }

    /** The image as a URL that a model can be given: a data URL (RFC 2397). */
    public String dataUrl() {
        return "data:" + mediaType + ";base64," + base64;
    }

    /** Tells kind and size, never the content. */
    @Override
    public String toString() {
        return "Image[" + mediaType + ", " + base64.length() + " base64 chars]";
    }

    private static String withoutPrefix(String text) {
        if (!text.regionMatches(true, 0, "data:", 0, 5)) {
            return text;
        }
        Matcher prefix = DATA_URL.matcher(text);
        if (!prefix.lookingAt()) {
            throw new IllegalArgumentException("it is a data URL without ;base64,");
        }
        return text.substring(prefix.end());
    }

    // Decoded in steps, so that millions of bytes are looked at without a copy of them all.
    private static int length(String base64) {
        int bytes = 0;
        try {
            for (int i = 0; i < base64.length(); i += STEP_CHARS) {
                bytes += decoded(base64, i, STEP_CHARS).length;
            }
        } catch (IllegalArgumentException e) {
            bytes = -1;
        }
        int padding = base64.indexOf('='); // which ends a step as well
        if (bytes < 0 || padding >= 0 && padding < base64.length() - 2) {
            throw new IllegalArgumentException("it is not valid base64");
        }
        return bytes;
    }

    private static byte[] decoded(String base64, int start, int charsMax) {
        return Base64.getDecoder().decode(
                base64.substring(start, Math.min(start + charsMax, base64.length())));
    }

    // Rounded up to a tenth, so that none that is refused seems to have just as many as allowed.
    private static String mebibytes(int bytes) {
        long tenths = (10L * bytes + (1 << 20) - 1) >> 20;
        return tenths / 10 + "." + tenths % 10;
    }

    private static String mediaType(String base64) {
        String signature = new String(
                decoded(base64, 0, SIGNATURE_CHARS), StandardCharsets.ISO_8859_1);
        if (signature.startsWith("\u0089PNG\r\n\u001a\n")) {
            return "image/png";
        } else if (signature.startsWith("\u00ff\u00d8\u00ff")) {
            return "image/jpeg";
        } else if (signature.startsWith("GIF87a") || signature.startsWith("GIF89a")) {
            return "image/gif";
        } else if (signature.startsWith("RIFF") && signature.startsWith("WEBP", 8)) {
            return "image/webp";
        }
        throw new IllegalArgumentException("it is neither PNG, JPEG, GIF nor WebP");
    }
}
