package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.agent.groq.Scripted.says;
import static vaas.agent.groq.Scripted.taken;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.testing.Talk;

/** Which proxy an environment names for which server. */
@Timeout(60)
class EnvironmentProxiesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "HTTPS_PROXY=http://p:3128|https://h.example/v1|p:3128",
        "https_proxy=p:3128|https://h.example/v1|p:3128",
        "HTTPS_PROXY=http://p:3128|http://h.example/v1|DIRECT",
        "HTTP_PROXY=http://p:80/|http://h.example/v1|p:80",
        "https_proxy=http://a:1 HTTPS_PROXY=http://b:1|https://h.example|a:1",
        "ALL_PROXY=http://p:3128|https://h.example/v1|p:3128",
        "HTTPS_PROXY=http://p|https://h.example/v1|p:1080",
        "HTTPS_PROXY=http://p:1 NO_PROXY=h.example|https://h.example|DIRECT",
        "HTTPS_PROXY=http://p:1 NO_PROXY=x,.example|https://h.example|DIRECT",
        "HTTPS_PROXY=http://p:1 no_proxy=*|https://h.example|DIRECT",
        "HTTPS_PROXY=http://p:1 NO_PROXY=ample|https://h.example|p:1",
        "HTTPS_PROXY=http://p:1 NO_PROXY=h.example:443|https://h.example|DIRECT",
        "HTTPS_PROXY=http://p:1 NO_PROXY=fd00::1|https://[fd00::1]|DIRECT",
        "HTTPS_PROXY=http://p:1 NO_PROXY=[fd00::1]:8080|https://[fd00::1]:8080|DIRECT",
        "HTTPS_PROXY=http://p:1 NO_PROXY=fd00::1|https://[fd00::2]|p:1",
        "HTTP_PROXY=http://p:1|http://[0:0:0:0:0:0:0:1]:8000|DIRECT",
        "HTTP_PROXY=http://p:1|http://localhost:8000|DIRECT",
        "HTTP_PROXY=http://p:1|http://127.0.0.2:8000|DIRECT",
        "HTTP_PROXY=http://p:1|http://[::1]:8000|DIRECT",
        "HTTP_PROXY=http://p:1|http://vllm_server:8000|p:1",
        "X=1|https://h.example|DIRECT"
    })
    void isChosenAsCurlWould(String variables, String url, String expected) {
        Map<String, String> environment = new HashMap<>();
        for (String variable : variables.split(" ")) {
            environment.put(variable.split("=", 2)[0], variable.split("=", 2)[1]);
        }
        String proxy = new EnvironmentProxies(environment).select(URI.create(url)).get(0)
                .toString();
        assertEquals(expected, proxy.replaceAll("HTTP @ |/<unresolved>", ""));
    }

    @Test
    void whatIsNoAddressIsRefusedByName() {
        assertEquals("HTTPS_PROXY is not the address of a proxy such as http://host:3128",
                assertThrows(IllegalArgumentException.class, () -> new EnvironmentProxies(
                        Map.of("https_proxy", "socks5://p:1"))).getMessage());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new EnvironmentProxies(
                Map.of("ALL_PROXY", "socks5://p:1"))).getMessage().startsWith("ALL_PROXY is"));
    }

    @Test
    void isAskedOnTheWireUnlessTheServerIsExemptOrOnLoopback() throws Exception {
        try (MockWebServer proxy = Scripted.start(); MockWebServer model = Scripted.start()) {
            String of = "http://user:p%40ss@127.0.0.1:" + proxy.getPort();
            proxy.enqueue(says("by proxy"));
            assertEquals("by proxy", ask("http://model.invalid/v1", Map.of("http_proxy", of)));
            RecordedRequest asked = taken(proxy);
            assertEquals("POST http://model.invalid/v1/chat/completions HTTP/1.1",
                    asked.getRequestLine());
            assertEquals("Basic dXNlcjpwQHNz", asked.getHeaders().get("Proxy-Authorization"));
            String port = ":" + model.getPort() + "/v1"; // 0.0.0.0 is a way to loopback, too
            model.enqueue(says("direct"));
            model.enqueue(says("direct"));
            assertEquals("direct", ask("http://127.0.0.1" + port, Map.of("HTTP_PROXY", of)));
            assertEquals("direct", ask("http://0.0.0.0" + port,
                    Map.of("HTTP_PROXY", of, "NO_PROXY", "x,0.0.0.0")));
            assertNull(taken(model).getHeaders().get("Proxy-Authorization"));
            assertEquals(1, proxy.getRequestCount());
        }
    }

    @Test
    void tunnelsWhatIsEncryptedWithoutTheKey() throws Exception {
        try (MockWebServer proxy = Scripted.start()) {
            proxy.enqueue(new MockResponse.Builder().inTunnel().code(403).build());
            String of = "http://user:p@127.0.0.1:" + proxy.getPort();
            assertEquals("", ask("https://model.invalid/v1", Map.of("https_proxy", of)));
            RecordedRequest asked = taken(proxy);
            assertEquals("CONNECT model.invalid:443 HTTP/1.1", asked.getRequestLine());
            assertEquals("Basic dXNlcjpw", asked.getHeaders().get("Proxy-Authorization"));
            assertNull(asked.getHeaders().get("Authorization"));
        }
    }

    private String ask(String url, Map<String, String> environment) throws IOException {
        try (Talk talk = Talk.open(folder); GroqAgent agent = GroqAgent.open(GroqClient.options()
                .baseUrl(url).apiKey("key").proxies(environment), talk.folder,
                GroqAgent.options().timeout(Duration.ofSeconds(20)))) {
            return agent.chat(Question.of("q")) instanceof Reply.Answered it ? it.message() : "";
        }
    }
}
