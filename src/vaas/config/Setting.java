package vaas.config;

import java.util.Locale;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.memory.sql.DatabaseDriver;

/**
 * Every setting by its environment name, with its default and meaning: the one list behind
 * {@link Config}, {@code --help} and the README, which a test compares.
 */
public enum Setting {
    HOST("127.0.0.1", "address to listen on; other than loopback only with API_TOKEN"),
    PORT("8080", "port to listen on; 0 picks a free one and prints it"),
    GROQ_API_KEY("", "required, unless with --offline or a GROQ_BASE_URL of your own"),
    GROQ_BASE_URL(GroqClient.Options.BASE_URL,
            "any OpenAI-compatible server; to a bare origin /openai/v1 is added"),
    GROQ_GENERAL_MODEL(GroqAgent.Options.GENERAL_MODEL,
            "model for messages without an image"),
    GROQ_IMAGE_MODEL(GroqAgent.Options.IMAGE_MODEL,
            "model for messages with an image"),
    GROQ_TIMEOUT("60", "seconds for one chat, over all tries"),
    SYSTEM_PROMPT(GroqAgent.Options.SYSTEM_PROMPT,
            "first message of every prompt; set to nothing, none is sent"),
    AGENT_NAME("vaas", "the agent's name, in the welcome and in logs"),
    AGENT_MEMORY_SIZE("20", "records of history in a prompt, 0, or 2 to 1000"),
    MEMORY_DIR("data", "folder of the memory; run.sh puts the default beside itself"),
    MEMORY_MAX_RECORDS("", "when set, the oldest turns go beyond so many records; from 2"),
    MEMORY_MAX_BYTES("",
            "when set, the oldest turns go beyond so many bytes of the file; from 242"),
    MEMORY_MAX_AGE_DAYS("", "when set, turns go that are older; checked once an hour"),
    RESET_BACKUP_DIR("", "when set, a reset moves the old file there instead of wiping it"),
    MAX_OPEN_SESSIONS("1000",
            "named sessions open at a time, from 1; fewer where heap or open files say so"),
    MAX_SESSIONS("100000", "named sessions on disk, from 1; no more begin"),
    SESSION_IDLE_MINUTES("", "when set, a session in which nobody has spoken for so long is reset;"
            + " a clock that runs ahead wipes by its time"),
    DATABASE_URL("", "when set, the memory is in this PostgreSQL database, which several servers"
            + " may share, such as postgres://user:password@host/name"),
    DATABASE_USER("", "who logs in there, where the URL does not say"),
    DATABASE_PASSWORD("", "of that user, where the URL has none"),
    DATABASE_DRIVER(DatabaseDriver.DEBIAN.toString(), "jar of the JDBC driver"),
    DATABASE_CONNECTIONS("8", "most connections to the database, 1 to 999"),
    DATABASE_TIMEOUT("5", "seconds for a connection, 1 to 60; an answer takes twice that at most"),
    API_TOKEN("", "when set, all but /health, the page and its description want"
            + " 'Authorization: Bearer' with it"),
    ALLOWED_ORIGINS("", "browser origins let in, comma-separated, besides those on loopback"),
    ALLOWED_HOSTS("", "Host names let in, comma-separated, besides loopback names"),
    MAX_BODY_BYTES("20971520", "largest request body, up to 33554432"),
    MAX_CONCURRENT_CHATS("1024", "chats at a time; more get 503"),
    MCP_SERVER("", "when set, the MCP server whose tools are offered too, such as"
            + " http://127.0.0.1:9090/mcp"),
    MCP_TOKEN("", "sent to that server as bearer; over http on loopback only"),
    MCP_TIMEOUT("30", "seconds for one call of a tool there, 1 to 600, and less than the chat has"),
    MCP_TOOLS("", "when set, the server's names of the tools to offer, comma-separated"),
    DISABLE_TOOLS("process_video", "names of tools to leave out, comma-separated"),
    SHUTDOWN_GRACE("10", "seconds that running chats have to finish after SIGTERM"),
    LOG_LEVEL("INFO", "OFF, ERROR, WARNING, INFO, DEBUG or TRACE");

    private final String defaultValue;
    private final String meaning;

    Setting(String defaultValue, String meaning) {
        this.defaultValue = defaultValue;
        this.meaning = meaning;
    }

    /** The value when it is not set; empty if there is none. */
    public String defaultValue() {
        return defaultValue;
    }

    public String meaning() {
        return meaning;
    }

    /** The table that {@code --help} prints, one or two lines a setting. */
    public static String table() {
        StringBuilder table = new StringBuilder();
        for (Setting setting : values()) {
            table.append(String.format(Locale.ROOT, "  %-20s  %s%n", setting, setting.meaning));
            if (!setting.defaultValue.isEmpty()) {
                table.append(String.format(
                        Locale.ROOT, "  %-20s  default: %s%n", "", setting.defaultValue));
            }
        }
        return table.toString();
    }
}
