package vaas.config;

import java.util.Locale;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;

/**
 * Every setting by its environment name, with its default and meaning: the one list behind
 * {@link Config}, {@code --help} and the README, which a test compares.
 */
public enum Setting {
    /** Address to listen on. */
    HOST("127.0.0.1", "address to listen on; other than loopback only with API_TOKEN"),
    /** Port to listen on. */
    PORT("8080", "port to listen on; 0 picks a free one and prints it"),
    /** Key of the model API. */
    GROQ_API_KEY("", "required, unless with --offline or a GROQ_BASE_URL of your own"),
    /** Where the model API is. */
    GROQ_BASE_URL(GroqClient.Options.BASE_URL,
            "any OpenAI-compatible server; to a bare origin /openai/v1 is added"),
    /** Model for text. */
    GROQ_GENERAL_MODEL(GroqAgent.Options.GENERAL_MODEL,
            "model for messages without an image"),
    /** Model for images. */
    GROQ_IMAGE_MODEL(GroqAgent.Options.IMAGE_MODEL,
            "model for messages with an image"),
    /** Deadline of a chat. */
    GROQ_TIMEOUT("60", "seconds for one chat, over all tries"),
    /** First message of every prompt. */
    SYSTEM_PROMPT(GroqAgent.Options.SYSTEM_PROMPT,
            "first message of every prompt; set to nothing, none is sent"),
    /** Name of the agent. */
    AGENT_NAME("vaas", "the agent's name, in the welcome and in logs"),
    /** History in a prompt. */
    AGENT_MEMORY_SIZE("20", "records of history in a prompt, 0 to 1000"),
    /** Folder of the memory. */
    MEMORY_DIR("data", "folder of the memory; run.sh puts the default beside itself"),
    /** Most records. */
    MEMORY_MAX_RECORDS("", "when set, the oldest turns go beyond so many records"),
    /** Most bytes. */
    MEMORY_MAX_BYTES("", "when set, the oldest turns go beyond so many bytes of the file"),
    /** Greatest age. */
    MEMORY_MAX_AGE_DAYS("", "when set, turns go that are older; checked once an hour"),
    /** Folder of backups. */
    RESET_BACKUP_DIR("", "when set, a reset moves the old file there instead of wiping it"),
    /** Token that callers need. */
    API_TOKEN("", "when set, every route but /health wants 'Authorization: Bearer' with it"),
    /** Origins of browsers. */
    ALLOWED_ORIGINS("", "browser origins let in, comma-separated, besides those on loopback"),
    /** Names in the Host header. */
    ALLOWED_HOSTS("", "Host names let in, comma-separated, besides loopback names"),
    /** Largest request body. */
    MAX_BODY_BYTES("20971520", "largest request body, up to 33554432"),
    /** Chats at a time. */
    MAX_CONCURRENT_CHATS("1024", "chats at a time; more get 503"),
    /** Tools left out. */
    DISABLE_TOOLS("", "names of tools to leave out, comma-separated"),
    /** Time to finish. */
    SHUTDOWN_GRACE("10", "seconds that running chats have to finish after SIGTERM"),
    /** What is logged. */
    LOG_LEVEL("INFO", "OFF, ERROR, WARNING, INFO, DEBUG or TRACE");

    private final String defaultValue;
    private final String meaning;

    Setting(String defaultValue, String meaning) {
        this.defaultValue = defaultValue;
        this.meaning = meaning;
    }

    /**
     * The value when it is not set.
     *
     * @return the text, empty if there is none
     */
    public String defaultValue() {
        return defaultValue;
    }

    /**
     * What it is for, in a clause.
     *
     * @return the text
     */
    public String meaning() {
        return meaning;
    }

    /**
     * The table that {@code --help} prints.
     *
     * @return one or two lines a setting
     */
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
