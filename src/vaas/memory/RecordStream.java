package vaas.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.function.Consumer;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The readable records of a file as a lazy stream; holds one line at a time. */
final class RecordStream extends Spliterators.AbstractSpliterator<MemoryRecord> {
    private final LineReader lines;

    private RecordStream(LineReader lines) {
        super(Long.MAX_VALUE, Spliterator.ORDERED | Spliterator.NONNULL | Spliterator.IMMUTABLE);
        this.lines = lines;
    }

    /** Streams up to an offset; closing the stream closes the reader. */
    static Stream<MemoryRecord> of(Disk.Handle reader, long end) {
        return StreamSupport.stream(new RecordStream(new LineReader(reader, 0, end)), false)
                .onClose(() -> unchecked(reader));
    }

    @Override
    public boolean tryAdvance(Consumer<? super MemoryRecord> action) {
        try {
            while (lines.next()) {
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
