package vaas.face;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.testing.Await;

/** Text of a model, which may have been told to write anything: shown, and never more than that. */
class HostileTextTest extends PageFixture {
    private static final String ANSWER = ".message.assistant .text";

    private void show(String... answers) throws IOException {
        for (String answer : answers) {
            store("Go on", answer);
        }
        open("");
        browser.until("document.querySelectorAll(a[0]).length === a[1]", ANSWER, answers.length);
    }

    /** What an expression comes to for each answer. */
    private List<?> each(String expression) {
        return (List<?>) browser.value("Array.from(document.querySelectorAll('" + ANSWER
                + "'), it => " + expression + ")");
    }

    @Test
    void itStaysText() throws IOException {
        String[] answers = {
            "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'>",
            "**<b onclick=alert(1)>** `<i>` - <iframe src=//evil.example></iframe>",
            "![x](https://evil.example/x.png) <svg/onload=window.hit=1>",
            "[x](javascript:window.hit=1) [y](data:text/html,x) [z](//evil.example)"
                    + " [w](/reset-memory)",
            "[x](vbscript:x) [y](file:///etc) [z](https://user:pw@evil.example/) [](https://a.b)",
            "javascript:alert(1) ftp://a.example xhttps://a.example https:// http://[",
            "&lt;b&gt; &amp; &#x3C; <a href='https://a.example'",
            "| a | b |\n|---|---|\n> quote\n***\n***x* __y__"};
        show(answers);
        assertEquals(Stream.of(answers).map(answer -> answer.replaceAll(
                "`|\\*\\*(?=<)|(?<=>)\\*\\*", "")).toList(), each("it.textContent"));
        assertEquals(0, browser.count(ANSWER + " :not(p, strong, code, a[href^='https://a.'])"));
        assertEquals(null, browser.value("window.hit"));
        assertEquals(true, browser.value("performance.getEntriesByType('resource')"
                + ".every(entry => entry.name.startsWith(location.origin))"));
    }

    private static List<List<String>> markdown() {
        String link = "rel=\"noopener noreferrer\" target=\"_blank\"";
        return List.of(
                List.of("One\ntwo\n\nthree", "<p>One\ntwo</p><p>three</p>"),
                List.of("**a `b` c** d ** e", "<p><strong>a <code>b</code> c</strong> d ** e"
                        + "</p>"),
                List.of("``a`b`` `open", "<p><code>a`b</code> `open</p>"),
                List.of("# Title\n- a\n  - b\n- c\n\n3. x\n4) y", "<p><strong>Title</strong>"
                        + "</p><ul><li>a<ul><li>b</li></ul></li><li>c</li></ul>"
                        + "<ol><li>x</li><li>y</li></ol>"),
                List.of("- a\n\n  b\n\nc", "<ul><li>a<p>b</p></li></ul><p>c</p>"),
                List.of("```js\na < b\n\n  c **d**\n```\ne", "<div><pre><code><span>a &lt; b"
                        + "\n\n  c **d**</span></code></pre><button>Copy</button></div><p>e</p>"),
                List.of("~~~\nopen\n- x", "<div><pre><code><span>open\n- x</span></code></pre>"
                        + "<button>Copy</button></div>"),
                List.of("[a](https://b.example/c_(d)).", "<p><a href=\"https://b.example/c_(d)"
                        + "\" " + link + ">a</a>.</p>"),
                List.of("See https://b.example/c?d=1&e=**f**, (http://g.example).", "<p>See <a"
                        + " href=\"https://b.example/c?d=1&amp;e=**f\" " + link
                        + ">https://b.example/c?d=1&amp;e=**f</a>**, (<a"
                        + " href=\"http://g.example/\" " + link + ">http://g.example</a>).</p>"));
    }

