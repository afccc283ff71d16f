package vaas.json;

import java.io.IOException;

/** Says why a text is not acceptable JSON, without ever quoting the text. */
public final class JsonException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean otherValue;

    /** With a clause about "it", for example "it is malformed at line 1, column 5". */
    public JsonException(String reason) {
        this(reason, false);
    }

    JsonException(String reason, boolean otherValue) {
        super(reason);
        this.otherValue = otherValue;
    }

    /** Whether the text is acceptable JSON, but not an object. */
    public boolean isOtherValue() {
        return otherValue;
    }
}
