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
 * The readable records of a memory as a lazy stream, until a reset; holds one line at a time.
 */
final class RecordStream extends Spliterators.AbstractSpliterator<MemoryRecord> {
    private final Journal journal;
    private final long generation;
    private final LineReader lines;

    private RecordStream(Journal journal, Journal.Reading reading) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.journal = journal;
        this.generation = reading.view().generation();
        this.lines = new LineReader(reading.reader(), 0, reading.view().end());
    }

    /** Streams what is remembered now; closing the stream closes the file. */
    static Stream<MemoryRecord> of(Journal journal) throws IOException {
        Journal.Reading reading = journal.read();
        return StreamSupport.stream(new RecordStream(journal, reading), false)
                .onClose(() -> unchecked(reading.reader()));
    }

    @Override
    public boolean tryAdvance(Consumer<? super MemoryRecord> action) {
        try {
            // Asked after the reading: a reset on a full disk empties this very file, and what is
            // read then may be of the next conversation.
            while (lines.next() && journal.view().generation() == generation) {
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

    private static void unchecked(Disk.Handle reader) {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
