package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.api.ScriptedAgent;
import vaas.api.Served;
import vaas.memory.History;
import vaas.memory.Requester;
import vaas.testing.Await;
import vaas.testing.Talk;
import vaas.testing.Wire;

/** What a reader does to speak, and what becomes of it. */
class ChatPageTest extends PageFixture {
    private static final byte[] PNG = Base64.getDecoder().decode("iVBORw0KGgoAAAANSUhEUgAAAAEAA"
            + "AABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==");
    private static final String LATEST = ".message:last-child";

    @TempDir
    Path other;

    private final CountDownLatch goOn = new CountDownLatch(1);
    private Wire wire;

    @BeforeEach
    void lay() throws IOException {
        wire = new Wire(served.api.url().getPort());
    }

    @AfterEach
    void letAnswersEnd() throws IOException {
        goOn.countDown();
        wire.close();
    }

    private URI throughWire() {
        return URI.create("http://127.0.0.1:" + wire.port());
    }

    /** Writes the beginning of an answer, and the rest when it may go on. */
    private Reply halfAndRest(Question question) throws IOException {
        served.agent.write("The **half");
        Await.latch(goOn);
        return served.agent.remember(question, "The **half** and the rest.");
    }

    @Test
    void anAnswerIsShownWhileItIsWrittenAndThenRemembered() throws IOException {
        served.agent.script(this::halfAndRest);
        open("");
        assertEquals("Nothing is remembered.", browser.text("#memory"));
        send("Hello <b>");
        browser.untilSeen(LATEST + " .text", "The **half");
        assertEquals("true", browser.value("document.querySelector('" + LATEST
                + "').getAttribute('aria-busy')"));
        assertTrue(browser.value("document.title").toString().startsWith("Answering"));
        goOn.countDown();
        untilRemembered(2);
        assertEquals("2 messages remembered; the model is sent all of them with the next.",
                browser.text("#memory"));
        assertEquals("Hello <b>", browser.text(".message.user .text"));
        assertEquals("The half and the rest.", browser.text(LATEST + " .text"));
        assertEquals("half", browser.text(LATEST + " strong"));
        browser.untilSeen("#status", "The **half** and the rest.");
        assertEquals(2, browser.count("main time"));
        assertEquals(List.of("Hello <b>", "The **half** and the rest."), served.texts(""));
        browser.reload();
        untilRemembered(2);
        assertEquals("The half and the rest.", browser.text(LATEST + " .text"));
    }

    @Test
    void whatTheModelIsSentIsToldAndMarked() throws IOException {
        for (int i = 1; i <= 60; i++) {
            store("question " + i, "answer " + i);
        }
        open("");
        assertEquals("More than 100 messages remembered; the model is sent the newest 20 with the"
                + " next.", browser.text("#memory"));
        assertEquals("question 51", browser.value("document.querySelector('.boundary')"
                + ".nextElementSibling.querySelector('.text').textContent"));
        browser.until("document.querySelector('" + LATEST + "').getBoundingClientRect().bottom"
                + " <= innerHeight && scrollY > 1000");
    }

    @Test
    void olderMessagesComeOnDemandAndWhatIsReadStaysInItsPlace() throws IOException {
        for (int i = 1; i <= 120; i++) {
            store("question " + i, "answer " + i);
        }
        open("");
        assertEquals(100, browser.count(".message"));
        browser.run("scrollTo(0, 0); window.first = document.querySelector('.message');"
                + "window.top1 = first.getBoundingClientRect().top");
        browser.click("#older");
        browser.until("document.querySelectorAll('.message').length === 200");
        browser.until("Math.abs(first.getBoundingClientRect().top - top1) < 60");
        browser.run("document.querySelector('#older').click()");
        browser.until("document.querySelectorAll('.message').length === 240");
        assertEquals("question 1", browser.text(".message .text"));
        assertEquals(false, browser.value("document.querySelector('#older').checkVisibility()"));
        untilRemembered(240);
    }

