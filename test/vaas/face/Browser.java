package vaas.face;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import vaas.json.Json;

/**
 * A browser without a window, and a profile that is removed with it: Chromium, spoken to by
 * WebDriver (W3C), which is JSON over HTTP. Elements are named by selectors of CSS.
 */
final class Browser implements AutoCloseable {
    static final String TAB = "\uE004";
    static final String ENTER = "\uE007";
    static final String SHIFT = "\uE008"; // until the next
    static final String ESCAPE = "\uE00C";
    static final String CONTROL = "\uE009"; // until the next

    private static final Pattern PORT = Pattern.compile("successfully on port (\\d+)");
    private static final String ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
    private static final Optional<Path> DRIVER = find("chromedriver");
    private static final Optional<Path> CHROMIUM =
            find("chromium").or(() -> find("google-chrome"));

    private final OkHttpClient client = new OkHttpClient.Builder()
            .readTimeout(0, TimeUnit.SECONDS).build();
    private final Path profile = Files.createTempDirectory("vaas-browser");
    private final Process driver = new ProcessBuilder(DRIVER.orElseThrow().toString(), "--port=0")
            .redirectErrorStream(true).start();
    private final String session;

    private Browser() throws IOException {
        String server = "http://127.0.0.1:" + port(driver.inputReader());
        Map<String, Object> options = Map.of("binary", CHROMIUM.orElseThrow().toString(),
                "args", List.of("--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
                        "--disable-gpu", "--window-size=1280,900", "--user-data-dir=" + profile));
        Map<?, ?> begun = (Map<?, ?>) call("POST", server + "/session", Map.of("capabilities",
                Map.of("alwaysMatch", Map.of("goog:chromeOptions", options,
                        "goog:loggingPrefs", Map.of("browser", "ALL"),
                        "timeouts", Map.of("script", 30_000)))));
        session = server + "/session/" + begun.get("sessionId");
    }

    /** Whether there is one. */
    static boolean isHere() {
        return DRIVER.isPresent() && CHROMIUM.isPresent();
    }

    static Browser start() {
        try {
            return new Browser();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<Path> find(String program) {
        return Stream.of(System.getenv("PATH").split(":")).map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable).findFirst();
    }

    private static String port(BufferedReader output) throws IOException {
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            Matcher port = PORT.matcher(line);
            if (port.find()) {
                return port.group(1);
            }
        }
        throw new IOException("chromedriver ends without a port");
    }

    private Object call(String method, String url, Map<String, ?> body) {
        RequestBody json = body == null ? null
                : RequestBody.create(Json.write(body), MediaType.get("application/json"));
        Request request = new Request.Builder().url(url).method(method, json).build();
        try (Response answer = client.newCall(request).execute()) {
            Object value = Json.read(answer.body().bytes()).get("value");
            if (!answer.isSuccessful()) {
                throw new IllegalStateException(((Map<?, ?>) value).get("message").toString());
            }
            return value;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object post(String command, Map<String, ?> body) {
        return call("POST", session + command, body);
    }

    void open(URI url) {
        post("/url", Map.of("url", url.toString()));
    }

    void reload() {
        post("/refresh", Map.of());
    }

    /** What a function's body returns. */
    Object run(String script, Object... arguments) {
        return post("/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** What an expression comes to. */
    Object value(String expression) {
        return run("return " + expression);
    }

    /** Waits until an expression is true. */
    void until(String expression, Object... arguments) {
        post("/execute/async", Map.of("args", List.of(arguments), "script", "const a = arguments;"
                + "const done = a[a.length - 1];"
                + "const look = () => {"
                + "  let is = false;"
                + "  try { is = Boolean(" + expression + "); } catch (e) { is = false; }"
                + "  is ? done() : setTimeout(look, 5); };"
                + "look();"));
    }

    /** Waits until an element's text holds this. */
    void untilSeen(String selector, String text) {
        until("document.querySelector(a[0]).textContent.includes(a[1])", selector, text);
    }

    void untilGone(String selector) {
        until("!document.querySelector(a[0])", selector);
    }

    private String element(String selector) {
        Map<?, ?> found = (Map<?, ?>) post("/element",
                Map.of("using", "css selector", "value", selector));
        return "/element/" + found.get(ELEMENT);
    }

    void click(String selector) {
        post(element(selector) + "/click", Map.of());
    }

    /** Presses keys while an element has the focus. */
    void type(String selector, String keys) {
        post(element(selector) + "/value", Map.of("text", keys));
    }

    /** Presses keys wherever the focus is. */
    void press(String keys) {
        Map<?, ?> active = (Map<?, ?>) call("GET", session + "/element/active", null);
        post("/element/" + active.get(ELEMENT) + "/value", Map.of("text", keys));
    }

    String text(String selector) {
        return (String) run("return document.querySelector(arguments[0]).textContent", selector);
    }

    long count(String selector) {
        return ((Number) run("return document.querySelectorAll(arguments[0]).length", selector))
                .longValue();
    }

    /** Has the browser's own protocol do what WebDriver has no word for. */
    void devTools(String command, Map<String, Object> parameters) {
        post("/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    /** What has gone wrong in the page since it was asked last, in the browser's words. */
    List<String> log() {
        List<String> lines = new ArrayList<>();
        for (Object entry : (List<?>) post("/se/log", Map.of("type", "browser"))) {
            lines.add(((Map<?, ?>) entry).get("message").toString());
        }
        return lines;
    }

    String window() {
        return (String) call("GET", session + "/window", null);
    }

    /** Opens another tab and goes there. */
    String newTab() {
        String tab = (String) ((Map<?, ?>) post("/window/new", Map.of("type", "tab")))
                .get("handle");
        switchTo(tab);
        return tab;
    }

    void switchTo(String window) {
        post("/window", Map.of("handle", window));
    }

    void closeTab() {
        call("DELETE", session + "/window", null);
    }

    @Override
    public void close() throws IOException {
        List<ProcessHandle> children = driver.descendants().toList();
        try {
            call("DELETE", session, null);
        } finally {
            driver.destroy();
            children.forEach(ProcessHandle::destroyForcibly);
            client.connectionPool().evictAll();
            client.dispatcher().executorService().shutdown();
            removeProfile(children);
        }
    }

    // While a child ends, it may still write.
    private void removeProfile(List<ProcessHandle> children) throws IOException {
        children.forEach(child -> child.onExit().join());
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
