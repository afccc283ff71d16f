package vaas.memory.file;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.memory.Receipt;
import vaas.memory.Requester;

/**
 * One reset, from top to bottom in {@link #run}: an empty file takes the place of the old one, or,
 * where a file need not last, its name is removed; the old one is then wiped, or kept as a backup
 * where the operator wants that.
 *
 * <p>A disk that has no room for even an empty file can't stop it, nor a name that can't be renamed
 * over or removed (a mount point): the file is then cut in place, which needs no room and is one
 * step of the file system too.
 */
final class Reset {
    private static final System.Logger LOG = System.getLogger(Reset.class.getName());

    private final FileContext context;
    private final Journal journal;
    private final MemoryFile file;
    private final Current current;

    private boolean noRoom; // for the empty file that is needed
    private Backup backup; // null if none is wanted
    private FileVersion old; // null before the commit point, and if the file was cut in place
    private Snapshot forgotten; // null before the commit point
    private OptionalLong records = OptionalLong.empty();
    private Audit.Outcome outcome = Audit.Outcome.FAILED;

    Reset(FileContext context, Journal journal, MemoryFile file, Current current) {
        this.context = context;
        this.journal = journal;
        this.file = file;
        this.current = current;
    }

    /**
     * Empties the memory, and writes it down.
     *
     * @param tags that the present one has to be among; null for any
     * @return what was removed; empty if it has another tag, and nothing has changed
     */
    Optional<Receipt> run(Audit.What what, Requester by, Set<String> tags) throws IOException {
        long start = System.nanoTime();
        boolean refused = false;
        try {
            Optional<Receipt> receipt = run(tags);
            refused = receipt.isEmpty();
            return receipt;
        } finally {
            context.metrics().reset(start);
            if (!refused && what != Audit.What.RESET_ALL) {
                Receipt told = receipt();
                context.audit(what, by, told.generation(), told.recordsRemoved(),
                        told.bytesRemoved(), start, outcome);
            }
        }
    }

    private Optional<Receipt> run(Set<String> tags) throws IOException {
        Disk.Handle empty = emptyFile(); // while nobody waits
        journal.beginCommit(); // no sync and no other replacement from here
        try {
            journal.health().requireOpen();
            if (tags != null && !tags.contains(current.get().tag())) {
                discard(empty);
                return Optional.empty();
            }
            prepare(empty);
            forgotten = journal.forget(() -> commit(empty)); // THE COMMIT POINT
            outcome = Audit.Outcome.NOT_DURABLE;
            makeDurable();
        } catch (IOException | RuntimeException e) {
            undo(empty, e);
            throw e;
        } finally {
            journal.endCommit();
        }
        outcome = Audit.Outcome.NOT_WIPED;
        wipe(); // frees the blocks, and nobody waits
        outcome = Audit.Outcome.OK;
        return Optional.of(receipt());
    }

    /** What has become of it, also after a failure: what was forgotten is told all the same. */
    Receipt receipt() {
        return new Receipt(forgotten == null ? OptionalLong.of(0) : records,
                forgotten == null ? 0 : forgotten.end(),
                forgotten == null ? current.get().generation() : forgotten.generation() + 1,
                Optional.ofNullable(backup).map(Backup::name));
    }

    Audit.Outcome outcome() {
        return outcome;
    }

    /** Null if none is needed, or the disk has no room for one. */
    private Disk.Handle emptyFile() {
        Disk.Handle empty = null;
        if (!file.lasts()) {
            return null;
        }
        try {
            empty = file.newFile().create();
            empty.sync();
            return empty;
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: no room for a new file: {1}", file.path(),
                    e.toString());
            discard(empty);
            noRoom = true;
            return null;
        }
    }

    private void prepare(Disk.Handle empty) throws IOException {
        if (context.backups().isPresent() && file.isPresent()) {
            if (noRoom) {
                throw new IOException("no room for a new file, and the old one is to be kept");
            }
            file.requireInPlace();
            backup = Backup.next(context.disk(), file.path(), context.backups().get(),
                    context.clock().instant(), current.get().generation() + 1);
            backup.link();
        } else if (noRoom) {
            count(); // once it has been cut in place, nobody can
        }
    }

    private void commit(Disk.Handle empty) throws IOException {
        if (backup != null) {
            backup.moveUnlessLinked();
            replace(empty);
        } else if (noRoom) {
            file.cutInPlace();
        } else {
            replaceOrTruncate(empty);
        }
    }

    private void replace(Disk.Handle empty) throws IOException {
        old = file.lasts() ? file.replaceBy(empty, 0) : file.remove();
    }

    private void replaceOrTruncate(Disk.Handle empty) throws IOException {
        try {
            replace(empty);
        } catch (IOException e) {
            Closeables.after(e, () -> file.cutInPlace());
            if (e.getSuppressed().length > 0) {
                throw e;
            }
            discard(empty);
        }
    }

    private void makeDurable() throws IOException {
        if (backup != null) { // first: where it was moved, it may now be nowhere else
            backup.makeDurable();
        }
        if (old == null) {
            file.sync();
        } else if (old.handle() != NoFile.INSTANCE // and its folder has not gone with the name
                && context.disk().isFolder(file.path().getParent())) {
            file.syncFolder();
        }
    }

    private void undo(Disk.Handle empty, Exception failure) {
        if (forgotten == null) {
            discard(empty);
            Closeables.after(failure, backup == null ? null : backup::undo);
        } else { // a crash might bring the old name back, so nothing must be left behind it
            journal.refuseWrites(failure);
            Closeables.after(failure, this::wipe);
        }
    }

    private void wipe() throws IOException {
        if (old == null) {
            file.replaced().wipeNow();
        } else if (backup == null) {
            count();
            file.replaced().add(old);
            file.replaced().wipeNow();
        } else {
            count();
            // Turns that could not be synced, nor cut off, have been told that they are not kept.
            Disk.Handle kept = old.handle();
            Closeables.all(() -> kept.truncate(forgotten.end()), kept::sync, old::keep,
                    file.replaced()::wipeNow);
        }
    }

    // What has been counted is known; else the old file tells, at the speed of the disk.
    private void count() {
        Snapshot counted = forgotten == null ? current.get() : forgotten;
        records = counted.tally().known();
        try {
            if (records.isEmpty() && old != null) {
                records = OptionalLong.of(LineCounter.records(old.handle(), counted.end()));
            } else if (records.isEmpty()) {
                try (Reading reading = journal.read()) {
                    records = OptionalLong.of(
                            LineCounter.records(reading.handle(), counted.end()));
                }
            }
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "{0}: what is removed could not be counted: {1}",
                    file.path(), e.toString());
        }
    }

    private void discard(Disk.Handle empty) {
        if (!file.lasts()) {
            return;
        }
        try {
            file.newFile().discard(empty);
        } catch (IOException e) { // it is empty, and the next start removes it
            LOG.log(System.Logger.Level.DEBUG, "{0}: {1}", file.path(), e.toString());
        }
    }
}
