package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;

/** What browsers load, and who may load it. */
class FaceTest extends ServedFixture {
    FaceTest() {
        super("API_TOKEN", "secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/html", "text/html,application/xhtml+xml,*/*;q=0.8",
        "application/json;q=0.9, text/html", "TEXT/*, application/json;q=0.1"})
    void whoWouldRatherHaveHtmlGetsThePage(String accept) throws IOException {
        Answer answer = served.get("/", "Accept: " + accept);
        assertEquals(200, answer.status());
        assertEquals("text/html; charset=utf-8", answer.header("Content-Type").orElseThrow());
        assertEquals("Accept", answer.header("Vary").orElseThrow());
        assertTrue(answer.body().startsWith("<!doctype html>"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept: */*", "X-No: accept", "Accept: application/json",
        "Accept: text/html, application/json", "Accept: text/html;q=0.5, */*;q=0.8",
        "Accept: text/html;q=0", "Accept: ,"})
    void everybodyElseGetsTheWelcome(String header) throws IOException {
        Answer answer = served.get("/", header);
        assertEquals(200, answer.status());
        assertEquals("Accept", answer.header("Vary").orElseThrow());
        assertTrue(answer.json().get("message").toString().startsWith("Welcome to vaas"));
    }

    @ParameterizedTest
    @CsvSource({"/page.css, text/css; charset=utf-8", "/page.js, text/javascript; charset=utf-8",
        "/icon.svg, image/svg+xml; charset=utf-8", "/docs.css, text/css; charset=utf-8",
        "/docs, text/html; charset=utf-8",
        "/openapi.json, application/json"})
    void whatThePageLoadsIsThereForAnybodyWithoutTheToken(String path, String type)
            throws IOException {
        Answer answer = served.get(path, "Sec-Fetch-Site: cross-site",
                "Origin: https://elsewhere.example");
        assertEquals(200, answer.status());
        assertEquals(type, answer.header("Content-Type").orElseThrow());
        assertFalse(answer.body().isBlank());
        String tag = answer.header("ETag").orElseThrow();
        Answer again = served.get(path, "If-None-Match: " + tag);
        assertEquals(304, again.status());
        assertEquals("", again.body());
        assertEquals(200, served.ask("HEAD " + path, "").status());
        assertEquals(421, served.get(path, "Host: elsewhere.example").status());
        assertEquals(405, served.ask("POST " + path, "").status());
        assertEquals(403, served.ask("POST " + path, "", "Sec-Fetch-Site: cross-site").status());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/page.css", "/docs.css", "/page.js", "/icon.svg", "/docs",
        "/openapi.json"})
    void nothingButWhatComesFromHereIsShownOrRun(String path) throws IOException {
        Answer answer = served.get(path, "Accept: text/html");
        String policy = answer.header("Content-Security-Policy").orElseThrow();
        for (String part : List.of("default-src 'none'", "script-src 'self'", "style-src 'self'",
                "connect-src 'self'", "img-src 'self' blob:", "base-uri 'none'",
                "form-action 'none'", "frame-ancestors 'none'")) {
            assertTrue(List.of(policy.split("; ?")).contains(part), policy);
        }
        assertFalse(policy.contains("unsafe"));
        assertEquals("nosniff", answer.header("X-Content-Type-Options").orElseThrow());
        assertEquals("no-referrer", answer.header("Referrer-Policy").orElseThrow());
        assertEquals("no-cache", answer.header("Cache-Control").orElseThrow());
        assertFalse(Pattern.compile("(src|href|url)[=(]\"?(https?:)?//").matcher(answer.body())
                .find(), "something from another host");
    }

    @Test
    void thePageStillWantsTheTokenForWhatIsRemembered() throws IOException {
        for (String path : List.of("/memory", "/sessions", "/metrics")) {
            assertEquals(401, served.get(path).status(), path);
            assertEquals(403, served.get(path, "Sec-Fetch-Site: cross-site").status(), path);
        }
    }
}
