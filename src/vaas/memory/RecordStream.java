package vaas.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * The readable records of a memory as a lazy stream; holds one line at a time. When a rewrite
 * replaces the file meanwhile, it goes on in the new one; when a reset does, it ends.
 */
final class RecordStream extends Spliterators.AbstractSpliterator<MemoryRecord> {
    private final Journal journal;
    private final long generation;
    private final long end; // as an offset that stays the same: with the view's base
    private Journal.Reading reading;
    private LineReader lines;

    private RecordStream(Journal journal) throws IOException {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.journal = journal;
        this.reading = journal.read();
        View view = reading.view();
        this.generation = view.generation();
        this.end = view.base() + view.end();
        this.lines = new LineReader(reading.reader(), 0, view.end());
    }

    /** Streams what is remembered now; to be closed. */
    static Stream<MemoryRecord> of(Journal journal) throws IOException {
        RecordStream records = new RecordStream(journal);
        return StreamSupport.stream(records, false).onClose(records::close);
    }

    @Override
    public boolean tryAdvance(Consumer<? super MemoryRecord> action) {
        try {
            // Asked after the reading: a reset on a full disk empties this very file, and what is
            // read then may be of the next conversation.
            while ((lines.next() || goOnInNewFile())
                    && journal.view().generation() == generation) {
                Optional<MemoryRecord> found = RecordLine.decode(lines.line());
                if (found.isPresent()) {
                    action.accept(found.get());
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // The old file has been wiped under us: the line that could not be read begins at lineOffset.
    private boolean goOnInNewFile() throws IOException {
        long position = reading.view().base() + lines.lineOffset();
        while (position < end && journal.view().epoch() != reading.view().epoch()) {
            Journal.Reading next = journal.read();
            reading.reader().close();
            reading = next;
            if (next.view().generation() != generation) {
                return false;
            }
            long base = next.view().base();
            lines = new LineReader(next.reader(), Math.max(position, base) - base, end - base);
            if (lines.next()) {
                return true;
            }
        }
        return false;
    }

    private void close() {
        try {
            reading.reader().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