    @Test
    void lightMarkdownIsShownAsNodes() throws IOException {
        show(markdown().stream().map(pair -> pair.get(0)).toArray(String[]::new));
        assertEquals(markdown().stream().map(pair -> pair.get(1)).toList(),
                each("it.innerHTML").stream().map(html -> html.toString().replaceAll(
                        " (class|dir|type|aria-label|title|data-host|start)=\"[^\"]*\"", ""))
                        .toList());
    }

    @Test
    void aLinkThatPromisesAnotherHostNamesItsOwn() throws IOException {
        show("[https://bank.example/?evil.example](https://evil.example/x)",
                "[not evil.example but bank.example](https://evil.example)",
                "[bank.example](https://evil.example)",
                "[https://evil.example.bank.example/](https://evil.example/)");
        assertEquals(Collections.nCopies(4, "evil.example"),
                each("it.querySelector('a').dataset.host"));
    }

    @Test
    void streamedWordByWordItLooksTheSame() throws IOException {
        String answer = "# T\n\n1. a\n   - b **c**\n\n```\nx\n```\n- [d](https://e.example)\nf\n\n"
                + "g\r\nh `i` **j";
        store("Before", answer);
        served.agent.script(question -> {
            for (int i = 0; i < answer.length(); i++) {
                served.agent.write(answer.substring(i, i + 1));
            }
            return served.agent.remember(question, answer);
        });
        open("");
        Object expected = each("it.innerHTML").get(0);
        send("Go on");
        untilRemembered(4);
        assertEquals(expected, browser.value("document.querySelector('.message:last-child .text')"
                + ".innerHTML"));
    }

    @Test
    void whatTurnsTheDirectionIsNamedAndTurnsNothing() throws IOException {
        show("user\u202Egpj.exe `a\u2066b` [c\u202D](https://d.example)");
        assertEquals("userU+202Egpj.exe aU+2066b cU+202D", browser.text(ANSWER));
        assertEquals(3, browser.count(ANSWER + " .turn"));
        assertEquals("isolate", browser.value("getComputedStyle(document.querySelector('"
                + ANSWER + " p')).unicodeBidi"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"word ", "[", "https://a.example/", "- "})
    void aLongLineIsShownAtOnce(String piece) throws IOException {
        show(piece.repeat((1 << 18) / piece.length()));
        assertEquals(true, browser.value("Math.max(...Array.from(document.querySelectorAll('"
                + ANSWER + " :is(p, code > span)'), it => it.textContent.length)) <= 4000"));
        assertEquals(true, browser.value("document.documentElement.scrollWidth <= innerWidth"));
    }

    @Test
    void tenThousandListsInListsAndQuotesAreBounded() throws IOException {
        StringBuilder lists = new StringBuilder();
        for (int i = 0; i < 1000; i++) {
            lists.append(" ".repeat(i * 2)).append("- x\n");
        }
        show(lists + "- ".repeat(10_000) + "\n\n" + ">".repeat(10_000) + "\n"
                + "```\n~~~\n".repeat(5000));
        assertEquals(0, browser.count(ANSWER + " ul ul ul ul ul ul ul ul"));
        assertTrue(browser.count(ANSWER + " li") >= 1000);
    }

    @Test
    void whileMuchIsStreamedOneCanGoOnTyping() throws IOException {
        String word = "word **bold** ";
        int words = 5_000;
        CountDownLatch typed = new CountDownLatch(1);
        served.agent.script(question -> {
            for (int i = 0; i < words; i++) {
                served.agent.write(word);
                if (i == words / 2) {
                    Await.latch(typed);
                }
            }
            return served.agent.remember(question, word.repeat(words));
        });
        open("");
        send("Go on");
        browser.until("document.querySelector(a[0] + ' strong')", ANSWER);
        browser.type("#message", "and then");
        assertEquals("and then", browser.value("document.querySelector('#message').value"));
        typed.countDown();
        browser.until("document.querySelector(a[0]).textContent.length === a[1]", ANSWER,
                "word bold ".length() * words);
        untilRemembered(2);
    }
}
