package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import vaas.agent.Reply;
import vaas.memory.History;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.testing.Await;

/** Forgetting, in two steps, with a receipt; and what becomes of a page when others do it. */
class ResetPageTest extends PageFixture {
    /** All that the browser could still find a text in. */
    private static final String EVERYTHING = "document.documentElement.outerHTML"
            + " + Array.from(document.querySelectorAll('textarea, input'), it => it.value).join()"
            + " + JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + location.href"
            + " + document.cookie + document.title";

    @Test
    void itTakesASecondStepAndLeavesNothingButTheReceipt() throws IOException {
        open("ann");
        send("secret 1");
        browser.untilSeen("#memory", "2 messages");
        served.agent.script(question -> {
            throw new IllegalStateException();
        });
        send("secret 2");
        browser.untilSeen(".message footer", "Something went wrong here.");
        browser.click("#reset");
        assertEquals(true, browser.value("document.querySelector('#reset-dialog').open"));
        assertEquals("reset-cancel", browser.value("document.activeElement.id"));
        browser.press(Browser.ESCAPE);
        browser.until("!document.querySelector('#reset-dialog').open");
        assertEquals("reset", browser.value("document.activeElement.id"));
        assertEquals(2, served.texts("ann").size());
        browser.press(Browser.ENTER);
        browser.untilSeen("#reset-what", "2 messages");
        browser.press(Browser.TAB + Browser.ENTER);
        browser.untilSeen("#receipt", "Records removed2Bytes removed");
        assertEquals("reset", browser.value("document.activeElement.id"));
        browser.untilSeen("#status", "Records removed");
        browser.untilSeen("#memory", "Nothing is remembered");
        assertEquals(0, browser.count(".message"));
        assertFalse(browser.value(EVERYTHING).toString().contains("secret"));
        assertEquals(0, browser.value("sessionStorage.length + localStorage.length"));
        assertEquals(List.of(), served.texts("ann"));
        browser.untilGone("#conversation-list time");
    }

    @Test
    void aResetThatFailsIsToldInTheDialog() throws IOException {
        store("Who?", "You.");
        open("");
        browser.run("window.fetched = fetch; window.fetch = () => Promise.reject(new TypeError())");
        browser.click("#reset");
        browser.click("#reset-confirm");
        browser.untilSeen("#reset-trouble", "can\u2019t be reached");
        browser.run("window.fetch = fetched");
        browser.click("#reset-confirm");
        browser.untilSeen("#receipt", "Records removed2");
        assertEquals(List.of(), served.texts(""));
    }

    @Test
    void whatWasReadBeforeAResetIsNotShownAfterIt() throws IOException {
        open("");
        store("secret 1", "secret 2");
        browser.run("window.fetched = fetch; window.fetch = async (path, options) => {"
                + "  const answer = await fetched(path, options);"
                + "  if (path.startsWith('memory') && answer.status === 200 && !window.held) {"
                + "    await new Promise(go => window.held = go); }"
                + "  return answer; }; dispatchEvent(new Event('focus'))");
        browser.until("window.held");
        browser.click("#reset");
        browser.click("#reset-confirm");
        browser.untilSeen("#receipt", "Records removed2");
        browser.untilSeen("#memory", "Nothing is remembered");
        browser.run("held(); return fetch('memory').then(() => fetch('memory'))");
        assertEquals("Nothing is remembered.", browser.text("#memory"));
        assertEquals(0, browser.count(".message"));
        assertFalse(browser.value(EVERYTHING).toString().contains("secret"));
    }

    @Test
    void whatAnotherHasResetIsNoLongerShown() throws IOException {
        store("secret 1", "secret 2");
        open("");
        untilRemembered(2);
        browser.type("#message", "typed");
        Receipt receipt = served.memory.resetMemory(Requester.SELF);
        assertEquals(2, receipt.recordsRemoved().orElseThrow());
        store("new 1", "new 2");
        browser.run("dispatchEvent(new Event('focus'))");
        browser.until("!document.querySelector('#log').textContent.includes('secret')");
        browser.untilSeen("#log", "new 2");
        browser.untilSeen("#receipt", "reset elsewhere");
        browser.untilSeen("#status", "reset elsewhere");
        assertEquals(2, browser.count(".message"));
        assertFalse(browser.value(EVERYTHING).toString().contains("secret"));
        assertEquals("typed", browser.value("document.querySelector('#message').value"));
    }

    @Test
    void whoGoesBackToAnotherConversationIsNoLongerAsked() throws IOException {
        store("Who?", "You.");
        open("");
        browser.run("location.hash = '#/ann'");
        browser.untilSeen("#title", "ann");
        browser.click("#reset");
        browser.run("history.back()");
        browser.untilSeen("#title", "Shared");
        assertEquals(false, browser.value("document.querySelector('#reset-dialog').open"));
        assertEquals("message", browser.value("document.activeElement.id"));
        assertEquals(2, served.texts("").size());
    }

    /** Forgets the one turn of a conversation, and comes back. */
    private void resetInAnotherTab(String conversation) {
        String first = browser.window();
        browser.newTab();
        try {
            open(conversation);
            browser.click("#reset");
            browser.click("#reset-confirm");
            browser.untilSeen("#receipt", "Records removed2");
        } finally {
            browser.closeTab();
            browser.switchTo(first);
        }
    }

    @Test
    void theListOfAnotherTabForgetsToo() throws IOException {
        open("ann");
        send("Hello");
        browser.until("document.querySelector('#conversation-list time')");
        browser.run("document.querySelector('#conversation-list a').focus()");
        resetInAnotherTab("ann");
        browser.untilGone("#conversation-list time");
        assertEquals("#/", browser.value("document.activeElement.getAttribute('href')"));
    }

    @Test
    void anotherTabNoticesAtOnceAndKeepsWhatWasNotAnswered() throws IOException {
        store("secret 1", "secret 2");
        open("");
        served.agent.script(question -> {
            throw new IllegalStateException();
        });
        send("not answered");
        browser.untilSeen(".message footer", "Something went wrong here.");
        resetInAnotherTab("");
        browser.untilSeen("#memory", "Nothing is remembered");
        assertFalse(browser.value(EVERYTHING).toString().contains("secret"));
        assertEquals("not answered", browser.value("document.querySelector('#message').value"));
    }

    @Test
    void anAnswerUnderWayIsStillGivenAndSaysThatItIsNotRemembered() throws IOException {
        CountDownLatch goOn = new CountDownLatch(1);
        store("secret 1", "secret 2");
        served.agent.script(question -> {
            History before = served.memory.latest(0);
            served.agent.write("Half");
            Await.latch(goOn);
            served.memory.insert(before, "x", "y", null);
            return new Reply.Answered("Half and rest", Optional.empty(),
                    Optional.empty());
        });
        open("");
        send("Go on");
        browser.untilSeen(".message:last-child", "Half");
        browser.click("#reset");
        browser.click("#reset-confirm");
        browser.untilSeen(".message footer", "this will not be remembered");
        assertEquals(2, browser.count(".message"));
        goOn.countDown();
        browser.untilSeen(".message footer", "Not remembered: a reset came before the answer.");
        assertEquals("Half and rest", browser.text(".message:last-child .text"));
        assertFalse(browser.value(EVERYTHING).toString().contains("secret"));
    }
}
