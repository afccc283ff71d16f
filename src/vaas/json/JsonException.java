package vaas.json;

/** Says why a text is not acceptable JSON, without ever quoting the text. */
public final class JsonException extends Exception {
    private static final long serialVersionUID = 1;

    /**
     * Creates one.
     *
     * @param reason a clause about "it", for example "it is malformed at line 1, column 5"
     */
    public JsonException(String reason) {
        super(reason);
    }
}
