package vaas.agent.groq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which proxy an environment names for which server. */
class EnvironmentProxiesTest {
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
        assertEquals("ALL_PROXY is not the address of a proxy such as http://host:3128",
                assertThrows(IllegalArgumentException.class, () -> new EnvironmentProxies(
                        Map.of("ALL_PROXY", "socks5://p:1"))).getMessage());
    }
}
