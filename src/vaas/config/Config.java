package vaas.config;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.agent.groq.SettingNames;
import vaas.api.Api;
import vaas.api.ApiOptions;
import vaas.memory.folder.MemoryFolder;

/** All settings, checked: one slice for each part that is configured. Immutable. */
public record Config(Http http, Groq groq, Store store, LogLevel logLevel) {
    private static final int SECONDS_MAX = 3600;
    private static final int MEMORY_SIZE_MAX = 1000;
    private static final int CHATS_MAX = 10_000;
    /** A century; more would overflow dates, and is no limit anyway. */
    private static final Duration AGE_MAX = Duration.ofDays(36_500);

    /** Levels of {@link System.Logger}. */
    public enum LogLevel { OFF, ERROR, WARNING, INFO, DEBUG, TRACE }

    /** What the server needs; {@link Setting} says what each is. */
    public record Http(InetAddress address, int port, Optional<String> apiToken,
            Set<String> allowedOrigins, Set<String> allowedHosts, int maxBodyBytes,
            int maxConcurrentChats, Duration shutdownGrace) {
        /** The options of a server, to which metrics and a budget can be added. */
        public ApiOptions options() {
            return Api.options().address(address).port(port).token(apiToken.orElse(""))
                    .origins(allowedOrigins).hosts(allowedHosts).bodyBytesMax(maxBodyBytes)
                    .chatsMax(maxConcurrentChats).grace(shutdownGrace);
        }

        /** Leaves the token out. */
        @Override
        public String toString() {
            return "Http[" + address + ":" + port + "]";
        }
    }

    /** What the agent and its client need; proxies are by the names that curl reads. */
    public record Groq(Optional<String> apiKey, String baseUrl, String generalModel,
            String imageModel, Duration timeout, String systemPrompt, String agentName,
            int agentMemorySize, Set<String> disabledTools, int connections,
            Map<String, String> proxies) {
        /** What a client is set up with. */
        public GroqClient.Options client() {
            GroqClient.Options options =
                    GroqClient.options().baseUrl(baseUrl).connections(connections)
                            .proxies(proxies);
            apiKey.ifPresent(options::apiKey);
            return options;
        }

        /** What an agent is set up with; tools and budget are the program's. */
        public GroqAgent.Options agent() {
            return GroqAgent.options().name(agentName).generalModel(generalModel)
                    .imageModel(imageModel).systemPrompt(systemPrompt)
                    .memorySize(agentMemorySize).timeout(timeout).disabledTools(disabledTools)
                    .settingNames(new SettingNames(Setting.GROQ_API_KEY.name(),
                            Setting.GROQ_BASE_URL.name(), Setting.GROQ_GENERAL_MODEL.name(),
                            Setting.GROQ_IMAGE_MODEL.name(), Setting.GROQ_TIMEOUT.name(),
                            Setting.DISABLE_TOOLS.name()));
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "Groq[" + agentName + ", " + baseUrl + ", " + generalModel + "]";
        }
    }

    /** What the memory needs. */
    public record Store(Path memoryDir, int windowRecords, OptionalLong maxRecords,
            OptionalLong maxBytes, Optional<Duration> maxAge, Optional<Path> backupDir,
            int maxOpenSessions, int maxSessions, Optional<Duration> sessionIdle) {
        /** The options of a folder of memories, to which metrics and a budget can be added. */
        public MemoryFolder.Options options() {
            MemoryFolder.Options options =
                    MemoryFolder.at(memoryDir).windowRecords(windowRecords)
                            .maxOpen(maxOpenSessions).maxConversations(maxSessions);
            maxRecords.ifPresent(options::maxRecords);
            maxBytes.ifPresent(options::maxBytes);
            maxAge.ifPresent(options::maxAge);
            backupDir.ifPresent(options::backups);
            sessionIdle.ifPresent(options::idle);
            return options;
        }
    }

