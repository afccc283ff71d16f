package vaas.memory;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;

/** A conversation, or its newer part, in the form in which it can be restored. */
public interface Export extends Closeable {
    /** Bytes that it has. */
    long length();

    /**
     * Writes exactly so many bytes, as they are; the heap does not grow with them.
     *
     * @throws IOException if it can't be written, or read, or a reset has come: it stops short then
     */
    void writeTo(OutputStream out) throws IOException;
}
