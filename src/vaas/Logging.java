package vaas;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import vaas.config.Config.LogLevel;

/**
 * Sets {@code java.util.logging}, which {@link System.Logger} writes to, up for a server: one line
 * an event on standard error. Only the program does this; embedders keep their own logging.
 */
final class Logging {
    private static final String MANAGER = "java.util.logging.manager";
    private static final String FORMAT = "java.util.logging.SimpleFormatter.format";
    private static final String CONFIG_FILE = "java.util.logging.config.file";

    private Logging() {}

    /** Called first of all: the manager reads these properties once. */
    static void prepare() {
        setIfAbsent(MANAGER, UntilTheEnd.class.getName());
        setIfAbsent(FORMAT, "%1$tFT%1$tT.%1$tL%1$tz %4$-7s %3$s: %5$s%6$s%n");
    }

    /** Sets the level of our own loggers, unless the operator configures logging with a file. */
    static void level(LogLevel level) {
        if (System.getProperty(CONFIG_FILE) != null) {
            return;
        }
        // Both kinds of levels have the same numbers.
        int severity = System.Logger.Level.valueOf(level.name()).getSeverity();
        OwnLogger.VAAS.setLevel(Level.parse(Integer.toString(severity)));
        for (Handler handler : Logger.getLogger("").getHandlers()) {
            handler.setLevel(Level.ALL); // the loggers decide
        }
    }

    private static void setIfAbsent(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Held strongly, or its level would be lost; in a class of its own, to load after prepare. */
    private static final class OwnLogger {
        static final Logger VAAS = Logger.getLogger("vaas");
    }

    /**
     * A manager that logs until the process ends. The JDK's own drops its handlers in a shutdown
     * hook that runs beside ours, while the last chats are still being finished.
     */
    public static final class UntilTheEnd extends LogManager {
        /** For the log manager's loader. */
        public UntilTheEnd() {}

        @Override
        public void reset() {
            // only ever called at start, when there is nothing to reset, and by that hook
        }
    }
}