    /**
     * Reads and checks all settings; other names are ignored.
     *
     * @param offline whether the model is replaced by the built-in stand-in
     * @throws ConfigException that lists every fault
     */
    public static Config parse(Map<String, String> environment, boolean offline)
            throws ConfigException {
        Values values = new Values(environment);
        Config config = new Config(http(values), groq(values, offline), store(values),
                values.oneOf(Setting.LOG_LEVEL, LogLevel.class));
        if (!values.faults().isEmpty()) {
            throw new ConfigException(values.faults());
        }
        return config;
    }

    private static Http http(Values values) {
        InetAddress address = address(values);
        Optional<String> token = values.secret(Setting.API_TOKEN);
        if (!address.isLoopbackAddress() && token.isEmpty()) {
            values.fault(Setting.HOST, "is not a loopback address, so API_TOKEN must be set:"
                    + " whoever reaches the port could read and wipe the conversation");
        }
        return new Http(address, values.number(Setting.PORT, 0, ApiOptions.PORT_MAX), token,
                values.set(Setting.ALLOWED_ORIGINS, Config::isOrigin,
                        "an origin such as https://chat.example.com"),
                values.set(Setting.ALLOWED_HOSTS, Config::isHost, "a host name without port"),
                values.number(Setting.MAX_BODY_BYTES, 1, ApiOptions.BODY_BYTES_MAX),
                values.number(Setting.MAX_CONCURRENT_CHATS, 1, CHATS_MAX),
                Duration.ofSeconds(values.number(Setting.SHUTDOWN_GRACE, 0, SECONDS_MAX)));
    }

    private static Groq groq(Values values, boolean offline) {
        Optional<String> key = values.secret(Setting.GROQ_API_KEY);
        boolean needed = !offline && !values.isSet(Setting.GROQ_BASE_URL);
        if (needed && !values.isSet(Setting.GROQ_API_KEY)) {
            values.fault(Setting.GROQ_API_KEY, "is not set: get a key from Groq and set it, or"
                    + " start with --offline to try vaas without a model");
        }
        return new Groq(key, values.checked(Setting.GROQ_BASE_URL, GroqClient.options()::baseUrl,
                        "a URL such as https://host/v1, without user, query or fragment"),
                values.line(Setting.GROQ_GENERAL_MODEL), values.line(Setting.GROQ_IMAGE_MODEL),
                Duration.ofSeconds(values.number(Setting.GROQ_TIMEOUT, 1, SECONDS_MAX)),
                values.textOrNothing(Setting.SYSTEM_PROMPT), values.line(Setting.AGENT_NAME),
                memorySize(values), values.set(Setting.DISABLE_TOOLS, name -> true, ""),
                values.number(Setting.MAX_CONCURRENT_CHATS, 1, CHATS_MAX), values.proxies());
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

    private static Store store(Values values) {
        return new Store(values.path(Setting.MEMORY_DIR), memorySize(values),
                values.limit(Setting.MEMORY_MAX_RECORDS, MemoryFolder.MAX_RECORDS_MIN),
                values.limit(Setting.MEMORY_MAX_BYTES, MemoryFolder.MAX_BYTES_MIN),
                age(values, Setting.MEMORY_MAX_AGE_DAYS, Duration.ofDays(1)),
                values.isSet(Setting.RESET_BACKUP_DIR)
                        ? Optional.of(values.path(Setting.RESET_BACKUP_DIR)) : Optional.empty(),
                values.number(Setting.MAX_OPEN_SESSIONS, 1, Integer.MAX_VALUE),
                values.number(Setting.MAX_SESSIONS, 1, Integer.MAX_VALUE),
                age(values, Setting.SESSION_IDLE_MINUTES, Duration.ofMinutes(1)));
    }

    private static Optional<Duration> age(Values values, Setting setting, Duration unit) {
        OptionalLong units = values.limit(setting, 1);
        return units.isPresent() ? Optional.of(unit.multipliedBy(
                Math.min(units.getAsLong(), AGE_MAX.dividedBy(unit)))) : Optional.empty();
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

    private static boolean isOrigin(String text) {
        return text.matches("(?i)[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?");
    }

    private static boolean isHost(String text) {
        return text.matches("(?i)[a-z0-9._-]+|\\[[0-9a-f:.]+]");
    }
}
