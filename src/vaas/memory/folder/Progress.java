package vaas.memory.folder;

import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Tells whoever waits at a terminal how far a long look has come: once a second, in a line that the
 * next one covers, so that of a short look nothing is seen.
 */
final class Progress implements LongConsumer {
    private static final long PAUSE_NANOS = 1_000_000_000;

    private final PrintStream terminal;
    private final LongSupplier nanos;
    private final long total;
    private long done;
    private long told;

    /** Begins, with so many bytes to come. */
    Progress(PrintStream terminal, LongSupplier nanos, long total) {
        this.terminal = terminal;
        this.nanos = nanos;
        this.total = Math.max(1, total);
        this.told = nanos.getAsLong();
    }

    /** So many more bytes are done. */
    @Override
    public void accept(long bytes) {
        done += bytes;
        if (nanos.getAsLong() - told >= PAUSE_NANOS) {
            told = nanos.getAsLong();
            terminal.printf(Locale.ROOT, "%3d %% of %d MB\r", Math.min(100, 100 * done / total),
                    total / 1_000_000);
            terminal.flush();
        }
    }
}
