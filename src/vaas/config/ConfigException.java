package vaas.config;

import java.util.List;

/** Says what is wrong with the settings: all faults at once, each beginning with its name. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;

    private final transient List<String> faults;

    ConfigException(List<String> faults) {
        super(String.join("; ", faults));
        this.faults = List.copyOf(faults);
    }

    /** At least one fault, a sentence each; none quotes a secret. */
    public List<String> faults() {
        return faults;
    }
}
