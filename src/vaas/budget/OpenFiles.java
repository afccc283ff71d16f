package vaas.budget;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How many files this process may have open, where the system tells. */
final class OpenFiles {
    private static final long IF_UNKNOWN = 4096;
    private static final Pattern LIMIT =
            Pattern.compile("Max open files\\s+(\\d+)"); // as Linux prints it

    private OpenFiles() {}

    static long max() {
        try {
            Matcher limit = LIMIT.matcher(Files.readString(Path.of("/proc/self/limits")));
            return limit.find() ? Long.parseLong(limit.group(1)) : IF_UNKNOWN;
        } catch (IOException | NumberFormatException e) {
            return IF_UNKNOWN; // not Linux, or without a limit
        }
    }
}
