package vaas.http;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.api.RawClient.Answer;
import vaas.api.RawClient;
import vaas.api.Served;
import vaas.testing.ChildJvm;

@Timeout(60)
class GuardTest {
    private static final String TOKEN = "s3cret-Token";

    /** With these settings, as name, value, name, value. */
    private static Guard guard(String... settings) {
        Map<String, String> values = new HashMap<>(
                Map.of("API_TOKEN", "", "HOST", "127.0.0.1"));
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        try {
            return new Guard(values.get("API_TOKEN"),
                    set(values.get("ALLOWED_ORIGINS")), set(values.get("ALLOWED_HOSTS")),
                    List.of(InetAddress.getByName(values.get("HOST"))));
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    private static Set<String> set(String items) {
        return items == null ? Set.of() : Set.of(items.split(", "));
    }

    private static Headers headers(String... pairs) {
        Headers headers = new Headers();
        for (int i = 0; i < pairs.length; i += 2) {
            headers.add(pairs[i], pairs[i + 1]);
        }
        return headers;
    }

    private static void assertRefused(int status, Executable check) {
        Problem problem = assertThrows(Problem.class, check);
        assertEquals(status, problem.toResponse().status());
        assertTrue(problem.getMessage().endsWith("."));
    }

    @Nested
    class Token {
        private final Guard guard = guard("API_TOKEN", TOKEN);

        @ParameterizedTest
        @ValueSource(strings = {"Bearer " + TOKEN, "bearer " + TOKEN, "BEARER " + TOKEN,
                "Bearer   " + TOKEN})
        void theRightOnePasses(String value) {
            assertDoesNotThrow(() -> guard.checkToken(headers("Authorization", value)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "Bearer", "Bearer ", TOKEN, "Basic " + TOKEN, "Bearer s3cret-",
                "Bearer " + TOKEN + "x", "Bearer s3cret-token", "Bearer x" + TOKEN,
                "Bearer" + TOKEN, "Bearer Bearer " + TOKEN, "Bearer \"" + TOKEN + "\"",
                "Bearer " + TOKEN + ", Bearer " + TOKEN, "Bearer " + TOKEN + " " + TOKEN,
                "Bearer s3cret-Tok\u00e9n", "Bearer \u0000"})
        void anyOtherIs401(String value) {
            assertRefused(401, () -> guard.checkToken(headers("Authorization", value)));
        }

        @Test
        void noneIs401ThatNamesTheScheme() {
            Problem problem =
                    assertThrows(Problem.class, () -> guard.checkToken(headers()));
            assertEquals(401, problem.toResponse().status());
            assertTrue(problem.toResponse().headers().get("WWW-Authenticate")
                    .startsWith("Bearer"));
        }

        @Test
        void twoHeadersAre401EvenWithTheRightOne() {
            String right = "Bearer " + TOKEN;
            assertRefused(401, () -> guard.checkToken(
                    headers("Authorization", right, "Authorization", right)));
            assertRefused(401, () -> guard.checkToken(
                    headers("Authorization", right, "Authorization", "Basic x")));
        }

        @Test
        void withoutTheSettingNoneIsWanted() {
            assertDoesNotThrow(() -> guard().checkToken(headers()));
            assertDoesNotThrow(() -> guard().checkToken(headers("Authorization", "Bearer x")));
        }
    }

    @Nested
    class Origin {
        private final Guard guard =
                guard("ALLOWED_ORIGINS", "https://Chat.example.com, http://b.example:81");

        @Test
        void noneAsFromCurlPasses() throws Problem {
            guard.checkOrigin(headers());
            assertEquals(Optional.empty(), guard.allowedOrigin(headers()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://localhost", "http://localhost:5173", "https://localhost",
                "http://LOCALHOST:3000", "http://127.0.0.1", "http://127.0.0.1:65535",
                "http://127.0.0.2:1", "http://[::1]", "http://[::1]:8080",
                "http://[0:0:0:0:0:0:0:1]", "https://chat.example.com",
                "https://CHAT.example.COM", "http://b.example:81"})
        void loopbackAndListedOnesPass(String origin) throws Problem {
            guard.checkOrigin(headers("Origin", origin));
            guard.checkOrigin(headers("Origin", origin, "Sec-Fetch-Site", "cross-site"));
            assertEquals(Optional.of(origin), guard.allowedOrigin(headers("Origin", origin)));
        }

        @ParameterizedTest
        @ValueSource(strings = {"null", "", "*", "localhost", "//localhost",
                "http://localhost.evil.com", "http://localhost@evil.com",
                "http://localhost:80@evil.com", "http://evil.com#localhost",
                "http://evil.com/localhost", "http://evil.com?http://localhost",
                "http://127.0.0.1.evil.com", "http://evil-localhost", "http://xlocalhost",
                "http://127.0.0.1@evil.com", "http://128.0.0.1", "http://10.0.0.1",
                "http://0.0.0.0", "http://127.1", "http://2130706433", "http://0x7f.0.0.1",
                "http://0177.0.0.1", "http://[::2]", "http://[::1]evil.com",
                "http://localhost:80:80", "http://localhost:x", "http://localhost http://evil.com",
                "http://localhost,http://evil.com", "file://localhost",
                "chrome-extension://localhost",
                "http://chat.example.com", "https://chat.example.com:444",
                "https://chat.example.com.evil.com", "https://xchat.example.com",
                "https://chat.example.com/", "http://b.example", "http://b.example:8",
                "http://localhost/", " http://evil.com"})
        void anyOtherIs403(String origin) {
            assertRefused(403, () -> guard.checkOrigin(headers("Origin", origin)));
        }

        @Test
        void twoAre403EvenWhenBothAreAllowed() {
            assertRefused(403, () -> guard.checkOrigin(headers(
                    "Origin", "http://localhost", "Origin", "http://localhost")));
        }

        @ParameterizedTest
        @CsvSource({"http://vaas.example:8080,vaas.example:8080",
                "http://vaas.example,vaas.example",
                "http://vaas.example,vaas.example:80", "https://vaas.example,vaas.example",
                "https://vaas.example,VAAS.example:443", "http://192.0.2.7:81,192.0.2.7:81",
                "http://[2001:db8::1]:81,[2001:DB8:0::1]:81", "http://vaas.example.,vaas.example"})
        void theServersOwnPagePasses(String origin, String host) throws Problem {
            Headers own = headers("Origin", origin, "Host", host);
            guard.checkOrigin(own);
            assertEquals(Optional.of(origin), guard.allowedOrigin(own));
        }

        @ParameterizedTest
        @CsvSource({"http://vaas.example:8081,vaas.example:8080",
                "http://vaas.example,vaas.example:81",
                "http://vaas.example:81,vaas.example", "https://vaas.example,vaas.example:80",
                "http://x.vaas.example,vaas.example", "http://evil.com,vaas.example", "null,null",
                "ftp://vaas.example,vaas.example", "http://evil.com@vaas.example,vaas.example"})
        void thePageOfAnotherPortOrNameIsForeign(String origin, String host) {
            assertRefused(403,
                    () -> guard.checkOrigin(headers("Origin", origin, "Host", host)));
        }

        @Test
        void anOriginOfAnySchemeCanBeListed() throws Problem {
            Guard apps = guard("ALLOWED_ORIGINS", "chrome-extension://abcdef, tauri://localhost");
            apps.checkOrigin(headers("Origin", "chrome-extension://abcdef"));
            apps.checkOrigin(headers("Origin", "tauri://localhost"));
            assertRefused(403, () -> apps.checkOrigin(
                    headers("Origin", "chrome-extension://abcdeg")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"cross-site", "Cross-Site", " cross-site "})
        void crossSiteWithoutAnAllowedOriginIs403(String site) {
            assertRefused(403, () -> guard.checkOrigin(headers("Sec-Fetch-Site", site)));
            assertRefused(403, () -> guard.checkOrigin(
                    headers("Sec-Fetch-Site", "none", "Sec-Fetch-Site", site)));
            assertRefused(403, () -> guard.checkOrigin(
                    headers("Sec-Fetch-Site", site, "Origin", "https://evil.com")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"none", "same-origin", "same-site"})
        void otherSitesPassButDoNotExcuseAForeignOrigin(String site) throws Problem {
            guard.checkOrigin(headers("Sec-Fetch-Site", site));
            assertRefused(403, () -> guard.checkOrigin(
                    headers("Sec-Fetch-Site", site, "Origin", "https://evil.com")));
        }
    }

    @Nested
    class Host {
        private final Guard guard = guard("ALLOWED_HOSTS", "Vaas.example, [2001:db8::1]");

        @ParameterizedTest
        @ValueSource(strings = {"localhost", "LocalHost", "localhost:8080", "localhost.",
                "localhost.:80", "localhost:", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.",
                "127.0.0.2", "127.255.255.254:80", "[::1]", "[::1]:8080",
                "[0:0:0:0:0:0:0:1]", "vaas.example", "VAAS.EXAMPLE:443", "vaas.example.",
                "[2001:db8::1]", "[2001:DB8::1]:80"})
        void loopbackAndListedNamesPass(String host) {
            assertDoesNotThrow(() -> guard.checkHost(headers("Host", host), URI.create("/")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"evil.com", "localhost.evil.com", "evil.com:8080", "127.1",
                "127.0.1", "0x7f.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "0177.0.0.1",
                "128.0.0.1", "0.0.0.0", "10.0.0.1", "", " ", "localhost:80:80", "localhost..",
                "localhost:x", "localhost:123456", "local host", "localhost/", "localhost@evil.com",
                "evil.com@localhost", "localhost,evil.com", "http://localhost", "[::]", "[::2]",
                "[::1", "::1", "[::1]x", "[::1%25lo]", "[]", "[:]", "xvaas.example",
                "vaas.example.evil.com", "loc\u00e4lhost", ".localhost", "a.localhost"})
        void anyOtherIs421(String host) {
            assertRefused(421, () -> guard.checkHost(headers("Host", host), URI.create("/")));
        }

        @Test
        void noneOrTwoAre400() {
            assertRefused(400, () -> guard.checkHost(headers(), URI.create("/")));
            assertRefused(400, () -> guard.checkHost(
                    headers("Host", "localhost", "Host", "localhost"), URI.create("/")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"http://evil.com/chat", "http://localhost@evil.com/chat",
                "http://localhost:80@evil.com/", "//evil.com/chat", "http://127.1/"})
        void aForeignAuthorityInTheTargetIs421(String target) {
            assertRefused(421,
                    () -> guard.checkHost(headers("Host", "localhost"), URI.create(target)));
        }

        @Test
        void theHostThatTheOperatorListensOnPasses() {
            Guard open = guard("HOST", "192.0.2.7", "API_TOKEN", TOKEN);
            assertDoesNotThrow(
                    () -> open.checkHost(headers("Host", "192.0.2.7:8080"), URI.create("/")));
        }

        @Test
        void beyondLoopbackAnyAddressPassesButNoName() {
            Guard open = guard("HOST", "0.0.0.0", "API_TOKEN", TOKEN);
            for (String host : List.of("192.0.2.8", "10.0.0.1:8080", "[2001:db8::7]:81")) {
                assertDoesNotThrow(() -> open.checkHost(headers("Host", host), URI.create("/")));
            }
            for (String host : List.of("evil.com", "1.2.3.4.evil.com", "300.1.1.1", "1.2.3", "7")) {
                assertRefused(421, () -> open.checkHost(headers("Host", host), URI.create("/")));
            }
        }

        @Test
        void listedNamesAndOwnAddressesPassInEverySpelling() {
            Guard own = guard("ALLOWED_HOSTS", "vaas.example.", "HOST", "2001:db8::1",
                    "API_TOKEN", TOKEN);
            for (String host : List.of("vaas.example", "[2001:db8::1]:80")) {
                assertDoesNotThrow(() -> own.checkHost(headers("Host", host), URI.create("/")));
            }
        }
    }

    /** What is refused is refused before anything happens. */
    @Nested
    class OnTheWire {
        private static final String HELLO = "{\"message\":\"Hello\"}";

        @TempDir
        Path folder;

        @Test
        void aForeignPageNeitherChatsNorResets() throws IOException {
            try (Served served = Served.start(folder)) {
                served.memory.insert(served.memory.latest(0), "Hello", "Good day.");
                for (String header : List.of("Origin: https://evil.com", "Origin: null",
                        "Sec-Fetch-Site: cross-site")) {
                    Served.problem(403, served.ask("POST /reset-memory", "", header));
                    Served.problem(403, served.chat(HELLO, header));
                    Served.problem(403, served.get("/health", header));
                }
                Served.problem(421, served.ask("POST /reset-memory", "", "Host: evil.com"));
                Served.problem(421, served.ask("POST http://evil.com/reset-memory", ""));
                assertEquals(2, served.memory.latest(2).records().size());
                assertEquals(List.of(), served.agent.questions);
            }
        }

        @Test
        void aMissingOrSecondHostIsRefused() throws IOException {
            try (Served served = Served.start(folder)) {
                for (String head : List.of("GET /health HTTP/1.1\r\n\r\n",
                        "GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.com\r\n\r\n",
                        "GET /health HTTP/1.0\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
                        "GET http://evil.com/health HTTP/1.0\r\n\r\n",
                        "GET //evil.com/health HTTP/1.0\r\n\r\n",
                        "POST /reset-memory HTTP/1.0\r\n\r\n", "GET / HTTP/1.0\r\n\r\n")) {
                    try (RawClient client = served.client()) {
                        assertEquals(400, client.send(head).read().status());
                    }
                }
            }
        }

        /** HAProxy's checks have no Host unless they are told to, and ask by OPTIONS. */
        @ParameterizedTest
        @ValueSource(strings = {"GET", "HEAD", "OPTIONS"})
        void aLoadBalancerWithoutAHostIsToldOfTheHealth(String method) throws IOException {
            try (Served served = Served.start(folder, "API_TOKEN", TOKEN)) {
                assertEquals(200, health(served, method, "").status());
                assertEquals(200, health(served, method, "Host: localhost\r\n").status());
                assertEquals(421, health(served, method, "Host: evil.com\r\n").status());
                served.folder.close();
                assertEquals(503, health(served, method, "").status());
            }
        }

        private Answer health(Served served, String method, String host) throws IOException {
            try (RawClient client = served.client()) {
                client.send(method + " /health HTTP/1.0\r\n" + host + "\r\n");
                return method.equals("HEAD") ? client.readHead() : client.read();
            }
        }

        @ParameterizedTest
        @CsvSource({"10.244.0.5:8080,200", "10.244.0.5,200", "[fd00::7]:8080,200",
                "[::ffff:10.0.0.1],200", "evil.com:8080,421", "10.244.0.5.evil.com,421"})
        void beyondLoopbackAProbeAsksByAddress(String host, int status) throws IOException {
            try (Served served = Served.start(folder, "HOST", "0.0.0.0", "API_TOKEN", TOKEN)) {
                assertEquals(status, served.get("/health", "Host: " + host).status());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"app://obsidian.md", "http://my_app:3000", "https://a.example",
                "chrome-extension://abcdef"})
        void anOriginOfAnyKindIsLetInWhenNamed(String origin) throws IOException {
            try (Served served = Served.start(folder, "ALLOWED_HOSTS", "my_vaas",
                    "ALLOWED_ORIGINS", "app://obsidian.md,http://my_app:3000,"
                            + "https://a.example:443,Chrome-Extension://abcdef")) {
                Answer answer = served.chat(HELLO, "Origin: " + origin, "Host: my_vaas:8080");
                assertEquals(200, answer.status());
                assertEquals(origin, answer.header("Access-Control-Allow-Origin").orElseThrow());
                Served.problem(403, served.chat(HELLO, "Origin: " + origin + "x"));
            }
        }

        @Test
        void withATokenEveryRouteThatTellsOrChangesWantsIt() throws IOException {
            try (Served served = Served.start(folder, "API_TOKEN", TOKEN)) {
                for (String request : List.of("GET /memory", "GET /metrics",
                        "POST /chat", "POST /reset-memory",
                        "GET /nowhere", "PUT /chat", "GET /health/")) {
                    Answer answer = served.ask(request, "");
                    Served.problem(401, answer);
                    assertTrue(answer.header("WWW-Authenticate").orElseThrow()
                            .startsWith("Bearer"));
                }
                assertEquals(0, served.memory.latest(0).generation());
                assertEquals(200, served.get("/health").status());
                assertEquals(200, served.chat(HELLO, "Authorization: bearer " + TOKEN).status());
                assertEquals(200, served.ask("POST /reset-memory", "",
                        "authorization: Bearer " + TOKEN).status());
            }
        }

        @Test
        void noAnswerTellsTheToken() throws IOException {
            try (Served served = Served.start(folder, "API_TOKEN", TOKEN)) {
                for (String path : List.of("/", "/health", "/nowhere")) {
                    Answer answer = served.get(path, "Authorization: Bearer x" + TOKEN);
                    assertTrue(!answer.body().contains(TOKEN)
                            && !answer.headers().toString().contains(TOKEN));
                }
            }
        }
    }

    /** In a second JVM, whose resolver is a file. */
    @Test
    void aNumberOver255IsNeverLookedUp(@TempDir Path folder) throws IOException {
        Path hosts = folder.resolve("hosts");
        Files.writeString(hosts, "127.0.0.1 300.1.1.1\n127.0.0.1 127.0.0.256\n");
        assertEquals("refused refused",
                ChildJvm.output("-Djdk.net.hosts.file=" + hosts, Lookup.class).strip());
    }

    /** Shows names to a guard. */
    static final class Lookup {
        public static void main(String[] args) {
            Guard guard = guard();
            for (String host : List.of("300.1.1.1", "127.0.0.256")) {
                try {
                    guard.checkHost(headers("Host", host), URI.create("/"));
                    System.out.print("passed ");
                } catch (Problem e) {
                    System.out.print("refused ");
                }
            }
        }
    }
}
