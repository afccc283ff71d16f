package vaas.api.face;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import vaas.http.EntityTags;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;

/**
 * A text that a browser loads: always the same, known by its tag, and sent with a policy by which a
 * page shows and runs nothing that does not come from this server. Safe for concurrent use.
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

    /** Alone in its line, behind what ends or begins something, or at the end of a line. */
    private static final Pattern COMMENT =
            Pattern.compile("^ *//.*|(?<=[;,{]) // .*|/\\*.*\\*/$");

    private final String mediaType;
    private final Supplier<String> text;
    private Made made; // guarded by this; null until somebody asks

    private record Made(byte[] content, String tag) {}

    /** What is made once, when it is first asked for, so that a start does not pay for it. */
    Asset(String mediaType, Supplier<String> text) {
        boolean json = mediaType.endsWith("/json"); // has no such parameter (RFC 8259 section 11)
        this.mediaType = json ? mediaType : mediaType + "; charset=utf-8";
        this.text = text;
    }

    public static Asset of(String mediaType, String file) {
        return new Asset(mediaType, () -> read(file));
    }

    /** The page, which tells how much of a conversation the model is sent, where that is known. */
    public static Asset page(OptionalInt memorySize) {
        String size = memorySize.isPresent() ? Integer.toString(memorySize.getAsInt()) : "";
        return new Asset("text/html", () -> read("page.html").replace("{memory_size}", size));
    }

    public static Asset docs() {
        return new Asset("text/html", Docs::page);
    }

    public static Asset script() {
        return trimmed("text/javascript", SCRIPT);
    }

    /** Files, one behind the other, without what only their readers need: indents and comments. */
    public static Asset trimmed(String mediaType, String... files) {
        return new Asset(mediaType, () -> Stream.of(files).flatMap(file -> read(file).lines())
                .map(line -> COMMENT.matcher(line).replaceFirst("").strip())
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n", "", "\n")));
    }

    /**
     * A file beside this class.
     *
     * @throws UncheckedIOException if it can't be read
     * @throws IllegalStateException if it is not there: the build has left it out
     */
    static String read(String file) {
        try (InputStream in = Asset.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized Made made() {
        if (made == null) {
            byte[] content = text.get().getBytes(StandardCharsets.UTF_8);
            made = new Made(content, UUID.nameUUIDFromBytes(content).toString());
        }
        return made;
    }

    @Override
    public Response handle(Request request) throws Problem {
        EntityTags known = EntityTags.of(request.headers(), "If-None-Match");
        Made it = made();
        Response answer = known.matchesWeakly(it.tag)
                ? Response.of(304, "", new byte[0]) : Response.of(200, mediaType, it.content);
        return answer.with(POLICY).with(Map.of("ETag", '"' + it.tag + '"'));
    }
}
