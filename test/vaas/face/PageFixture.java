package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import vaas.api.ServedFixture;
import vaas.testing.Talk;

/**
 * A page in a real browser, and its server. All tests share one browser and its tab, for each takes
 * long to start.
 */
@ExtendWith(PageFixture.OneBrowser.class)
@Timeout(60)
abstract class PageFixture extends ServedFixture {
    static Browser browser;
    private final List<String> harmless; // beginnings of lines in the browser's log

    /** Started by the first class that needs it, and closed behind the last. */
    static final class OneBrowser implements ExecutionCondition, BeforeAllCallback {
        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            return Browser.isHere() ? ConditionEvaluationResult.enabled("")
                    : ConditionEvaluationResult.disabled("skipped: no chromium and chromedriver"
                            + " here (apt-get install chromium chromium-driver)");
        }

        @Override
        public void beforeAll(ExtensionContext context) {
            browser = context.getRoot().getStore(Namespace.GLOBAL)
                    .computeIfAbsent("browser", key -> Browser.start(), Browser.class);
        }
    }

    PageFixture(String... settings) {
        super(settings);
        harmless = List.of("Failed to load resource"); // an error that the page tells in words
    }

    /**
     * A tab keeps what was typed in it by the server's port, and does so while it leaves a page;
     * and a port that has become free can come again. By another path the next address is a page
     * of its own, whatever its port.
     */
    @BeforeEach
    void forgetTheLastPage() {
        browser.run("try {"
                + "  sessionStorage.clear();"
                + "  Storage.prototype.setItem = () => undefined;"
                + "  history.replaceState(null, '', '/left');"
                + "} catch (noPage) { }");
        browser.log();
    }

    /** No policy is broken, and no script fails, whatever is shown. */
    @AfterEach
    void nothingIsWrongInThePage() {
        assertEquals(List.of(), browser.log().stream()
                .filter(line -> harmless.stream().noneMatch(line::contains)).toList());
    }

    /** Opens the page of a conversation, the shared one's without a name, and waits for it. */
    final void open(String session) {
        open(served.api.url(), session);
    }

    /** The same by another address of the server. */
    final void open(URI server, String session) {
        browser.open(server.resolve("/#/" + session));
        browser.until("document.querySelector('#memory').textContent.includes('remembered')");
    }

    final void send(String text) {
        browser.type("#message", text + Browser.ENTER);
    }

    /** Waits until so many messages are remembered, as the page says. */
    final void untilRemembered(int messages) {
        browser.until("document.querySelector('#memory').textContent.startsWith('" + messages
                + " message')");
    }

    /** Stores a turn as if somebody had asked. */
    final void store(String question, String answer) throws IOException {
        Talk.stored(
                served.memory.insert(served.memory.latest(0), question, answer));
    }
}
