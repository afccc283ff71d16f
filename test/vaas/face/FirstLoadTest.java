package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.Api;

/** What the page costs, on what screens it can be read, and by whom it can be used. */
class FirstLoadTest extends PageFixture {
    private static final int BYTES_MAX = 60_000;

    @AfterEach
    void resetTheScreen() {
        browser.devTools("Emulation.clearDeviceMetricsOverride", Map.of());
        browser.devTools("Emulation.setEmulatedMedia", Map.of("features", List.of()));
    }

    @Test
    void itIsFourRequestsAndUnderSixtyKilobytesAllFromHere() {
        open("");
        assertEquals("http://127.0.0.1:" + served.api.url().getPort() + "/icon.svg",
                browser.value("document.querySelector('link[rel=icon]').href"));
        List<?> files = (List<?>) browser.value("performance.getEntriesByType('resource')"
                + ".filter(it => it.initiatorType !== 'fetch')"
                + ".map(it => new URL(it.name).pathname).sort()");
        assertTrue(List.of("/icon.svg", "/page.css", "/page.js").containsAll(files), "" + files);
        Object bytes = browser.run("return Promise.all(['', 'page.css', 'page.js', 'icon.svg'].map("
                + "path => fetch(path, {headers: {Accept: 'text/html'}})"
                + ".then(it => it.arrayBuffer()).then(it => it.byteLength)))"
                + ".then(all => all.reduce((a, b) => a + b))");
        assertTrue(((Number) bytes).intValue() < BYTES_MAX, bytes + " bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void itIsReadableOnANarrowScreenInBothColours(String colours) throws IOException {
        browser.devTools("Emulation.setDeviceMetricsOverride", Map.of("width", 320, "height", 256,
                "deviceScaleFactor", 1, "mobile", false));
        browser.devTools("Emulation.setEmulatedMedia", Map.of("features", List.of(
                Map.of("name", "prefers-color-scheme", "value", colours),
                Map.of("name", "prefers-reduced-motion", "value", "reduce"))));
        store("x".repeat(500), "```\n" + "y".repeat(500) + "\n```\n" + "- ".repeat(3)
                + "https://a.example/" + "z".repeat(500));
        open("a".repeat(64));
        browser.click("#menu");
        browser.click("#conversation-list a");
        untilRemembered(2);
        assertEquals(true, browser.value("document.documentElement.scrollWidth <= innerWidth"));
        for (String selector : List.of(".message.user .text", "#memory", "#hint",
                ".message.assistant .text a", "#send", ".details", "button.copy")) {
            double contrast = contrast(selector);
            assertTrue(contrast >= 4.5, selector + " has " + contrast);
        }
        assertEquals(List.of(), browser.value("Array.from(document.querySelectorAll('button, a,"
                + " textarea')).filter(it => it.checkVisibility() && !it.closest('p, .skip')"
                + " && Math.min(it.offsetWidth, it.offsetHeight) < 24).map(it => it.outerHTML)"));
        assertEquals(0, browser.run("""
                const button = document.querySelector(".code .copy").getBoundingClientRect();
                const first = document.querySelector(".code code span").firstChild;
                const range = document.createRange();
                range.selectNodeContents(first);
                return Array.from(range.getClientRects()).filter(it => it.right > button.left
                    && it.bottom > button.top && it.top < button.bottom).length"""),
                "lines of code below its button");
        assertEquals("0s", browser.value(
                "getComputedStyle(document.body).animationDuration"));
    }

    @Test
    void inForcedColoursOnlyTheConversationThatIsOpenIsMarked() {
        browser.devTools("Emulation.setEmulatedMedia", Map.of("features", List.of(
                Map.of("name", "forced-colors", "value", "active"))));
        open("ann");
        browser.until("document.querySelectorAll('#conversation-list a').length === 2");
        assertEquals(List.of(false, true), browser.value("Array.from(document.querySelectorAll("
                + "'#conversation-list a'), it => getComputedStyle(it).borderLeftColor"
                + " !== getComputedStyle(document.body).backgroundColor"
                + " && getComputedStyle(it).borderLeftColor"
                + " !== getComputedStyle(document.documentElement).backgroundColor)"));
    }

    // WCAG 2.2: relative luminance of the text's and of the nearest background's colour.
    private double contrast(String selector) {
        return ((Number) browser.run("""
                const luminance = colour => {
                    const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(it => it / 255)
                        .map(it => it <= .04045 ? it / 12.92 : ((it + .055) / 1.055) ** 2.4);
                    return .2126 * r + .7152 * g + .0722 * b;
                };
                const node = document.querySelector(arguments[0]);
                let behind = node;
                let background = "rgba(0, 0, 0, 0)";
                while (behind && /rgba.*, 0\\)/.test(background)) {
                    background = getComputedStyle(behind).backgroundColor;
                    behind = behind.parentElement;
                }
                const both = [getComputedStyle(node).color, background].map(luminance);
                return (Math.max(...both) + .05) / (Math.min(...both) + .05);
                """, selector)).doubleValue();
    }

    @Test
    void theKeyboardAloneReachesEverything() throws IOException {
        store("Who?", "You.");
        open("");
        untilRemembered(2);
        assertEquals("message", browser.value("document.activeElement.id"));
        browser.run("document.querySelector('.skip').focus()");
        StringBuilder order = new StringBuilder();
        for (int i = 0; i < 9; i++) {
            browser.press(Browser.TAB);
            order.append(browser.value("document.activeElement.id"
                    + " || document.activeElement.textContent.slice(0, 6)")).append(' ');
            assertEquals(true, browser.value("document.activeElement.matches(':focus-visible')"));
        }
        assertEquals("new Shared How pr reset Copy Copy message image send ",
                order.toString());
    }

    @Test
    void whoSkipsToTheMessageBoxStaysInTheConversation() {
        open("ann");
        browser.run("document.querySelector('.skip').focus()");
        browser.press(Browser.ENTER);
        browser.until("document.activeElement.id === 'message'");
        assertEquals("#/ann", browser.value("location.hash"));
    }

    @Test
    void enterSendsButNotWithShiftNorWhileAWordIsComposed() throws IOException {
        open("");
        browser.type("#message", "a" + Browser.SHIFT + Browser.ENTER + Browser.SHIFT + "b");
        browser.run("document.activeElement.dispatchEvent(new KeyboardEvent('keydown',"
                + " {key: 'Enter', isComposing: true, bubbles: true, cancelable: true}))");
        assertEquals("a\nb", browser.value("document.querySelector('#message').value"));
        browser.press(Browser.ENTER);
        untilRemembered(2);
        assertEquals("a\nb", served.texts("").get(0));
    }

    @Test
    void aReaderIsToldWhereThingsAre() {
        open("");
        for (String part : List.of("html[lang=en]", "main h2", "header h1", "nav[aria-label]",
                "[role=log][aria-live=off]", "[role=status]", "label[for=message]",
                "dialog[aria-labelledby=reset-title]", "dialog[aria-labelledby=token-title]")) {
            assertEquals(1, Math.min(1, browser.count(part)), part);
        }
    }

    @Test
    void itWorksBelowAPathOfAnotherServer() throws IOException {
        ExecutorService threads = Executors.newCachedThreadPool();
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/help", Api.handler(Api.options(), served.agent));
        server.start();
        try {
            browser.open(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/help"));
            browser.untilSeen("#memory", "Nothing is remembered");
            send("Hello");
            untilRemembered(2);
            browser.open(URI.create("about:blank"));
        } finally {
            server.stop(0);
            threads.shutdownNow();
        }
    }

    @ParameterizedTest
    @CsvSource({"#/.., Shared conversation", "#/a/b, Shared conversation", "#/a.B-_, a.B-_",
        "#message, Shared conversation", "#/%3Cb%3E, Shared conversation"})
    void theAddressNamesAConversationOrNone(String fragment, String title) {
        browser.open(served.api.url().resolve("/" + fragment));
        browser.untilSeen("#memory", "remembered");
        assertEquals(title, browser.text("#title"));
    }
}
