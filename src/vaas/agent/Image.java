package vaas.agent;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
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
    private static final int SIGNATURE_BYTES = 12;
    private static final int STEP_BYTES = 8 << 10;

    /**
     * Reads an image.
     *
     * @param text base64, bare or as a data URL; line breaks are fine
     * @return the image
     * @throws IllegalArgumentException with a clause about "it", if it is not base64, larger than
     *     4 MiB, or neither PNG, JPEG, GIF nor WebP
     */
    public static Image decode(String text) {
        String base64 = withoutBlanks(withoutPrefix(text));
        byte[] start = new byte[SIGNATURE_BYTES];
        int bytes;
        try (InputStream in = decoder(base64)) {
            bytes = in.readNBytes(start, 0, SIGNATURE_BYTES);
            bytes += count(in);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is not valid base64");
        }
        if (bytes > BYTES_MAX) {
            throw new IllegalArgumentException("it has " + mebibytes(bytes)
                    + " MiB, at most " + (BYTES_MAX >> 20) + " MiB are taken");
        }
        return new Image(mediaType(Arrays.copyOf(start, Math.min(bytes, SIGNATURE_BYTES))),
                padded(base64));
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

    private static String withoutBlanks(String base64) {
        Matcher blanks = BLANK.matcher(base64);
        return blanks.find() ? blanks.replaceAll("") : base64;
    }

    // Decoded as it is read, so that millions of bytes are looked at without a copy of them.
    private static InputStream decoder(String base64) throws IOException {
        int end = base64.indexOf('=');
        boolean padded = end >= 0;
        if (padded && (base64.length() % 4 != 0 || !"==".endsWith(base64.substring(end)))) {
            throw new IOException("padding"); // which the decoder would take for the end
        }
        return Base64.getDecoder().wrap(new InputStream() {
            private int next;

            @Override
            public int read() {
                int c = next < base64.length() ? base64.charAt(next++) : -1;
                return c > 0x7F ? 0 : c; // which is no base64 either
            }
        });
    }

    private static int count(InputStream in) throws IOException {
        byte[] step = new byte[STEP_BYTES];
        int bytes = 0;
        for (int read = in.read(step); read > 0; read = in.read(step)) {
            bytes += read;
        }
        return bytes;
    }

    private static String padded(String base64) {
        return base64 + "=".repeat(-base64.length() & 3);
    }

    // Rounded up to a tenth, so that none that is refused seems to have just as many as allowed.
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
