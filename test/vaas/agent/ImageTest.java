package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Images as callers send them: told by their first bytes, never by what is said about them. */
class ImageTest {
    private static final String PNG = "\u0089PNG\r\n\u001a\nrest";

    @ParameterizedTest
    @CsvSource({
        "image/png, 89504e470d0a1a0a",
        "image/jpeg, ffd8ffe0",
        "image/jpeg, ffd8ff",
        "image/gif, 474946383761",
        "image/gif, 474946383961",
        "image/webp, 524946460c000000574542505650"
    })
    void isToldByItsFirstBytes(String mediaType, String hex) {
        String base64 = base64(bytesOf(hex));
        Image image = Image.decode(base64);
        assertEquals(new Image(mediaType, base64), image);
        assertEquals("data:" + mediaType + ";base64," + base64, image.dataUrl());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "data:image/png;base64,", "DATA:IMAGE/PNG;BASE64,", "data:;base64,",
        "data:image/gif;base64,", "data:text/plain;charset=utf-8;base64,"
    })
    void aDataUrlIsTakenWhateverItDeclares(String prefix) {
        Image image = Image.decode(prefix + base64(latin(PNG)));
        assertEquals(new Image("image/png", base64(latin(PNG))), image);
    }

    @Test
    void lineBreaksAndBlanksInTheBase64AreFine() {
        byte[] bytes = Arrays.copyOf(latin(PNG), 300);
        Base64.Encoder lines = Base64.getMimeEncoder(64, new byte[] {'\r', '\n'});
        String broken = lines.encodeToString(bytes) + "\n \t";
        assertEquals(base64(bytes), Image.decode(broken).base64());
        assertEquals(base64(bytes), Image.decode("data:image/png;base64,\n" + broken).base64());
    }

    @ParameterizedTest
    @ValueSource(strings = {"####", "iVBORw0KGgo=x", "iVBO=w0KGgo=", "a", "bild.png", "iVBORw_-"})
    void whatIsNotBase64IsRefused(String text) {
        assertRefused(text, "base64");
        assertRefused("data:image/png;base64," + text, "base64");
    }

    @Test
    void paddingMayBeMissing() {
        assertEquals(new Image("image/png", "iVBORw0KGgo="), Image.decode("iVBORw0KGgo"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"data:image/png,abc", "data:image/png;base64", "data:", "data:,"})
    void aDataUrlWithoutBase64IsRefused(String text) {
        assertRefused(text, "data URL");
    }

    @Test
    void aDataUrlWithAnEndlessPrefixIsRefused() {
        assertRefused("data:" + "x".repeat(100_000) + ";base64,", "data URL");
    }

    @Test
    void fourMebibytesPass() {
        byte[] largest = Arrays.copyOf(latin(PNG), 4 << 20);
        assertEquals("image/png", Image.decode(base64(largest)).mediaType());
    }

    @ParameterizedTest
    @CsvSource({"4194305, 4.1", "4299161, 4.1", "4299162, 4.2", "5242880, 5.0", "15728641, 15.1"})
    void aLargerOneIsRefusedInTheUnitThatPeopleSee(int bytes, String mebibytes) {
        assertRefused(base64(Arrays.copyOf(latin(PNG), bytes)),
                "it has " + mebibytes + " MiB, at most 4 MiB are taken");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "BM....", "<svg xmlns=''/>", "%PDF-1.7", "GIF88a", "\u0089PNG\r\n\u001a",
        "\u00ff\u00d8", "RIFF....WAVE", "RIFF....WEB", "....WEBP"
    })
    void anUnknownKindIsRefused(String start) {
        assertRefused(base64(latin(start)), "neither PNG, JPEG, GIF nor WebP");
    }

    @Test
    void itsTextTellsKindAndSizeOnly() {
        Image image = Image.decode(base64(latin(PNG)));
        assertFalse(image.toString().contains(image.base64()), image.toString());
        assertTrue(image.toString().contains("image/png"), image.toString());
    }

    // The sentence goes to the caller after "can't be used:", and must not quote what was sent.
    private static void assertRefused(String text, String expected) {
        IllegalArgumentException refused =
                assertThrows(IllegalArgumentException.class, () -> Image.decode(text));
        assertTrue(refused.getMessage().startsWith("it "), refused.getMessage());
        assertTrue(refused.getMessage().contains(expected), refused.getMessage());
        assertTrue(refused.getMessage().length() < 100, "short, whatever was sent");
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] bytesOf(String hex) {
        byte[] bytes = new byte[hex.length() / 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) Integer.parseInt(hex.substring(2 * i, 2 * i + 2), 16);
        }
        return bytes;
    }
}
