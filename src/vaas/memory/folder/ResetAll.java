package vaas.memory.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import vaas.disk.Closeables;
import vaas.disk.Disk;
import vaas.memory.Conversations;
import vaas.memory.Receipt;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.memory.file.Backup;
import vaas.memory.file.ClosedFile;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;
import vaas.memory.file.Suspension;

/**
 * One reset of all conversations, from top to bottom in {@link #run}: the shared one, then all
 * others at once, by a rename of their folder, whose files are then wiped one by one; with backups
 * the folder is kept as it is. Of a folder that can't be renamed (a mount point, a link), each is
 * reset by itself.
 */
final class ResetAll {
    private static final System.Logger LOG = System.getLogger(ResetAll.class.getName());

    private final FileContext context;
    private final Path home;
    private final Path folder;
    private final Sessions sessions;
    private final Disk disk;

    private boolean renamed; // the folder, or there was none
    private Path backup; // what the folder has become; null unless it is to be kept
    private long conversations; // that held something
    private long bytes;
    private OptionalLong records = OptionalLong.of(0); // empty once some could not be counted
    private IOException failure; // the first one, with the others in it
    private Audit.Outcome outcome = Audit.Outcome.OK;

    ResetAll(FileContext context, Path home, Sessions sessions) {
        this.context = context;
        this.home = home;
        this.folder = home.resolve(SessionFiles.FOLDER);
        this.sessions = sessions;
        this.disk = context.disk();
    }

    Conversations.Total run(FileMemory shared, Requester by) throws IOException {
        long start = System.nanoTime();
        attempt(Audit.Outcome.FAILED, () -> reset(shared));
        attempt(Audit.Outcome.FAILED, this::forgetNamed);
        if (!renamed) {
            attempt(Audit.Outcome.FAILED, this::resetEach);
        }
        if (backup != null) {
            attempt(Audit.Outcome.FAILED, () -> files(backup, this::count));
        }
        attempt(Audit.Outcome.NOT_WIPED, this::wipeOld); // also of one that failed
        context.audit().write(new Audit.Entry(Audit.What.RESET_ALL, by, null, conversations,
                records, bytes, (System.nanoTime() - start) / 1_000_000, outcome));
        if (failure != null) {
            throw failure;
        }
        return new Conversations.Total(conversations, records, bytes);
    }

