package vaas.memory.file;

import java.io.IOException;
import java.util.function.BooleanSupplier;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/**
 * One rewrite, from top to bottom in {@link #run}: a file's own newer part takes its place. It is
 * copied beside ongoing appends and put in place by one rename; nothing of the old file is left
 * once nobody reads it any more.
 */
final class Rewrite {
    private final Journal journal;
    private final MemoryFile file;
    private final Current current;
    private final Reading source;
    private final TrimPoint trim;
    private FileVersion old; // null before the commit point
    private Audit.Outcome outcome = Audit.Outcome.FAILED;
    private long copied; // offset in the old file up to which it has been copied

    /**
     * Prepares one.
     *
     * @param source the file in which the point was found; closed once all is done
     */
    Rewrite(Journal journal, MemoryFile file, Current current, Reading source, TrimPoint trim) {
        this.journal = journal;
        this.file = file;
        this.current = current;
        this.source = source;
        this.trim = trim;
        this.copied = trim.offset();
    }

    /**
     * Drops the beginning of the file.
     *
     * @param wanted asked again and again while copying
     * @throws IOException if the disk refuses; {@link #outcome} tells whether before or after the
     *     commit point
     */
    void run(BooleanSupplier wanted) throws IOException {
        Disk.Handle rest = file.newFile().create();
        try {
            boolean goesOn = copy(rest, source.snapshot().end(), wanted)
                    && wanted.getAsBoolean(); // a sync may take as long as the copy
            if (!goesOn || !swap(rest)) {
                outcome = Audit.Outcome.GIVEN_UP;
                file.newFile().discard(rest);
                return;
            }
        } catch (IOException | RuntimeException e) {
            if (old == null) {
                Closeables.after(e, () -> file.newFile().discard(rest));
            } // else a crash may bring the old file back, whose newer part is still needed
            throw e;
        }
        outcome = Audit.Outcome.NOT_WIPED;
        Closeables.all(source, () -> file.replaced().wipeBehindReaders(old));
        outcome = Audit.Outcome.OK;
    }

    /** What has become of it, also after a failure. */
    Audit.Outcome outcome() {
        return outcome;
    }

    private boolean swap(Disk.Handle rest) throws IOException {
        rest.sync(); // the bulk of it, while nobody waits
        journal.beginCommit(); // no sync and no reset from here
        try {
            journal.health().requireOpen();
            if (current.get().fileVersion() != source.snapshot().fileVersion()) {
                return false;
            }
            copy(rest, current.get().end(), () -> true); // what has become durable since
            rest.sync();
            journal.drop(trim.offset(), trim.records(), () -> // THE COMMIT POINT
                    old = file.replaceBy(rest, copied - trim.offset()));
            outcome = Audit.Outcome.NOT_DURABLE;
            makeDurable();
            return true;
        } finally {
            journal.endCommit();
        }
    }

    private void makeDurable() throws IOException {
        try {
            file.syncFolder();
        } catch (IOException e) {
            file.replaced().add(old);
            journal.refuseWrites(e);
            throw e;
        }
    }

    private boolean copy(Disk.Handle rest, long to, BooleanSupplier wanted) throws IOException {
        boolean done = FileCopy.copy(
                source.handle(), copied, to, rest, copied - trim.offset(), wanted);
        copied = done ? to : copied;
        return done;
    }
}