    @Test
    void stopEndsTheModelAndMarksTheHalf() throws IOException {
        CountDownLatch left = new CountDownLatch(1);
        served.agent.script(question -> {
            served.agent.write("Half");
            Await.latch(goOn);
            try {
                while (true) {
                    served.agent.write(" more");
                }
            } finally {
                left.countDown();
            }
        });
        open("");
        send("Go on for ever");
        browser.untilSeen(LATEST, "Half");
        browser.click("#stop");
        browser.untilSeen(LATEST + " footer", "Stopped. Not remembered.");
        assertEquals("message", browser.value("document.activeElement.id"));
        goOn.countDown();
        Await.latch(left);
        assertEquals(List.of(), served.texts(""));
        served.agent.script(served.agent::remember);
        browser.click(LATEST + " .edit");
        assertEquals(0, browser.count(".message"));
        assertEquals("Go on for ever", browser.value("document.querySelector('#message').value"));
        browser.press("!" + Browser.ENTER);
        untilRemembered(2);
        assertEquals(List.of("Go on for ever!", ScriptedAgent.ANSWER), served.texts(""));
        assertNotEquals(served.agent.questions.get(0).key(), served.agent.questions.get(1).key());
    }

    @Test
    void anErrorIsToldAndARetryIsTheSameQuestion() throws IOException {
        served.agent.script(question -> new Reply.Busy(Duration.ofSeconds(7),
                "The model is busy."));
        open("");
        send("Are you there?");
        browser.untilSeen(LATEST + " footer", "The model is busy. Ask again in 7 seconds.");
        browser.untilSeen("#status", "Ask again in 7 seconds.");
        assertEquals("Are you there?", browser.text(".message.user .text"));
        served.agent.script(served.agent::remember);
        browser.click(LATEST + " .again");
        untilRemembered(2);
        assertEquals(2, browser.count(".message"));
        assertEquals(0, browser.count(".message footer"));
        assertEquals(served.agent.questions.get(0).key(), served.agent.questions.get(1).key());
    }

