package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;

/** What kubrick-ui, the original's own page, sends: recorded from it in Chromium, word by word. */
@Timeout(60)
class KubrickUiTest extends ServedFixture {
    /** A red square of 8 by 8, as the page writes a file: what follows the comma of a data URL. */
    private static final String PNG = "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGP4"
            + "z8CAFWEXHbQSACj/P8Fu7N9hAAAAAElFTkSuQmCC";
    private static final String PAGE = "http://localhost:3000";

    @ParameterizedTest
    @ValueSource(strings = {"{\"message\":\"Hello Dave\"}",
            "{\"message\":\"What is it?\",\"image_base64\":\"" + PNG + "\"}",
            "{\"message\":\"\",\"image_base64\":\"" + PNG + "\"}",
            "{\"message\":\"   \",\"image_base64\":\"" + PNG + "\"}",
            "{\"message\":\"And then?\",\"video_path\":\"shared_media/clip.mp4\"}"})
    void theAnswerIsWhatThePageReads(String body) throws IOException {
        Answer answer = ask(PAGE, "same-site", "POST /chat", body,
                "Content-Type: application/json");
        assertEquals(200, answer.status(), answer.body());
        assertEquals(ScriptedAgent.ANSWER, answer.json().get("message"));
        assertNull(answer.json().get("clip_path"));
    }

    @ParameterizedTest
    @ValueSource(strings = {PAGE, "http://127.0.0.1:3000", "http://localhost:8081"})
    void theBrowserAsksBeforeAndIsLetIn(String page) throws IOException {
        String site = page.contains("127") ? "cross-site" : "same-site";
        Answer before = ask(page, site, "OPTIONS /chat", "",
                "Access-Control-Request-Method: POST",
                "Access-Control-Request-Headers: content-type");
        assertEquals(204, before.status());
        assertEquals(200, ask(page, site, "POST /chat", "{\"message\":\"Hello Dave\"}",
                "Content-Type: application/json").status());
    }

    @Test
    void afterAReloadTheConversationGoesOn() throws IOException {
        for (int turn = 1; turn <= 2; turn++) { // the page itself has forgotten the first
            theAnswerIsWhatThePageReads("{\"message\":\"Hello Dave\"}");
            assertEquals(2 * turn, served.memory.latest(20).records().size());
        }
    }

    @Test
    void aVideoIsRefusedSoThatThePageCanSaySo() throws IOException {
        String part = "------x\r\nContent-Disposition: form-data; name=\"file\";"
                + " filename=\"clip.mp4\"\r\nContent-Type: video/mp4\r\n\r\n"
                + "v".repeat(300_000) + "\r\n------x--\r\n";
        Served.problem(404, ask(PAGE, "same-site", "POST /upload-video", part,
                "Content-Type: multipart/form-data; boundary=----x"));
        theAnswerIsWhatThePageReads("{\"message\":\"Without it, then\"}");
    }

    private Answer ask(String page, String site, String methodAndPath, String body,
            String... headers) throws IOException {
        List<String> all = new ArrayList<>(Arrays.asList(headers));
        all.addAll(List.of("Host: localhost:8080", "Connection: keep-alive", "Accept: */*",
                "Origin: " + page, "Referer: " + page + "/", "Sec-Fetch-Site: " + site,
                "Sec-Fetch-Mode: cors", "Sec-Fetch-Dest: empty", "sec-ch-ua-mobile: ?0",
                "Accept-Encoding: gzip, deflate, br, zstd", "Accept-Language: en-US,en;q=0.9"));
        Answer answer = served.ask(methodAndPath, body, all.toArray(String[]::new));
        assertEquals(Optional.of(page), answer.header("Access-Control-Allow-Origin"));
        return answer;
    }
}
