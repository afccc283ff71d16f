package vaas.config;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.agent.groq.SettingNames;
import vaas.agent.mcp.McpTools;
import vaas.api.Api;
import vaas.api.ApiOptions;
import vaas.memory.folder.MemoryFolder;
import vaas.memory.line.LimitOptions;
import vaas.memory.line.Limits;
import vaas.memory.sql.DatabaseDriver;
import vaas.memory.sql.DatabaseUrl;
import vaas.memory.sql.SqlConversations;

/**
 * All settings, checked, as options of the parts that they set up, to which metrics and a budget
 * can be added.
 */
public record Config(ApiOptions http, GroqClient.Options client, GroqAgent.Options agent,
        Optional<McpTools.Options> tools, MemoryFolder.Options memory, Path memoryDir,
        Optional<Path> backupDir, Optional<SqlConversations.Options> database, int chatsMax,
        String generalModel, LogLevel logLevel) {
    private static final int MEMORY_SIZE_MAX = 1000;
    private static final int MCP_SECONDS_MAX = 600;
    private static final int CHATS_MAX = 10_000;
    private static final int CONNECTIONS_MAX = 999;
    private static final int DATABASE_SECONDS_MAX = 60;
    private static final String HOST = "(?i)[a-z0-9._-]+|\\[[0-9a-f:.]+]";
    private static final String ORIGIN =
            "(?i)[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?";
    /** A century; more would overflow dates, and is no limit anyway. */
    private static final Duration AGE_MAX = Duration.ofDays(36_500);

    /** Levels of {@link System.Logger}. */
    public enum LogLevel { OFF, ERROR, WARNING, INFO, DEBUG, TRACE }

    /**
     * Reads and checks all settings; other names are ignored.
     *
     * @param offline whether the model is replaced by the built-in stand-in
     * @throws ConfigException that lists every fault
     */
    public static Config parse(Map<String, String> environment, boolean offline)
            throws ConfigException {
        Values values = new Values(environment);
        Path memoryDir = values.path(Setting.MEMORY_DIR);
        Optional<Path> backupDir = values.isSet(Setting.RESET_BACKUP_DIR)
                ? Optional.of(values.path(Setting.RESET_BACKUP_DIR)) : Optional.empty();
        Config config = new Config(http(values), client(values, offline), agent(values),
                tools(values), memory(values, memoryDir, backupDir), memoryDir, backupDir,
                database(values), chatsMax(values), values.line(Setting.GROQ_GENERAL_MODEL),
                values.oneOf(Setting.LOG_LEVEL, LogLevel.class));
        if (!values.faults().isEmpty()) {
            throw new ConfigException(values.faults());
        }
        return config;
    }

    private static ApiOptions http(Values values) {
        InetAddress address = address(values);
        if (!address.isLoopbackAddress() && values.text(Setting.API_TOKEN).isEmpty()) {
            values.fault(Setting.HOST, "is not a loopback address, so API_TOKEN must be set:"
                    + " whoever reaches the port could read and wipe the conversation");
        }
        return Api.options().address(address)
                .port(values.number(Setting.PORT, 0, ApiOptions.PORT_MAX))
                .token(values.secret(Setting.API_TOKEN).orElse(""))
                .origins(values.set(Setting.ALLOWED_ORIGINS, ORIGIN,
                        "an origin such as https://chat.example.com"))
                .hosts(values.set(Setting.ALLOWED_HOSTS, HOST,
                        "a host name without port"))
                .bodyBytesMax(values.number(
                        Setting.MAX_BODY_BYTES, 1, ApiOptions.BODY_BYTES_MAX))
                .chatsMax(chatsMax(values))
                .grace(values.seconds(Setting.SHUTDOWN_GRACE, 0));
    }

    private static int chatsMax(Values values) {
        return values.number(Setting.MAX_CONCURRENT_CHATS, 1, CHATS_MAX);
    }

    private static GroqClient.Options client(Values values, boolean offline) {
        boolean needsKey = !offline && !values.isSet(Setting.GROQ_BASE_URL);
        if (needsKey && !values.isSet(Setting.GROQ_API_KEY)) {
            values.fault(Setting.GROQ_API_KEY, "is not set: get a key from Groq and set it, or"
                    + " start with --offline to try vaas without a model");
        }
        GroqClient.Options options = GroqClient.options().connections(chatsMax(values));
        values.secret(Setting.GROQ_API_KEY).ifPresent(options::apiKey);
        values.checked(Setting.GROQ_BASE_URL, options::baseUrl,
                "a URL such as https://host/v1, without user, query or fragment");
        values.proxies(options::proxies);
        return options;
    }

    private static GroqAgent.Options agent(Values values) {
        return GroqAgent.options().name(values.line(Setting.AGENT_NAME))
                .generalModel(values.line(Setting.GROQ_GENERAL_MODEL))
                .imageModel(values.line(Setting.GROQ_IMAGE_MODEL))
                .systemPrompt(values.textOrNothing(Setting.SYSTEM_PROMPT))
                .memorySize(memorySize(values)).timeout(values.seconds(Setting.GROQ_TIMEOUT, 1))
                .disabledTools(disabledTools(values))
                .settingNames(new SettingNames(Setting.GROQ_API_KEY.name(),
                        Setting.GROQ_BASE_URL.name(), Setting.GROQ_GENERAL_MODEL.name(),
                        Setting.GROQ_IMAGE_MODEL.name(), Setting.GROQ_TIMEOUT.name(),
                        Setting.DISABLE_TOOLS.name()));
    }

    private static Set<String> disabledTools(Values values) {
        return values.set(Setting.DISABLE_TOOLS, ".*", "");
    }

    private static Optional<McpTools.Options> tools(Values values) {
        Optional<String> token = values.secret(Setting.MCP_TOKEN);
        int timeout = values.number(Setting.MCP_TIMEOUT, 1, MCP_SECONDS_MAX);
        Set<String> only = values.set(Setting.MCP_TOOLS, "\\S+", "names without blanks in them");
        Optional<McpTools.Options> options = !values.isSet(Setting.MCP_SERVER) ? Optional.empty()
                : values.checked(Setting.MCP_SERVER, url -> McpTools.options(url.strip()),
                        "a URL such as http://host:9090/mcp, without user or fragment");
        if (values.isSet(Setting.MCP_TOOLS) && only.isEmpty()) {
            values.fault(Setting.MCP_TOOLS, "has no name in it"); // nothing is not all
        }
        if (token.isPresent() && !values.isSet(Setting.MCP_SERVER)) {
            values.fault(Setting.MCP_TOKEN, "is set without MCP_SERVER");
        }
        options.ifPresent(it -> {
            it.timeout(Duration.ofSeconds(timeout)).only(only).disabled(disabledTools(values));
            token.ifPresent(secret -> values.checked(Setting.MCP_TOKEN, text -> it.token(secret),
                    "sent over http beyond loopback"));
        });
        return options;
    }

    // One record is no turn.
    private static int memorySize(Values values) {
        int size = values.number(Setting.AGENT_MEMORY_SIZE, 0, MEMORY_SIZE_MAX);
        if (size == 1) {
            values.fault(Setting.AGENT_MEMORY_SIZE, "is 1, expected 0, or 2 to "
                    + MEMORY_SIZE_MAX);
        }
        return size;
    }

    private static MemoryFolder.Options memory(
            Values values, Path folder, Optional<Path> backups) {
        MemoryFolder.Options options = MemoryFolder.at(folder).windowRecords(memorySize(values))
                .maxOpen(values.number(Setting.MAX_OPEN_SESSIONS, 1, Integer.MAX_VALUE));
        backups.ifPresent(options::backups);
        limits(values, options);
        return options;
    }

    private static Optional<SqlConversations.Options> database(Values values) {
        int connections = values.number(Setting.DATABASE_CONNECTIONS, 1, CONNECTIONS_MAX);
        int timeout = values.number(Setting.DATABASE_TIMEOUT, 1, DATABASE_SECONDS_MAX);
        Path jar = values.path(Setting.DATABASE_DRIVER);
        return url(values).map(url -> {
            if (values.isSet(Setting.RESET_BACKUP_DIR)) {
                values.fault(Setting.RESET_BACKUP_DIR,
                        "is set, and so is DATABASE_URL: back a database up by pg_dump");
            }
            SqlConversations.Options options = SqlConversations.options(url);
            driver(values, jar, url).ifPresent(options::driver);
            options.connections(connections).timeout(Duration.ofSeconds(timeout));
            limits(values, options);
            return options;
        });
    }

    private static Optional<DatabaseUrl> url(Values values) {
        String user = values.text(Setting.DATABASE_USER);
        String password = values.text(Setting.DATABASE_PASSWORD);
        String text = values.text(Setting.DATABASE_URL);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(DatabaseUrl.of(text).login(user, password));
        } catch (IllegalArgumentException e) {
            values.fault(Setting.DATABASE_URL, e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<DatabaseDriver> driver(Values values, Path jar, DatabaseUrl url) {
        try {
            DatabaseDriver driver = DatabaseDriver.load(jar);
            driver.check(url);
            return Optional.of(driver);
        } catch (IOException e) {
            values.fault(Setting.DATABASE_DRIVER, e.getMessage());
        } catch (IllegalArgumentException e) {
            values.fault(Setting.DATABASE_URL, e.getMessage());
        }
        return Optional.empty();
    }

    private static void limits(Values values, LimitOptions<?> options) {
        options.maxConversations(values.number(Setting.MAX_SESSIONS, 1, Integer.MAX_VALUE));
        values.limit(Setting.MEMORY_MAX_RECORDS, Limits.RECORDS_MIN)
                .ifPresent(options::maxRecords);
        values.limit(Setting.MEMORY_MAX_BYTES, Limits.BYTES_MIN)
                .ifPresent(options::maxBytes);
        age(values, Setting.MEMORY_MAX_AGE_DAYS, Duration.ofDays(1)).ifPresent(options::maxAge);
        age(values, Setting.SESSION_IDLE_MINUTES, Duration.ofMinutes(1)).ifPresent(options::idle);
    }

    private static Optional<Duration> age(Values values, Setting setting, Duration unit) {
        return values.limit(setting, 1).map(
                units -> unit.multipliedBy(Math.min(units, AGE_MAX.dividedBy(unit))));
    }

    private static InetAddress address(Values values) {
        String host = values.line(Setting.HOST);
        try {
            return InetAddress.getByName(host);
        } catch (UnknownHostException e) {
            values.fault(Setting.HOST, "is '" + host + "', which is not known");
            return InetAddress.getLoopbackAddress();
        }
    }
}
