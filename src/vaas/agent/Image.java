package vaas.agent;

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
    private static final int SIGNATURE_BYTES = 12;

    /**
     * Reads an image.
     *
     * @param text base64, bare or as a data URL; line breaks are fine
     * @return the image
     * @throws IllegalArgumentException with a clause about "it", if it is not base64, larger than
     *     4 MiB, or neither PNG, JPEG, GIF nor WebP
     */
    public static Image decode(String text) {
        byte[] bytes = bytes(withoutPrefix(text));
        if (bytes.length > BYTES_MAX) {
            throw new IllegalArgumentException("it has " + mebibytes(bytes.length)
                    + " MiB, at most " + (BYTES_MAX >> 20) + " MiB are taken");
        }
        return new Image(mediaType(bytes), Base64.getEncoder().encodeToString(bytes));
    }

    /**
     * The image as a URL that a model can be given.
     *
     * @return a data URL (RFC 2397)
     */
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

    private static byte[] bytes(String base64) {
        try {
            return Base64.getDecoder().decode(base64.replaceAll("[ \\t\\r\\n]", ""));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("it is not valid base64");
        }
    }

    // Rounded up to a tenth, so that no image that is refused seems to have just as many as allowed.
    private static String mebibytes(int bytes) {
        long tenths = (10L * bytes + (1 << 20) - 1) >> 20;
        return tenths / 10 + "." + tenths % 10;
    }

    private static String mediaType(byte[] bytes) {
        StringBuilder start = new StringBuilder();
        for (int i = 0; i < Math.min(SIGNATURE_BYTES, bytes.length); i++) {
            start.append((char) (bytes[i] & 0xFF));
        }
        String signature = start.toString();
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
