package vaas.agent;

import java.io.IOException;

/** Nobody reads the answer any more, so that the chat is to end without one. */
public final class ReaderLeftException extends IOException {
    private static final long serialVersionUID = 1;

    ReaderLeftException(Exception cause) {
        super("the reader has left", cause);
    }
}
