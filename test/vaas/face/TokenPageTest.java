package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.api.ScriptedAgent;
import vaas.api.Served;

/** A server that wants a token: asked for when it is wanted, kept when it was taken. */
class TokenPageTest extends PageFixture {
    private static final String KEPT = "Object.values(sessionStorage).join()";
    private static final String IS_OPEN = "document.querySelector('#token-dialog').open";

    @TempDir
    Path other;

    TokenPageTest() {
        super("API_TOKEN", "secret");
    }

    private void openWithoutToken() {
        browser.open(served.api.url().resolve("/"));
        browser.until(IS_OPEN);
        assertEquals("token", browser.value("document.activeElement.id"));
    }

    private void show(String token) {
        browser.type("#token", token + Browser.ENTER);
    }

    @Test
    void itIsAskedForAndKeptForTheTabOnceItWasTaken() throws IOException {
        openWithoutToken();
        show("wrong");
        browser.untilSeen("#token-trouble", "did not take");
        assertEquals("", browser.value(KEPT));
        browser.run("document.querySelector('#token').value = ''");
        show("s\u00e9cret");
        browser.untilSeen("#token-trouble", "visible ASCII");
        browser.run("document.querySelector('#token').value = ''");
        show("secret");
        browser.until("!" + IS_OPEN);
        browser.untilSeen("#memory", "Nothing is remembered");
        assertEquals("secret", browser.value(KEPT));
        assertEquals(0, browser.count("#token[aria-invalid]"));
        assertEquals("", browser.value("document.cookie + JSON.stringify({...localStorage})"
                + ".slice(2) + document.querySelector('#token').value"));
        browser.reload();
        browser.untilSeen("#memory", "Nothing is remembered");
        send("Hello");
        untilRemembered(2);
    }

    @Test
    void whoDeclinesIsAskedAgainOnlyWhenSomethingIsWanted() throws IOException {
        openWithoutToken();
        browser.press(Browser.ESCAPE);
        browser.untilSeen("#notice", "Send the token");
        browser.run("dispatchEvent(new Event('focus'))");
        browser.type("#message", "Hello" + Browser.ENTER);
        browser.until(IS_OPEN);
        show("secret");
        untilRemembered(2);
        assertEquals(List.of("Hello", ScriptedAgent.ANSWER), served.texts(""));
        browser.until("!document.querySelector('#notice').textContent");
    }

    @Test
    void oneThatIsTakenBackIsAskedForAnewAndNothingTypedIsLost() throws IOException {
        openWithoutToken();
        show("secret");
        browser.untilSeen("#memory", "Nothing is remembered");
        browser.type("#message", "Hello");
        String port = Integer.toString(served.api.url().getPort());
        served.close();
        try (Served changed = Served.start(other, "PORT", port, "API_TOKEN", "other")) {
            browser.press(Browser.ENTER);
            browser.until(IS_OPEN);
            assertEquals("", browser.value(KEPT));
            show("other");
            untilRemembered(2);
            assertEquals("other", browser.value(KEPT));
            assertTrue(changed.texts("").contains("Hello"));
            browser.open(URI.create("about:blank"));
        }
    }
}