    /** What a crash has left of a reset of all is wiped; throws if it can't be. */
    void wipeLeftovers() throws IOException {
        wipeOld();
        if (conversations > 0) {
            LOG.log(System.Logger.Level.WARNING, "{0}: wiped what was left of a reset of all",
                    home);
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void wipeOld() throws IOException {
        for (Path name : disk.list(home)) {
            if (isLeftover(name) && disk.isFolder(name)) {
                wipe(name);
            }
        }
    }

    static boolean isLeftover(Path name) {
        return name.getFileName().toString().startsWith(SessionFiles.FOLDER + ".old");
    }

    private void forgetNamed() throws IOException {
        List<Suspension> suspended = new ArrayList<>();
        try {
            sessions.gate.writeLock().lock(); // nothing is opened from here
            try {
                for (FileMemory memory : sessions.open()) {
                    suspended.add(memory.suspend());
                }
                suspended.forEach(Suspension::begin); // nor read or appended to
                try {
                    // Where there is no folder, a reset before has renamed it.
                    renamed = !disk.isFolder(folder) || rename();
                    suspended.stream().filter(it -> renamed || !it.isStored())
                            .forEach(Suspension::forget);
                    if (renamed) {
                        sessions.forgotten();
                    }
                } finally {
                    suspended.forEach(Suspension::resume);
                }
            } finally {
                sessions.gate.writeLock().unlock();
            }
            makeDurable(suspended);
        } finally {
            Closeables.all(suspended.toArray(Closeable[]::new));
        }
    }

    private boolean rename() throws IOException {
        if (disk.isLink(folder)) {
            return false;
        }
        Path to = context.backups().isPresent()
                ? Backup.path(disk, context.backups().get(), SessionFiles.FOLDER,
                        context.clock().instant(), 1, "")
                : free(home.resolve(SessionFiles.FOLDER + ".old"));
        try {
            disk.move(folder, to); // THE COMMIT POINT
        } catch (IOException e) { // a mount point, perhaps
            LOG.log(System.Logger.Level.WARNING, "each is reset by itself: {0}", e.toString());
            return false;
        }
        backup = context.backups().isPresent() ? to : null;
        return true;
    }

    private Path free(Path wanted) throws IOException {
        Path name = wanted;
        for (int i = 2; disk.exists(name); i++) {
            name = wanted.resolveSibling(wanted.getFileName() + "-" + i);
        }
        return name;
    }

    private void makeDurable(List<Suspension> suspended) throws IOException {
        try {
            disk.syncFolder(home);
            if (backup != null) {
                disk.syncFolder(context.backups().get());
                for (Suspension each : suspended) {
                    each.dropUnsynced();
                }
            }
        } catch (IOException e) {
            suspended.forEach(each -> each.refuseWrites(e));
            outcome = Audit.Outcome.NOT_DURABLE;
            throw e;
        }
    }

    private void resetEach() throws IOException {
        files(folder, file -> {
            Optional<String> conversation = SessionFiles.conversation(disk, file);
            if (conversation.isPresent()) {
                try (Session.Lease lease = sessions.use(conversation.get())) {
                    reset(lease.memory());
                }
            }
        });
    }

    /** What is done with each file. */
    private interface Action {
        void take(Path file) throws IOException;
    }

    /** Does it with all, whatever becomes of one. */
    private void files(Path root, Action action) throws IOException {
        SessionList list = new SessionList(disk, root);
        for (Path sub : list.folders()) {
            attempt(Audit.Outcome.NOT_WIPED, () -> {
                for (Path file : list.files(sub)) {
                    attempt(Audit.Outcome.NOT_WIPED, () -> action.take(file));
                }
            });
        }
    }

    private void wipe(Path root) throws IOException {
        files(root, file -> {
            if (isOurs(file)) {
                count(file);
                disk.wipe(file);
            } else {
                giveBack(root, file);
            }
        });
        for (Path name : disk.list(root)) {
            if (disk.isFolder(name)) {
                attempt(Audit.Outcome.NOT_WIPED, () -> disk.delete(name));
            } else {
                attempt(Audit.Outcome.NOT_WIPED, () -> giveBack(root, name));
            }
        }
        disk.delete(root);
        disk.syncFolder(home);
    }

    private boolean isOurs(Path file) {
        String name = file.getFileName().toString();
        return disk.isFile(file) && SessionFiles.conversation(name.endsWith(".new")
                ? file.resolveSibling(name.substring(0, name.length() - 4)) : file).isPresent();
    }

    // Somebody put it there; it is no conversation.
    private void giveBack(Path root, Path file) throws IOException {
        Path to = folder.resolve(root.relativize(file));
        disk.createFolder(to.getParent());
        disk.move(file, free(to));
    }

    private void count(Path file) throws IOException {
        long length = disk.state(file).map(Disk.FileState::length).orElse(0L);
        if (length > 0 && SessionFiles.conversation(disk, file).isPresent()) {
            add(ClosedFile.records(disk, file), length);
        }
    }

    private void reset(FileMemory memory) throws IOException {
        Receipt receipt = memory.reset(Audit.What.RESET_ALL, Requester.SELF, null).orElseThrow();
        if (receipt.bytesRemoved() > 0) {
            add(receipt.recordsRemoved(), receipt.bytesRemoved());
        }
    }

    private void add(OptionalLong found, long length) {
        conversations++;
        bytes += length;
        records = found.isPresent() && records.isPresent()
                ? OptionalLong.of(records.getAsLong() + found.getAsLong()) : OptionalLong.empty();
    }

    /** A part, which does not stop the rest. */
    private void attempt(Audit.Outcome ifItFails, Closeable part) {
        try {
            part.close();
        } catch (IOException e) {
            outcome = outcome == Audit.Outcome.OK ? ifItFails : outcome;
            if (failure == null) {
                failure = e;
            } else {
                failure.addSuppressed(e);
            }
        }
    }
}
