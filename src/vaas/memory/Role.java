package vaas.memory;

import java.util.Locale;
import java.util.Optional;

/** Who said a message. */
public enum Role {
    /** The person who asks. */
    USER,
    /** The agent that answers. */
    ASSISTANT;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /**
     * The name on the wire and on disk.
     *
     * @return "user" or "assistant"
     */
    public String wireName() {
        return wireName;
    }

    /**
     * Finds a role by its wire name.
     *
     * @param name any text
     * @return the role, or empty if there is none of that name
     */
    public static Optional<Role> ofWireName(String name) {
        for (Role role : values()) {
            if (role.wireName.equals(name)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
