package vaas.memory.folder;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.disk.FileDisk;
import vaas.disk.FolderLock;
import vaas.memory.Conversations;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.memory.file.Restorer;
import vaas.memory.file.Verifier;

/** What can be done with a folder of conversations while no server has it. */
public final class Maintenance {
    private static final int PHRASE_BYTES_MAX = 64 << 10;

    private final Path folder;
    private final Optional<Path> backups;
    private final PrintStream out;
    private final Disk disk = new FileDisk();
    private final int lineBytesMax = Budget.ofThisProcess().lineBytes();
    private PrintStream terminal = silent();

    /** Prepares it; backups are where resets put old files, and out never gets any content. */
    public Maintenance(Path folder, Optional<Path> backups, PrintStream out) {
        this.folder = folder;
        this.backups = backups;
        this.out = out;
    }

    /** Whether a conversation is seen in a folder, which need not be there, nor be readable. */
    public static boolean holdsAny(Path folder) {
        Disk disk = new FileDisk();
        try {
            return disk.state(folder.resolve(MemoryFolder.SHARED_FILE))
                    .map(Disk.FileState::length).orElse(0L) > 0
                    || !new SessionList(disk, folder.resolve(SessionFiles.FOLDER))
                            .list(null, 1, Optional.empty()).conversations().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** Has whoever waits at a terminal told how far it has come. */
    public Maintenance progress(PrintStream waited) {
        this.terminal = waited;
        return this;
    }

    /**
     * Checks all conversations, changing nothing; of the named ones it tells the sum, and those
     * alone in which something is wrong.
     *
     * @return whether all is well
     * @throws IOException if the folder is in use, or can't be read
     */
    public boolean verify() throws IOException {
        requireFolder();
        Closeable ownership = FolderLock.takeToLook(folder, out::println);
        try (ownership) {
            long problems = leftovers();
            Path file = folder.resolve(MemoryFolder.SHARED_FILE);
            if (disk.state(file).isPresent()) {
                problems += verify(file, out).problems();
            } else {
                out.println(MemoryFolder.SHARED_FILE + ": there is none yet");
            }
            return isWell(problems + verifySessions());
        }
    }

    private long leftovers() throws IOException {
        long problems = 0;
        for (Path name : disk.list(folder)) {
            if (name.getFileName().toString().equals(MemoryFolder.SHARED_FILE + ".new")
                    || ResetAll.isLeftover(name)) {
                out.println(name.getFileName() + " is left over from a crash; the next start"
                        + " removes it");
                problems++;
            }
        }
        return problems;
    }

    private long verifySessions() throws IOException {
        SessionList sessions = new SessionList(disk, folder.resolve(SessionFiles.FOLDER));
        long conversations = 0;
        long records = 0;
        long problems = 0;
        for (Path sub : sessions.folders()) {
            for (Path file : sessions.files(sub)) {
                Optional<String> conversation = SessionFiles.conversation(disk, file);
                if (conversation.isEmpty()) {
                    out.println(folder.relativize(file) + ": no conversation; left alone");
                    continue;
                }
                ByteArrayOutputStream told = new ByteArrayOutputStream();
                Verifier.Findings found = verify(
                        file, new PrintStream(told, true, StandardCharsets.UTF_8));
                if (found.problems() > 0) {
                    out.print("session " + conversation.get() + ":\n" + told);
                }
                conversations++;
                records += found.records();
                problems += found.problems();
            }
        }
        if (conversations > 0) {
            out.println(conversations + " named conversations, " + records + " records");
        }
        return problems;
    }

    /**
     * Checks one file, such as a backup, as {@link #verify()} does the memory.
     *
     * @throws IOException if it is the memory of a folder in use, or can't be read
     */
    public boolean verify(String name) throws IOException {
        Path file = path(name);
        Closeable ownership = FolderLock.takeToLook(file.getParent(), out::println);
        try (ownership) {
            return isWell(verify(file, out).problems());
        }
    }

    /**
     * Tells whether a phrase is found in any file, backups included, as a person would see it:
     * however letters are composed or escaped.
     *
     * @param phrase of 1 to 65,536 bytes; comes by a stream, so that it leaves no trace elsewhere
     * @return whether it was found
     * @throws IOException if the phrase is no UTF-8, the folder is in use, or a file can't be read
     */
    public boolean contains(InputStream phrase) throws IOException {
        requireFolder();
        String text = phrase(phrase);
        List<Path> folders = new ArrayList<>(List.of(folder));
        backups.ifPresent(folders::add); // a folder that is missing is trouble
        Closeable ownership = FolderLock.takeToLook(folder, out::println);
        try (ownership) {
            Set<Path> files = PhraseSearch.files(folders);
            long bytes = 0;
            for (Path file : files) {
                bytes += Files.size(file);
            }
            return PhraseSearch.search(disk, files, text, out, progress(bytes));
        }
    }

    /**
     * Tells the same of conversations that are not in a folder.
     *
     * @throws IOException if the phrase is no UTF-8, or they can't be read
     */
    public static boolean contains(InputStream phrase, Conversations in, PrintStream out)
            throws IOException {
        return PhraseSearch.search(in, phrase(phrase), out);
    }

    /**
     * Brings a backup back into an empty memory, as a start would leave it: an unfinished turn at
     * its end is cut, damaged lines stay, and both are told. Leaves a line in the audit.
     *
     * @param backup a whole file, as a reset with backups leaves it; it stays
     * @param conversation whose memory it becomes
     * @throws IOException if the folder is in use, the memory not empty, there is no record in the
     *     backup, or the disk refuses; the memory is unchanged then
     */
    public void restore(String backup, String conversation) throws IOException {
        boolean shared = conversation.equals(Conversations.SHARED);
        if (!shared && !Conversations.NAME.matcher(conversation).matches()) {
            throw new IOException("that can't be the name of a session");
        }
        Path source = path(backup);
        Path file = shared ? folder.resolve(MemoryFolder.SHARED_FILE)
                : SessionFiles.path(folder.resolve(SessionFiles.FOLDER), conversation);
        long start = System.nanoTime();
        disk.createFolder(folder);
        Closeable ownership = disk.lock(folder);
        try (ownership) {
            long records = 0;
            long bytes = 0;
            Audit.Outcome outcome = Audit.Outcome.FAILED;
            Verifier.Findings found;
            try {
                found = verify(source, silent());
                if (found.records() == 0 && found.problems() > 0) {
                    throw new IOException(backup + " is not restored: " + found.first().get(0)
                            + ", and there is no record in it");
                }
                disk.createFolder(file.getParent());
                bytes = Restorer.restore(disk, file, source,
                        lineBytesMax, progress(Files.size(source)));
                records = found.records();
                outcome = Audit.Outcome.OK;
            } finally {
                new AuditLog(disk, folder, Clock.systemUTC()).write(new Audit.Entry(
                        Audit.What.RESTORE, Requester.SELF, shared ? null : conversation, 0,
                        OptionalLong.of(records), bytes,
                        (System.nanoTime() - start) / 1_000_000, outcome));
            }
            tell(found, source);
        }
    }

    /**
     * Writes conversations that are elsewhere into the folder, on which a server can then run.
     *
     * @param source which stay as they are, and nobody changes meanwhile
     * @throws IOException if there is anything in the folder, or the disk refuses; what has been
     *     written by then is below {@code export.unfinished}
     */
    public void copy(Conversations source) throws IOException {
        Copy.of(source, disk, folder, out);
    }

    private void tell(Verifier.Findings found, Path source) {
        found.first().forEach(problem -> out.println(source.getFileName() + " " + problem));
        if (found.problems() > found.first().size()) {
            out.println("of " + found.problems() + " problems; --verify " + source + " tells all");
        }
        out.println("restored " + found.records() + " records");
    }

    private Verifier.Findings verify(Path file, PrintStream to) throws IOException {
        return Verifier.verify(disk, file, to, lineBytesMax, progress(Files.size(file)));
    }

    private boolean isWell(long problems) {
        out.println(problems == 0 ? "all is well"
                : problems + (problems == 1 ? " problem" : " problems"));
        return problems == 0;
    }

    private Progress progress(long bytes) {
        return new Progress(terminal, System::nanoTime, bytes);
    }

    private static PrintStream silent() {
        return new PrintStream(
                PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    }

    private static String phrase(InputStream typed) throws IOException {
        byte[] bytes = typed.readNBytes(PHRASE_BYTES_MAX + 1);
        String text = new String(bytes, StandardCharsets.UTF_8);
        String phrase = text.replaceFirst("\\R\\z", "");
        if (phrase.isEmpty() || bytes.length > PHRASE_BYTES_MAX) {
            throw new IOException("give a phrase of 1 to " + PHRASE_BYTES_MAX
                    + " bytes on standard input");
        } else if (!Arrays.equals(bytes, text.getBytes(StandardCharsets.UTF_8))) {
            throw new IOException("the phrase is not UTF-8");
        }
        return phrase;
    }

    private Path path(String backup) throws IOException {
        try {
            Path file = Path.of(backup).toAbsolutePath();
            if (disk.state(file).isPresent() && Files.isRegularFile(file)) {
                return file;
            }
        } catch (InvalidPathException e) {
            throw new IOException("the file's name is no path", e);
        }
        throw new IOException("there is no file " + backup);
    }

    private void requireFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder " + folder);
        }
    }
}
