package vaas.agent.groq;

/**
 * What the sentences for a caller call the settings of client and agent, so that each names what
 * its operator can change.
 */
public record SettingNames(String apiKey, String baseUrl, String generalModel, String imageModel,
        String timeout, String disabledTools) {
    /** For a program that has no names to show. */
    static final SettingNames PLAIN = new SettingNames("the key", "the address", "the model",
            "the model for images", "its time", "the list of disabled tools");
}
