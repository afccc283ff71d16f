package vaas.memory.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;
import vaas.memory.line.RecordLine;

/**
 * The readable records of a memory as a lazy stream; holds one line at a time. A rewrite leaves it
 * the file that it began to read; when a reset comes, it ends.
 */
final class RecordStream extends Spliterators.AbstractSpliterator<MemoryRecord> {
    /** A line up to this size costs nobody much; what is made of it may be some times larger. */
    private static final int FREE_BYTES = 64 << 10;
    private static final int COST_FACTOR = 2;

    private final Current current;
    private final Reading reading;
    private final LineReader lines;
    private final Damage damage;
    private final Budget.Share share;

    private RecordStream(Current current, Reading reading, LineReader lines, Damage damage,
            Budget.Share share) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.current = current;
        this.reading = reading;
        this.lines = lines;
        this.damage = damage;
        this.share = share;
    }

    /** Streams what a file held when it was opened; closing the stream closes the reading. */
    static Stream<MemoryRecord> of(Current current, Reading reading, int lineBytesMax,
            Damage damage, Budget.Share share) {
        LineReader lines = new LineReader(
                reading.handle(), 0, reading.snapshot().end(), lineBytesMax);
        RecordStream records = new RecordStream(current, reading, lines, damage, share);
        return StreamSupport.stream(records, false).onClose(records::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super MemoryRecord> action) {
        try {
            // Asked after the reading: a reset on a full disk empties this very file, and what is
            // read then may be of the next conversation.
            while (lines.next()
                    && current.get().generation() == reading.snapshot().generation()) {
                if (took(action)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean took(Consumer<? super MemoryRecord> action) throws IOException {
        long cost = lines.length() > FREE_BYTES && !lines.isTooLong()
                ? lines.length() * COST_FACTOR : 0;
        share.take(cost);
        try {
            byte[] line = lines.line();
            Optional<MemoryRecord> found = RecordLine.decode(line);
            if (found.isPresent()
                    && current.get().generation() == reading.snapshot().generation()) {
                action.accept(found.get());
                return true;
            } else if (found.isEmpty() && (lines.isTooLong() || !RecordLine.isBlank(line))) {
                damage.met(lines.lineOffset(), lines.length());
            }
            return false;
        } finally {
            share.giveBack(cost);
        }
    }

    private void close() {
        share.close();
        try {
            reading.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
