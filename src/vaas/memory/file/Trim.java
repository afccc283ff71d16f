package vaas.memory.file;

import java.io.IOException;
import java.time.Instant;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import vaas.memory.Requester;
import vaas.memory.line.MessageIds;

/** Lets the oldest turns of a memory go, as far as its limits are passed, and writes it down. */
final class Trim {
    private final FileContext context;
    private final Journal journal;
    private final MemoryFile file;
    private final Current current;
    private final long start = System.nanoTime();

    Trim(FileContext context, Journal journal, MemoryFile file, Current current) {
        this.context = context;
        this.journal = journal;
        this.file = file;
        this.current = current;
    }

    /**
     * Does it, beside appends; no reset and no other trim may run meanwhile.
     *
     * @param wanted asked again and again; once it says no, the memory stays as it is
     * @return whether anything has gone
     */
    boolean run(BooleanSupplier wanted) throws IOException {
        try (Reading reading = journal.read()) {
            TrimPoint point = TrimPoint.find(reading.handle(), reading.snapshot(),
                    context.limits(), context.clock().instant(), context.lineBytesMax(), wanted);
            return point.offset() > 0 && rewritten(reading, point, wanted);
        }
    }

    // The file's time is that of its newest turn, by which conversations left alone are found.
    private void setTime() throws IOException {
        UUID newest = current.get().newest();
        if (newest != null) {
            context.disk().setModified(
                    file.path(), Instant.ofEpochMilli(MessageIds.millis(newest)));
        }
    }

    private boolean rewritten(Reading reading, TrimPoint point, BooleanSupplier wanted)
            throws IOException {
        Rewrite rewrite = new Rewrite(journal, file, current, reading, point);
        try {
            rewrite.run(wanted);
            setTime();
            return rewrite.outcome().forgot();
        } finally {
            boolean done = rewrite.outcome().forgot();
            context.metrics().retained.add(done ? point.records() : 0);
            context.audit(Audit.What.RETENTION, Requester.SELF, reading.snapshot().generation(),
                    OptionalLong.of(done ? point.records() : 0), done ? point.offset() : 0, start,
                    rewrite.outcome());
        }
    }
}
