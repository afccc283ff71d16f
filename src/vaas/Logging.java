package vaas;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import vaas.config.Config.LogLevel;

/**
 * Sets {@code java.util.logging}, which {@link System.Logger} writes to, up for a server: one line
 * an event on standard error, the same in every language, which holds nobody up. Only the program
 * does this; embedders keep their own logging.
 */
final class Logging {
    private static final String MANAGER = "java.util.logging.manager";
    private static final String FORMAT = "java.util.logging.SimpleFormatter.format";
    private static final String CONFIG_FILE = "java.util.logging.config.file";

    private Logging() {}

    /** Called first of all: the manager reads this property, and handlers the stream, once. */
    static void prepare() {
        Locale.setDefault(Locale.ROOT); // of numbers in messages, and of the JDK's own words
        if (System.getProperty(MANAGER) == null) {
            System.setProperty(MANAGER, UntilTheEnd.class.getName());
        }
        System.setErr(new PrintStream(StandardError.QUEUE, true, StandardCharsets.UTF_8));
        Runtime.getRuntime().addShutdownHook(new Thread(Logging::drain, "vaas-log-end"));
    }

    /** Sets the level of our own loggers, unless the operator configures logging with a file. */
    static void level(LogLevel level) {
        if (!isOwn()) {
            return;
        }
        // Both kinds of levels have the same numbers.
        int severity = System.Logger.Level.valueOf(level.name()).getSeverity();
        OwnLogger.VAAS.setLevel(Level.parse(Integer.toString(severity)));
        OwnLogger.DRIVER.setLevel(Level.OFF); // it quotes rows
        Logger root = Logger.getLogger("");
        for (Handler handler : root.getHandlers()) {
            root.removeHandler(handler);
        }
        Handler lines = new LineHandler();
        lines.setLevel(Level.ALL); // the loggers decide
        lines.setFilter(record -> !Rehearsal.isHere());
        lines.setFormatter(System.getProperty(FORMAT) == null
                ? new LineFormatter() : new SimpleFormatter());
        root.addHandler(lines);
    }

    static boolean isOwn() {
        return System.getProperty(CONFIG_FILE) == null;
    }

    /** Waits a moment for what has been logged to be written; the process may end then. */
    static void drain() {
        StandardError.QUEUE.drain();
    }

    /** Log lines that found no place, because nobody read the ones before. */
    static long droppedLines() {
        return StandardError.QUEUE.dropped();
    }

    /** In a class of its own, to be made from the stream that the process was started with. */
    private static final class StandardError {
        static final LogQueue QUEUE = LogQueue.to(System.err);
    }

    /** The JDK's own formats under a lock, behind which all threads stood in a long line. */
    private static final class LineHandler extends Handler {
        @Override
        public void publish(LogRecord record) {
            if (isLoggable(record)) {
                StandardError.QUEUE.line(
                        getFormatter().format(record).getBytes(StandardCharsets.UTF_8));
            }
        }

        @Override
        public void flush() {
            // nothing is kept back
        }

        @Override
        public void close() {
            // it logs until the process ends
        }
    }

    /** Levels by the words of the setting, and no stack traces. */
    private static final class LineFormatter extends Formatter {
        private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                "uuuu-MM-dd'T'HH:mm:ss.SSSxx ", Locale.ROOT).withZone(ZoneId.systemDefault());
        private static final int WORD_CHARS = 8; // of the longest, and a blank

        @Override
        public String format(LogRecord record) {
            String word = word(record.getLevel()).name();
            return TIME.format(record.getInstant()) + word + " ".repeat(WORD_CHARS - word.length())
                    + record.getLoggerName() + ": " + formatMessage(record)
                    + (record.getThrown() == null ? "" : ", " + record.getThrown())
                    + System.lineSeparator();
        }

        private static LogLevel word(Level level) {
            for (LogLevel word : LogLevel.values()) { // from the highest down
                if (level.intValue() >= System.Logger.Level.valueOf(word.name()).getSeverity()) {
                    return word;
                }
            }
            return LogLevel.TRACE;
        }
    }

    /** Held strongly, or its level would be lost; in a class of its own, to load after prepare. */
    private static final class OwnLogger {
        static final Logger VAAS = Logger.getLogger("vaas");
        static final Logger DRIVER = Logger.getLogger("org.postgresql");
    }

    /**
     * A manager that logs until the process ends. The JDK's own drops its handlers in a shutdown
     * hook that runs beside ours, while the last chats are still being finished.
     */
    public static final class UntilTheEnd extends LogManager {
        @Override
        public void reset() {
            // only ever called at start, when there is nothing to reset, and by that hook
        }
    }
}
