package vaas.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Field;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.config.Config.LogLevel;
import vaas.memory.line.Limits;
import vaas.memory.sql.DatabaseUrl;
import vaas.memory.sql.SqlConversations;
import vaas.testing.Postgres;

class ConfigTest {
    private static Config offline(String... pairs) throws ConfigException {
        return Config.parse(environment(pairs), true);
    }

    private static List<String> faults(String... pairs) {
        return faults(environment(pairs), true);
    }

    private static List<String> faults(Map<String, String> environment, boolean offline) {
        return assertThrows(ConfigException.class, () -> Config.parse(environment, offline))
                .faults();
    }

    private static Map<String, String> environment(String... pairs) {
        Map<String, String> environment = new HashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            environment.put(pairs[i], pairs[i + 1]);
        }
        return environment;
    }

    /** Asserts what options hold, by the names of their fields: no one else has to see it. */
    private static void assertHeld(Object options, Map<String, ?> expected)
            throws ReflectiveOperationException {
        for (Map.Entry<String, ?> each : expected.entrySet()) {
            assertEquals(each.getValue(), value(options, each.getKey()), each.getKey());
        }
    }

    private static Object value(Object options, String name) throws ReflectiveOperationException {
        for (Field field : fields(options)) {
            if (field.getName().equals(name)) {
                field.setAccessible(true);
                return field.get(options);
            }
        }
        throw new NoSuchFieldException(name);
    }

    private static List<Field> fields(Object options) {
        return Stream.of(options.getClass(), options.getClass().getSuperclass())
                .flatMap(it -> Stream.of(it.getDeclaredFields())).toList();
    }

    /** All that can be compared. */
    private static Map<String, Object> held(Object options) throws ReflectiveOperationException {
        Map<String, Object> held = new HashMap<>();
        for (Field field : fields(options)) {
            Object value = value(options, field.getName());
            if (value instanceof Record || value.getClass().getName().startsWith("java.")) {
                held.put(field.getName(), value);
            }
        }
        return held;
    }

    @Test
    void withNothingSetEverySettingHasItsDefault() throws Exception {
        Config config = offline();
        assertHeld(config.http(), Map.of("address", InetAddress.getByName("127.0.0.1"),
                "port", 8080, "token", "", "origins", Set.of(), "hosts", Set.of(),
                "bodyBytesMax", 20_971_520, "chatsMax", 1024, "grace", Duration.ofSeconds(10)));
        assertHeld(config.client(), Map.of("apiKey", Optional.empty(),
                "baseUrl", "https://api.groq.com/openai/v1", "connections", 1024));
        assertHeld(config.agent(), Map.of("name", "vaas",
                "generalModel", Setting.GROQ_GENERAL_MODEL.defaultValue(),
                "imageModel", Setting.GROQ_IMAGE_MODEL.defaultValue(),
                "timeout", Duration.ofSeconds(60),
                "systemPrompt", Setting.SYSTEM_PROMPT.defaultValue(),
                "memorySize", 20, "disabledTools", Set.of("process_video")));
        assertEquals(Optional.empty(), config.tools());
        assertHeld(config.memory(), Map.of("folder", Path.of("data"), "windowRecords", 20,
                "limits", Limits.NONE, "backups", Optional.empty(), "maxOpen", 1000,
                "maxConversations", 100_000L, "idle", Optional.empty()));
        assertEquals(Path.of("data"), config.memoryDir());
        assertEquals(Optional.empty(), config.backupDir());
        assertEquals(1024, config.chatsMax());
        assertEquals(Setting.GROQ_GENERAL_MODEL.defaultValue(), config.generalModel());
        assertEquals(LogLevel.INFO, config.logLevel());
    }

    @Test
    void everySettingReachesItsSlice() throws Exception {
        Config config = Config.parse(environment("HOST", "::1", "PORT", "0",
                "GROQ_API_KEY", "  gsk_1\n", "GROQ_BASE_URL", "http://h.example/",
                "GROQ_GENERAL_MODEL", "m/g", "GROQ_IMAGE_MODEL", "m/i", "GROQ_TIMEOUT", "5",
                "SYSTEM_PROMPT", "Be\nkind.", "AGENT_NAME", "Ann", "AGENT_MEMORY_SIZE", "8",
                "MEMORY_MAX_RECORDS", "100", "MEMORY_MAX_BYTES", "5000000000",
                "MEMORY_MAX_AGE_DAYS", "30", "RESET_BACKUP_DIR", "backups",
                "MAX_OPEN_SESSIONS", "2", "MAX_SESSIONS", "3", "SESSION_IDLE_MINUTES", "90",
                "MEMORY_DIR", "else/where", "API_TOKEN", " t0ken ",
                "ALLOWED_ORIGINS", "https://A.example, http://b:81",
                "ALLOWED_HOSTS", "A.example,[fe80::1]", "MAX_BODY_BYTES", "9",
                "MAX_CONCURRENT_CHATS", "3", "DISABLE_TOOLS", "x, Y", "SHUTDOWN_GRACE", "0",
                "MCP_SERVER", " http://127.0.0.1:9090/mcp ", "MCP_TOKEN", " mcp ",
                "MCP_TIMEOUT", "7", "MCP_TOOLS", "a.b, c",
                "LOG_LEVEL", "trace", "PATH", "ignored"), false);
        assertHeld(config.http(), Map.of("address", InetAddress.getByName("::1"), "port", 0,
                "token", "t0ken", "origins", Set.of("https://A.example", "http://b:81"),
                "hosts", Set.of("A.example", "[fe80::1]"), "bodyBytesMax", 9, "chatsMax", 3,
                "grace", Duration.ZERO));
        assertHeld(config.client(), Map.of("apiKey", Optional.of("gsk_1"),
                "baseUrl", "http://h.example/openai/v1", "connections", 3));
        assertHeld(config.agent(), Map.of("name", "Ann", "generalModel", "m/g",
                "imageModel", "m/i", "timeout", Duration.ofSeconds(5),
                "systemPrompt", "Be\nkind.", "memorySize", 8,
                "disabledTools", Set.of("x", "Y")));
        assertHeld(config.tools().orElseThrow(), Map.of("token", Optional.of("mcp"),
                "timeout", Duration.ofSeconds(7), "only", Set.of("a.b", "c"),
                "disabled", Set.of("x", "Y")));
        assertEquals("http://127.0.0.1:9090/mcp",
                value(config.tools().get(), "server").toString());
        assertHeld(config.memory(), Map.of("folder", Path.of("else/where"), "windowRecords", 8,
                "limits", new Limits(OptionalLong.of(100), OptionalLong.of(5_000_000_000L),
                        Optional.of(Duration.ofDays(30))),
                "backups", Optional.of(Path.of("backups")), "maxOpen", 2,
                "maxConversations", 3L, "idle", Optional.of(Duration.ofMinutes(90))));
        assertEquals(Path.of("else/where"), config.memoryDir());
        assertEquals(Optional.of(Path.of("backups")), config.backupDir());
        assertEquals(3, config.chatsMax());
        assertEquals("m/g", config.generalModel());
        assertEquals(LogLevel.TRACE, config.logLevel());
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SYSTEM_PROMPT")
    void anEmptyValueCountsAsNotSet(Setting setting) throws Exception {
        Config expected = offline();
        Config config = offline(setting.name(), "");
        assertHeld(config.http(), held(expected.http()));
        assertHeld(config.client(), held(expected.client()));
        assertHeld(config.agent(), held(expected.agent()));
        assertHeld(config.memory(), held(expected.memory()));
        assertEquals(expected.logLevel(), config.logLevel());
    }

    @Test
    void aSystemPromptSetToNothingIsNone() throws Exception {
        assertHeld(offline("SYSTEM_PROMPT", "").agent(), Map.of("systemPrompt", ""));
    }

    @Test
    void proxiesAreThoseOfTheEnvironment() throws Exception {
        ProxySelector proxies = (ProxySelector) value(
                offline("https_proxy", "http://p:1", "NO_PROXY", "h").client(), "proxies");
        assertEquals(List.of(Proxy.NO_PROXY), proxies.select(URI.create("https://h/")));
        assertEquals(InetSocketAddress.createUnresolved("p", 1),
                proxies.select(URI.create("https://i/")).get(0).address());
        assertEquals("HTTP_PROXY is not the address of a proxy such as http://host:3128",
                assertThrows(ConfigException.class, () -> offline("HTTP_PROXY", "socks5://p"))
                        .faults().get(0));
    }

    @ParameterizedTest
    @CsvSource({
            "PORT,65535", "PORT,0", "GROQ_TIMEOUT,1", "GROQ_TIMEOUT,3600",
            "AGENT_MEMORY_SIZE,0", "AGENT_MEMORY_SIZE,1000", "MAX_BODY_BYTES,1",
            "MAX_BODY_BYTES,33554432", "MAX_CONCURRENT_CHATS,1", "MAX_CONCURRENT_CHATS,10000",
            "SHUTDOWN_GRACE,0", "SHUTDOWN_GRACE,3600", "HOST,localhost", "HOST,127.0.0.2",
            "MAX_OPEN_SESSIONS,1", "MAX_SESSIONS,1", "SESSION_IDLE_MINUTES,1",
            "SESSION_IDLE_MINUTES,9223372036854775807", "LOG_LEVEL,off", "LOG_LEVEL,Error",
            "LOG_LEVEL,WARNING",
            "ALLOWED_ORIGINS,'http://[::1]:5173,https://a-b.example'",
            "MCP_SERVER,https://h/mcp?key=1", "MCP_TIMEOUT,1", "MCP_TIMEOUT,600",
            "ALLOWED_HOSTS,'my_host,vaas.internal,192.168.1.5'",
            "DATABASE_CONNECTIONS,1", "DATABASE_CONNECTIONS,999", "DATABASE_TIMEOUT,60",
    })
    void theLastGoodValueIsTaken(String name, String value) throws ConfigException {
        offline(name, value);
    }

    @ParameterizedTest
    @CsvSource({
            "PORT,65536", "PORT,-1", "PORT,http", "GROQ_TIMEOUT,0", "GROQ_TIMEOUT,3601",
            "AGENT_MEMORY_SIZE,-1", "AGENT_MEMORY_SIZE,1", "AGENT_MEMORY_SIZE,1001",
            "MEMORY_MAX_RECORDS,1", "MEMORY_MAX_BYTES,241", "MAX_BODY_BYTES,0",
            "MAX_OPEN_SESSIONS,0", "MAX_SESSIONS,0", "MAX_SESSIONS,many",
            "SESSION_IDLE_MINUTES,0", "SESSION_IDLE_MINUTES,1h",
            "MAX_BODY_BYTES,33554433", "MAX_CONCURRENT_CHATS,0", "MAX_CONCURRENT_CHATS,10001",
            "SHUTDOWN_GRACE,-1", "SHUTDOWN_GRACE,3601", "SHUTDOWN_GRACE,10s", "HOST,'[::1'",
            "HOST,' '", "LOG_LEVEL,LOUD", "LOG_LEVEL,' '", "GROQ_GENERAL_MODEL,' '",
            "GROQ_IMAGE_MODEL,' '", "SYSTEM_PROMPT,' '", "AGENT_NAME,' '", "MEMORY_DIR,' '",
            "GROQ_BASE_URL,api.groq.com", "GROQ_API_KEY,gsk with blanks", "API_TOKEN,' '",
            "API_TOKEN,tökén", "ALLOWED_ORIGINS,a.example", "ALLOWED_ORIGINS,https://a/",
            "ALLOWED_ORIGINS,https://me@a", "ALLOWED_ORIGINS,*", "ALLOWED_ORIGINS,null",
            "MCP_SERVER,host:80", "MCP_SERVER,http://me@h/", "MCP_TOKEN,t", "MCP_TIMEOUT,0",
            "MCP_TIMEOUT,601", "MCP_TOOLS,'a b'", "MCP_TOOLS,','",
            "ALLOWED_HOSTS,a.example:80", "ALLOWED_HOSTS,http://a", "ALLOWED_HOSTS,*",
            "DATABASE_URL,mysql://h/d", "DATABASE_URL,postgres:///d", "DATABASE_URL,' '",
            "DATABASE_CONNECTIONS,0", "DATABASE_CONNECTIONS,1000", "DATABASE_TIMEOUT,0",
            "DATABASE_TIMEOUT,61",
    })
    void aBadValueIsNamed(String name, String value) {
        List<String> faults = faults(name, value);
        assertEquals(1, faults.size(), faults.toString());
        assertTrue(faults.get(0).startsWith(name + " "), faults.toString());
    }

    @Test
    void allFaultsAreToldAtOnceInOneMessageAndAsAList() {
        ConfigException e = assertThrows(ConfigException.class, () -> Config.parse(environment(
                "HOST", "0.0.0.0", "PORT", "x", "GROQ_BASE_URL", "x", "GROQ_GENERAL_MODEL", " ",
                "GROQ_IMAGE_MODEL", " ", "GROQ_TIMEOUT", "x", "SYSTEM_PROMPT", " ",
                "AGENT_NAME", " ", "AGENT_MEMORY_SIZE", "x", "MEMORY_DIR", " ",
                "API_TOKEN", "two words", "ALLOWED_ORIGINS", "x", "ALLOWED_HOSTS", "x y",
                "MAX_BODY_BYTES", "x", "MAX_CONCURRENT_CHATS", "x", "SHUTDOWN_GRACE", "x",
                "LOG_LEVEL", "x", "GROQ_API_KEY", "two words", "MEMORY_MAX_RECORDS", "0",
                "MEMORY_MAX_BYTES", "x", "MEMORY_MAX_AGE_DAYS", "-1",
                "RESET_BACKUP_DIR", " ", "MAX_OPEN_SESSIONS", "x", "MAX_SESSIONS", "x",
                "SESSION_IDLE_MINUTES", "x", "MCP_SERVER", "x", "MCP_TOKEN", "two words",
                "MCP_TIMEOUT", "x", "MCP_TOOLS", "a b", "DATABASE_URL", "x",
                "DATABASE_USER", " ", "DATABASE_PASSWORD", " ", "DATABASE_DRIVER", " ",
                "DATABASE_CONNECTIONS", "x", "DATABASE_TIMEOUT", "x"), false));
        for (Setting setting : Setting.values()) {
            boolean bad = setting != Setting.DISABLE_TOOLS && setting != Setting.HOST;
            assertEquals(bad ? 1 : 0, e.faults().stream()
                    .filter(fault -> fault.startsWith(setting + " ")).count(), setting.name());
        }
        assertEquals(String.join("; ", e.faults()), e.getMessage());
    }

    @Test
    void noSecretIsEverQuoted() throws Exception {
        String secret = "s3cr3t";
        List<String> faults = faults("GROQ_API_KEY", secret + " x", "API_TOKEN", secret + "ä",
                "GROQ_BASE_URL", "https://me:" + secret + "@h.example");
        assertEquals(3, faults.size());
        assertFalse(faults.toString().contains(secret), faults.toString());
        Config config = offline("GROQ_API_KEY", secret, "API_TOKEN", secret);
        assertFalse(config.toString().contains(secret));
        assertFalse(config.http().toString().contains(secret));
        assertFalse(config.client().toString().contains(secret));
        assertHeld(config.client(), Map.of("apiKey", Optional.of(secret)));
        assertFalse(offline("MCP_SERVER", "https://h/?k=" + secret, "MCP_TOKEN", secret)
                .toString().contains(secret));
        assertEquals(List.of("MCP_TOKEN is not sent over http beyond loopback"),
                faults("MCP_SERVER", "http://h.example/mcp", "MCP_TOKEN", secret));
    }

    @Test
    void aDatabaseIsLoggedIntoAsItsUrlSaysElseAsTheOthersDo() throws Exception {
        Postgres.assumeInstalled();
        String jar = Postgres.jar().toString();
        SqlConversations.Options options = offline("DATABASE_URL", "postgres://h/d",
                "DATABASE_USER", "me", "DATABASE_PASSWORD", "a @:%b", "DATABASE_DRIVER", jar,
                "DATABASE_CONNECTIONS", "3", "DATABASE_TIMEOUT", "7", "MAX_SESSIONS", "4",
                "MEMORY_MAX_RECORDS", "100", "SESSION_IDLE_MINUTES", "90").database().get();
        assertHeld(options, Map.of("connections", 3,
                "timeout", Duration.ofSeconds(7), "maxConversations", 4L,
                "idle", Optional.of(Duration.ofMinutes(90)), "limits", new Limits(
                        OptionalLong.of(100), OptionalLong.empty(), Optional.empty())));
        assertEquals(Map.of("user", "me", "password", "a @:%b"),
                ((DatabaseUrl) value(options, "url")).properties());
        Config other = offline("DATABASE_URL", "postgres://u:s3cr3t@h/d", "DATABASE_USER", "me",
                "DATABASE_PASSWORD", "s3cr3t", "DATABASE_DRIVER", jar);
        assertEquals(Map.of("user", "u", "password", "s3cr3t"),
                ((DatabaseUrl) value(other.database().get(), "url")).properties());
        assertFalse(other.toString().contains("s3cr3t"), other.toString());
        assertEquals("h/d", other.database().get().toString());
    }

    @Test
    void whatADatabaseDoesNotGoWithIsNamed() throws Exception {
        Postgres.assumeInstalled();
        assertEquals(List.of("RESET_BACKUP_DIR is set, and so is DATABASE_URL: back a database up"
                + " by pg_dump", "DATABASE_DRIVER is none.jar, where there is no file: get"
                + " org.postgresql:postgresql from Maven, or libpostgresql-jdbc-java from Debian"),
                faults("DATABASE_URL", "postgres://u:p@h/d", "RESET_BACKUP_DIR", "b",
                        "DATABASE_DRIVER", "none.jar"));
        assertEquals(List.of("DATABASE_URL has a parameter that the driver does not know: x"),
                faults("DATABASE_URL", "postgres://u:p@h/d?x=s3cr3t", "DATABASE_DRIVER",
                        Postgres.jar().toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1", "2001:db8::1"})
    void aHostOtherThanLoopbackNeedsAToken(String host) throws Exception {
        List<String> faults = faults("HOST", host);
        assertEquals(1, faults.size());
        assertTrue(faults.get(0).startsWith("HOST ") && faults.get(0).contains("API_TOKEN"));
        assertHeld(offline("HOST", host, "API_TOKEN", "t").http(),
                Map.of("address", InetAddress.getByName(host)));
    }

    @Test
    void aBlankTokenDoesNotOpenAHost() {
        List<String> faults = faults("HOST", "0.0.0.0", "API_TOKEN", "  ");
        assertTrue(faults.stream().anyMatch(it -> it.startsWith("HOST ")), faults.toString());
        assertTrue(faults.stream().anyMatch(it -> it.startsWith("API_TOKEN ")));
    }

    @Test
    void withoutAKeyTheFaultNamesBothWaysOut() {
        List<String> faults = faults(Map.of(), false);
        assertEquals(1, faults.size());
        assertTrue(faults.get(0).startsWith("GROQ_API_KEY ") && faults.get(0)
                .contains("--offline"), faults.toString());
    }

    /** Not "is blank" and "is not set" of one value. */
    @Test
    void aBlankKeyIsOneFault() {
        List<String> faults = faults(Map.of("GROQ_API_KEY", " "), false);
        assertEquals(1, faults.size(), faults.toString());
    }

    @Test
    void aModelServerOfOnesOwnNeedsNoKey() throws Exception {
        Config config = Config.parse(environment("GROQ_BASE_URL", "http://127.0.0.1:9/v1"), false);
        assertHeld(config.client(), Map.of("apiKey", Optional.empty()));
    }

    @Test
    void theListOfFaultsCannotBeChanged() {
        List<String> faults = faults("PORT", "x");
        assertThrows(UnsupportedOperationException.class, () -> faults.add("b"));
    }
}