    @Test
    void aBrokenStreamIsToldAndReadingBackDecides() throws IOException {
        CountDownLatch stored = new CountDownLatch(1);
        served.agent.script(question -> {
            served.agent.write("Half");
            Await.latch(goOn);
            Reply reply = served.agent.remember(question, "Half and whole");
            stored.countDown();
            return reply;
        });
        open(throughWire(), "");
        send("Remember this");
        browser.untilSeen(LATEST, "Half");
        wire.cut();
        browser.untilSeen(LATEST + " footer", "The connection broke");
        browser.untilSeen("#notice", "can\u2019t be reached");
        goOn.countDown();
        Await.latch(stored);
        wire.mend();
        browser.run("dispatchEvent(new Event('focus'))");
        untilRemembered(2);
        assertEquals("Half and whole", browser.text(LATEST + " .text"));
        assertEquals(2, browser.count(".message"));
        assertEquals(0, browser.count(".message footer"));
        assertEquals("", browser.text("#notice"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsReadBackBeforeItsAnswerHasEndedStandsThereOnce(boolean breaks) throws IOException {
        served.agent.script(question -> {
            Reply reply = served.agent.remember(question, "Half and whole");
            served.agent.write("Half");
            Await.latch(goOn);
            return reply;
        });
        open(throughWire(), "");
        send("Once");
        browser.untilSeen(LATEST, "Half");
        browser.run("dispatchEvent(new Event('focus'))");
        untilRemembered(2);
        if (breaks) {
            wire.cut();
            browser.untilSeen(LATEST + " footer", "The connection broke");
            wire.mend();
        }
        goOn.countDown();
        browser.until("document.querySelectorAll('.message').length === 2");
        browser.untilSeen(LATEST + " .text", "Half and whole");
        assertEquals(0, browser.count(".message footer"));
    }

    @Test
    void aRetryOfWhatWasStoredShowsTheStoredAnswer() throws IOException {
        CountDownLatch stored = new CountDownLatch(1);
        served.agent.script(question -> {
            Reply reply = served.agent.remember(question);
            stored.countDown();
            Await.latch(goOn);
            return reply;
        });
        open(throughWire(), "");
        browser.run("window.fetched = fetch; window.fetch = (path, options) =>"
                + " path === 'chat' ? fetched(path, options) : Promise.reject(new TypeError())");
        send("Once");
        Await.latch(stored);
        wire.cut();
        browser.untilSeen(LATEST + " footer", "can\u2019t be reached");
        wire.mend();
        goOn.countDown();
        browser.click(LATEST + " .again");
        browser.untilSeen(LATEST + " .text", ScriptedAgent.ANSWER);
        browser.run("window.fetch = fetched; dispatchEvent(new Event('focus'))");
        untilRemembered(2);
        assertEquals(List.of("Once", ScriptedAgent.ANSWER), served.texts(""));
        assertEquals(1, served.agent.questions.size());
    }

    @Test
    void whileOneAnswersAnotherConversationShowsNothingOfIt() throws IOException {
        served.agent.script(this::halfAndRest);
        open("ann");
        send("Who am I?");
        browser.untilSeen(LATEST, "half");
        browser.type("#message", "typed on");
        browser.click("#conversation-list a[href='#/']");
        browser.untilSeen("#memory", "Nothing is remembered");
        assertEquals(0, browser.count(".message"));
        assertEquals("", browser.value("document.querySelector('#message').value"));
        browser.untilSeen("a[href='#/ann']", "answering");
        browser.type("#message", "of the shared one");
        browser.run("document.querySelector('a[href=\"#/ann\"]').focus()");
        goOn.countDown();
        browser.untilSeen("a[href='#/ann']", "answered");
        assertEquals("#/ann", browser.value("document.activeElement.getAttribute('href')"));
        assertEquals(0, browser.count(".message"));
        browser.click("a[href='#/ann']");
        untilRemembered(2);
        assertEquals("The half and the rest.", browser.text(LATEST + " .text"));
        assertEquals("typed on", browser.value("document.querySelector('#message').value"));
        assertEquals(List.of(), served.texts(""));
        assertEquals(2, served.texts("ann").size());
        browser.click("#conversation-list a[href='#/']");
        assertEquals("of the shared one",
                browser.value("document.querySelector('#message').value"));
    }

    @Test
    void aNewConversationHasANameOfItsOwnAndIsListedOnceItHasSomething() throws IOException {
        open("");
        browser.click("#new");
        browser.until("location.hash.length > 9");
        String name = browser.value("location.hash.slice(2)").toString();
        browser.untilSeen("#title", name);
        send("First");
        untilRemembered(2);
        browser.until("document.querySelector('[aria-current=page] time')");
        assertEquals(List.of("First", ScriptedAgent.ANSWER), served.texts(name));
        browser.run("history.back()");
        browser.untilSeen("#title", "Shared");
    }

    @Test
    void whatWasTypedOutlivesAReload() throws IOException {
        served.agent.script(this::halfAndRest);
        open("ann");
        browser.type("#message", "half a sentence");
        browser.reload();
        browser.until("document.querySelector('#message').value === 'half a sentence'");
        assertEquals(0, browser.value("sessionStorage.length"));
        browser.press(Browser.ENTER);
        browser.untilSeen(LATEST, "half");
        browser.reload();
        browser.until("document.querySelector('#message').value === 'half a sentence'");
        goOn.countDown();
        browser.press(Browser.ENTER);
        browser.until("document.querySelectorAll('.message').length >= 2");
        Await.until(() -> served.texts("ann").size() == 2);
        assertEquals(1, served.agent.questions.stream().map(Question::key).distinct().count());
    }

    @Test
    void whileTheTabIsHiddenWhatWasTypedIsKeptUntilItIsAnswered() throws IOException {
        served.agent.script(this::halfAndRest);
        open("ann");
        browser.run("Object.defineProperty(document, 'visibilityState', {get: () => window.seen})");
        send("sent");
        browser.untilSeen(LATEST, "half");
        browser.type("#message", "typed");
        showTab("hidden");
        String kept = "JSON.stringify(sessionStorage)";
        assertTrue(browser.value(kept).toString().contains("sent\\\\ntyped"), kept);
        goOn.countDown();
        browser.until(kept + ".includes('typed') && !" + kept + ".includes('sent')");
        showTab("visible");
        assertEquals("{}", browser.value(kept));
    }

    private static void showTab(String seen) {
        browser.run("window.seen = arguments[0];"
                + "document.dispatchEvent(new Event('visibilitychange'))", seen);
    }

    @Test
    void whoScrollsAwayIsNotTakenBack() throws IOException {
        store("Who?", "You.\n\n".repeat(60));
        open("");
        untilRemembered(2);
        browser.until("scrollY > 500");
        assertEquals(0, browser.run("document.querySelector('#jump').click(); scrollTo(0, 0);"
                + "return new Promise(resolve => requestAnimationFrame(() =>"
                + " requestAnimationFrame(() => resolve(scrollY))))"));
    }

    @Test
    void aNoticeHidesNothingOfTheNewest() throws IOException {
        store("Who?", "You.\n\n".repeat(60));
        open(throughWire(), "");
        untilRemembered(2);
        browser.until("Math.abs(scrollY + innerHeight - document.body.scrollHeight) < 2");
        wire.cut();
        browser.run("dispatchEvent(new Event('focus'))");
        browser.untilSeen("#notice", "can\u2019t be reached");
        browser.until("document.querySelector('" + LATEST + "').getBoundingClientRect().bottom"
                + " <= document.querySelector('.bottom').getBoundingClientRect().top");
    }

    @Test
    void whatALimitHasTakenIsNoLongerShown() throws IOException {
        try (Served limited = Served.start(other, "MEMORY_MAX_RECORDS", "30")) {
            storeTurns(limited, 15);
            open(limited.api.url(), "");
            untilRemembered(30);
            storeTurns(limited, 7);
            Await.until(() -> limited.texts("").size() <= 30);
            browser.run("dispatchEvent(new Event('focus'))");
            untilRemembered(limited.texts("").size());
            assertEquals(limited.texts("").size(), browser.count(".message"));
            browser.open(URI.create("about:blank"));
        }
    }

    private static void storeTurns(Served limited, int turns) throws IOException {
        for (int i = 0; i < turns; i++) {
            Talk.stored(limited.memory.insert(limited.memory.latest(0), "Who?", "You."));
        }
    }

    @Test
    void anAnswerThatAResetOvertookSaysSo() throws IOException {
        served.agent.script(question -> {
            History before = served.memory.latest(0);
            served.memory.resetMemory(Requester.SELF);
            served.memory.insert(before, "lost", "lost", null);
            return new Reply.Answered("Still told", Optional.empty(),
                    Optional.empty());
        });
        open("");
        send("Too late");
        browser.untilSeen(LATEST + " footer", "Not remembered: a reset came before");
        assertEquals("Still told", browser.text(LATEST + " .text"));
        browser.untilSeen("#memory", "Nothing is remembered");
    }

    @Test
    void anImageIsPreviewedAndSent() throws IOException {
        Path file = Files.write(folder.resolve("dot.png"), PNG);
        open("");
        browser.type("#file", file.toString());
        browser.until("document.querySelector('#preview img').naturalWidth === 1");
        assertTrue(browser.value("document.querySelector('#preview img').src").toString()
                .startsWith("blob:"));
        browser.type("#message", Browser.ENTER);
        browser.until("document.querySelector('.message.user img').naturalWidth === 1");
        untilRemembered(2);
        assertEquals(0, browser.count("#preview img"));
        assertEquals(List.of("[image]", ScriptedAgent.ANSWER), served.texts(""));
        assertEquals(Base64.getEncoder().encodeToString(PNG),
                served.agent.questions.get(0).image().orElseThrow().base64());
    }

    @ParameterizedTest
    @CsvSource({"paste, 8, ''", "drop, 8, ''", "paste, 5000000, 'The image has 4.8 MiB, at most 4"
            + " MiB are taken.'", "drop, 0, 'An image must be PNG, JPEG, GIF or WebP.'"})
    void anImageMayBePastedOrDroppedIfTheServerWouldTakeIt(
            String event, int bytes, String trouble) {
        open("");
        browser.run("const data = new DataTransfer();"
                + "const bytes = new Uint8Array(arguments[1]);"
                + "bytes.set([137, 80, 78, 71, 13, 10, 26, 10].slice(0, bytes.length));"
                + "data.items.add(new File([bytes], 'x.svg', {type: 'image/svg+xml'}));"
                + "const init = {bubbles: true, cancelable: true, clipboardData: data,"
                + "  dataTransfer: data};"
                + "document.querySelector('#message').dispatchEvent(arguments[0] === 'paste'"
                + "  ? new ClipboardEvent('paste', init) : new DragEvent('drop', init))",
                event, bytes);
        if (trouble.isEmpty()) {
            browser.until("document.querySelector('#preview img')");
            browser.click("#preview button");
            assertEquals(0, browser.count("#preview img"));
        } else {
            browser.untilSeen("#composer-trouble", trouble);
        }
    }
}
