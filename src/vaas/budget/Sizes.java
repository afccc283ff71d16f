package vaas.budget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many, and how large, what clients cost may be: the arithmetic over heap and open files. */
abstract class Sizes {
    private static final int SPARE_FILES = 64;
    private static final int CONNECTIONS_MAX = 10_000;
    private static final int CONNECTION_BYTES = 128 << 10;
    /** Two buffers each way in the JDK's server, its objects, and a virtual thread's stack. */
    private static final int CONNECTION_BUFFER_BYTES = 40 << 10;
    private static final int CONVERSATION_BYTES = 32 << 10;
    private static final int HISTORY_BYTES_MAX = 8 << 20;
    private static final int HEAD_BYTES_MIN = 8 << 10;
    private static final int HEAD_BYTES_MAX = 32 << 10;
    private static final long OPEN_FILES_IF_UNKNOWN = 4096;
    private static final Pattern OPEN_FILES =
            Pattern.compile("Max open files\\s+(\\d+)"); // as Linux prints it

    private final long heapBytes;
    private final long openFiles;

    Sizes(long heapBytes, long openFiles) {
        this.heapBytes = heapBytes;
        this.openFiles = openFiles;
    }

    /** How many files this process may have open, where the system tells. */
    static long openFiles() {
        try {
            Matcher limit = OPEN_FILES.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? Long.parseLong(limit.group(1)) : OPEN_FILES_IF_UNKNOWN;
        } catch (IOException | NumberFormatException e) {
            return OPEN_FILES_IF_UNKNOWN; // not Linux, or without a limit
        }
    }

    /** Connections of clients at a time, at most 10,000. */
    public int connections() {
        long byFiles = (openFiles - SPARE_FILES - openFiles / 8) / 3;
        return (int) Math.max(1,
                Math.min(CONNECTIONS_MAX, Math.min(byFiles, heapBytes / CONNECTION_BYTES)));
    }

    /** Bytes of a request's head, 8 to 32 KiB; the JDK's parser needs up to 3.5 bytes for one. */
    public int headBytes() {
        long each = (heapBytes / 2 / connections() - CONNECTION_BUFFER_BYTES) * 2 / 7;
        return (int) Math.max(HEAD_BYTES_MIN, Math.min(HEAD_BYTES_MAX, each));
    }

    /** Bytes of text that one conversation's window, and so a prompt, holds at most. */
    public long historyBytes() {
        return Math.min(HISTORY_BYTES_MAX, heapBytes / 16);
    }

    /** Longest line of a memory file that is written, and read into the heap. */
    public int lineBytes() {
        return (int) Math.min(Integer.MAX_VALUE / 2, heapBytes / 16);
    }

    /** Conversations that may be open at a time; each has a file and takes some of the heap. */
    public int conversations() {
        return (int) Math.max(1, Math.min(openFiles / 8, heapBytes / CONVERSATION_BYTES));
    }

    /** Tells sizes, for a log line. */
    @Override
    public String toString() {
        return "heap " + heapBytes + ": " + heapBytes / 4 + " bytes to take, " + connections()
                + " connections with heads of " + headBytes() + "; open files " + openFiles
                + ": " + SPARE_FILES + " spare, an eighth for conversations, 3 a connection";
    }
}
