package vaas.api.face;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import vaas.http.EntityTags;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;

/**
 * A text that a browser loads: always the same, known by its tag, and sent with a policy by which a
 * page shows and runs nothing that does not come from this server. Immutable.
 */
public final class Asset implements Route {
    private static final Map<String, String> POLICY = Map.of(
            "Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self';"
                    + " connect-src 'self'; img-src 'self' blob:; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options", "nosniff",
            "Referrer-Policy", "no-referrer",
            "Cache-Control", "no-cache"); // kept, but only used while the tag is the same

    /** The script's, each one idea; one module, so that they see each other and nobody else. */
    private static final String[] SCRIPT = {"text.js", "inline.js", "markdown.js", "events.js",
        "server.js", "image.js", "message.js", "turn.js", "conversation.js", "dialogs.js",
        "composer.js", "sidebar.js", "main.js"};

    private final String mediaType;
    private final byte[] content;
    private final String tag;

    /** What is sent as it is, in UTF-8; the bytes are kept, not copied. */
    public Asset(String mediaType, byte[] content) {
        this.mediaType = mediaType + "; charset=utf-8";
        this.content = content;
        this.tag = UUID.nameUUIDFromBytes(content).toString();
    }

    /** What stands in files beside this class, one behind the other. */
    public static Asset of(String mediaType, String... files) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (String file : files) {
            content.writeBytes(read(file));
        }
        return new Asset(mediaType, content.toByteArray());
    }

    /** The page, which tells how much of a conversation the model is sent, where that is known. */
    public static Asset page(OptionalInt memorySize) {
        String size = memorySize.isPresent() ? Integer.toString(memorySize.getAsInt()) : "";
        return text("text/html", html -> html.replace("{memory_size}", size), "page.html");
    }

    /** What the page runs. */
    public static Asset script() {
        return trimmed("text/javascript", SCRIPT);
    }

    /** As {@link #of}, without what only readers of the files need: indentation and comments. */
    public static Asset trimmed(String mediaType, String... files) {
        return text(mediaType, text -> text.lines().map(String::strip)
                .filter(line -> !line.isEmpty() && !line.startsWith("//"))
                .collect(Collectors.joining("\n", "", "\n")), files);
    }

    private static Asset text(String type, UnaryOperator<String> change, String... files) {
        String text = new String(of(type, files).content, StandardCharsets.UTF_8);
        return new Asset(type, change.apply(text).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A file beside this class.
     *
     * @throws UncheckedIOException if it can't be read
     * @throws IllegalStateException if it is not there: the build has left it out
     */
    static byte[] read(String file) {
        try (InputStream in = Asset.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Response handle(Request request) throws Problem {
        Optional<EntityTags> known = EntityTags.of(request.headers(), "If-None-Match");
        Response answer = known.isPresent() && known.get().matchesWeakly(tag)
                ? Response.of(304, "", new byte[0]) : Response.of(200, mediaType, content);
        return answer.with(POLICY).with(Map.of("ETag", '"' + tag + '"'));
    }
}
