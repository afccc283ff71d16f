package vaas.disk;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import vaas.disk.FolderNames.Inode;
import vaas.testing.Await;

/**
 * A disk in memory that fails where it is told to, and knows what a power cut could leave: each
 * file's content as it is or as it was last synced, and each folder's names as they are, as they
 * were last synced, or anything between, whatever the other folders are like.
 */
public final class FaultyDisk implements Disk {
    public static final Path FOLDER = Path.of("folder");
    /** The file that {@link #with} makes and {@link #content()} tells of. */
    private static final Path FILE = FOLDER.resolve("memory.jsonl");

    /** Names of all calls since they were last counted anew, in order. */
    public final List<String> calls = new ArrayList<>();
    public long bytesRead;
    public long usableBytes = 1L << 40;

    private final Map<Path, FolderNames> folders = new LinkedHashMap<>();
    private final List<Inode> inodes = new ArrayList<>(); // all there ever were
    private final FolderNames journal = new FolderNames(); // of all folders in one
    private final Set<Path> locked = new HashSet<>();
    private final List<Exception> misuses = new CopyOnWriteArrayList<>();
    private final Set<FaultyHandle> open = new HashSet<>();
    private Fault fault = (call, count) -> false;
    private final Set<String> failed = new HashSet<>();
    private Hook beforeSync = () -> {};

    /** An empty disk with one folder, {@link #FOLDER}. */
    public FaultyDisk() {
        folders.put(FOLDER, new FolderNames());
        Handles.watch(this);
    }

    /** Decides whether a call fails. */
    public interface Fault {
        boolean fails(String call, int count);
    }

    /** Runs before a sync, to hold it up. */
    public interface Hook {
        void run();
    }

    /** A disk that holds one memory file, durably. */
    public static FaultyDisk with(byte[] content) {
        FaultyDisk disk = new FaultyDisk();
        Inode inode = new Inode();
        inode.content = content.clone();
        inode.synced = inode.content;
        disk.addDurably(FILE, inode);
        return disk;
    }

    /** From now on calls fail as this decides; they are counted anew, the first one is 1. */
    public synchronized void failWhen(Fault newFault) {
        fault = newFault;
        failed.clear();
        calls.clear();
    }

    /** True if a call has failed since {@link #failWhen}: a loop over all ends when none has. */
    public synchronized boolean hasFailed() {
        return !failed.isEmpty();
    }

    /** True if such a call has. */
    public synchronized boolean hasFailed(String call) {
        return failed.contains(call);
    }

    /** From now on nothing fails. */
    public synchronized void heal() {
        fault = (call, count) -> false;
    }

    /** Forgets the calls made so far. */
    public synchronized void countAnew() {
        calls.clear();
    }

    public void beforeSync(Hook hook) {
        beforeSync = hook;
    }

    /** The process that used this disk is gone: what it had open or locked is no leak. */
    public synchronized void kill() {
        open.clear();
        locked.clear();
    }

    /** All that a power cut, or a kill, can leave. */
    public synchronized List<FaultyDisk> afterPowerCut() {
        List<Map<Path, Inode>> states = List.of(Map.of());
        for (FolderNames names : folders.values()) {
            states = names.combinedWith(states);
        }
        return images(states);
    }

    /** The same where all folders change together, in order, as with one journal for all. */
    public synchronized List<FaultyDisk> afterPowerCutOfAJournal() {
        return images(journal.combinedWith(List.of(Map.of())));
    }

    /** The least that a power cut can leave: of names and contents only what was synced. */
    public synchronized FaultyDisk onlyWhatIsSynced() {
        Map<Path, Inode> state = new LinkedHashMap<>();
        folders.values().forEach(names -> state.putAll(names.synced()));
        return image(state, true);
    }

    /** The memory file as it is; empty if there is none. */
    public synchronized byte[] content() {
        Inode inode = now().get(FILE);
        return inode == null ? new byte[0] : inode.content;
    }

    public synchronized void content(byte[] content) {
        now().get(FILE).content = content;
    }

    /** A file's text as it is; empty if there is none. */
    public synchronized String text(String fileName) {
        return now().entrySet().stream()
                .filter(entry -> entry.getKey().getFileName().toString().equals(fileName))
                .map(entry -> entry.getValue().text()).findAny().orElse("");
    }

    /** True if any file, also one that has lost its name but not its blocks, holds the text. */
    public synchronized boolean holds(String text) {
        return inodes.stream().anyMatch(inode -> inode.text().contains(text));
    }

    public synchronized List<String> fileNames() {
        return now().keySet().stream().map(path -> path.getFileName().toString()).toList();
    }

    /** What is wrong with how the disk was used: what was used after its end, or is still open. */
    public synchronized List<Exception> misuses() {
        List<Exception> all = new ArrayList<>(misuses);
        open.forEach(handle -> all.add(handle.opened));
        locked.forEach(folder -> all.add(new IOException("still locked: " + folder)));
        return all;
    }

    private Map<Path, Inode> now() {
        Map<Path, Inode> names = new LinkedHashMap<>();
        folders.values().forEach(folder -> names.putAll(folder.now()));
        return names;
    }

    private List<FaultyDisk> images(Collection<Map<Path, Inode>> states) {
        List<FaultyDisk> left = new ArrayList<>();
        for (Map<Path, Inode> state : states) {
            left.add(image(state, false));
            left.add(image(state, true));
        }
        return left;
    }

    private FaultyDisk image(Map<Path, Inode> state, boolean synced) {
        FaultyDisk disk = new FaultyDisk();
        folders.keySet().forEach(folder -> disk.folders.put(folder, new FolderNames()));
        state.forEach((path, inode) -> disk.addDurably(path, inode.copy(synced)));
        return disk;
    }

    private void addDurably(Path file, Inode inode) {
        inodes.add(inode);
        folders.computeIfAbsent(file.getParent(), it -> new FolderNames());
        put(file, inode);
        folders.get(file.getParent()).sync();
        journal.sync();
    }

    private void put(Path file, Inode inode) {
        folders.get(file.getParent()).put(file, inode);
        journal.put(file, inode);
    }

    /** Also fails where there is no such folder. */
    private Inode find(Path file) throws IOException {
        Inode inode = names(file.getParent()).now().get(file);
        if (inode == null) {
            throw new FileNotFoundException(file.toString());
        }
        return inode;
    }

    private FolderNames names(Path folder) throws IOException {
        FolderNames names = folders.get(folder);
        if (names == null) {
            throw new FileNotFoundException(folder.toString());
        }
        return names;
    }

    private synchronized void call(String name) throws IOException {
        calls.add(name);
        if (fault.fails(name, calls.size())) {
            failed.add(name);
            throw new IOException("no luck with " + name);
        }
    }

    @Override
    public synchronized void createFolder(Path folder) throws IOException {
        call("createFolder");
        for (Path each = folder; each != null; each = each.getParent()) {
            folders.computeIfAbsent(each, it -> new FolderNames());
        }
    }

    @Override
    public synchronized Closeable lock(Path folder) throws IOException {
        call("lock");
        names(folder);
        if (!locked.add(folder)) {
            throw new IOException("in use");
        }
        return () -> unlock(folder);
    }

    private synchronized void unlock(Path folder) {
        locked.remove(folder);
    }

    @Override
    public synchronized boolean exists(Path file) throws IOException {
        call("exists");
        return now().containsKey(file) || folders.containsKey(file);
    }

    @Override
    public boolean isLink(Path file) {
        return false;
    }

    @Override
    public synchronized boolean isFile(Path file) {
        return now().containsKey(file);
    }

    @Override
    public synchronized boolean isFolder(Path file) {
        return folders.containsKey(file);
    }

    @Override
    public synchronized Optional<FileState> state(Path file) throws IOException {
        call("state");
        return Optional.ofNullable(now().get(file))
                .map(inode -> new FileState(inode, inode.content.length, inode.modified));
    }

    @Override
    public synchronized void setModified(Path file, Instant when) throws IOException {
        call("setModified");
        find(file).modified = when;
    }

    @Override
    public synchronized Handle create(Path file) throws IOException {
        call("create");
        if (names(file.getParent()).now().containsKey(file)) {
            throw new FileAlreadyExistsException(file.toString());
        }
        Inode inode = new Inode();
        inodes.add(inode);
        put(file, inode);
        return new FaultyHandle(file, inode, true);
    }

    @Override
    public synchronized Handle open(Path file) throws IOException {
        call("open");
        return new FaultyHandle(file, find(file), true);
    }

    @Override
    public synchronized Handle openToRead(Path file) throws IOException {
        call("openToRead");
        return new FaultyHandle(file, find(file), false);
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        call("move");
        if (folders.containsKey(from)) {
            moveFolder(from, to);
            return;
        }
        Inode inode = find(from);
        names(to.getParent());
        journal.move(from, to);
        if (from.getParent().equals(to.getParent())) {
            names(from.getParent()).move(from, to);
        } else { // two changes, of which a power cut may leave the one without the other
            names(from.getParent()).remove(from);
            names(to.getParent()).put(to, inode);
        }
    }

    @Override
    public synchronized void link(Path existing, Path link) throws IOException {
        call("link");
        Inode inode = find(existing);
        if (names(link.getParent()).now().containsKey(link)) {
            throw new FileAlreadyExistsException(link.toString());
        }
        put(link, inode);
    }

    @Override
    public synchronized List<Path> list(Path folder) throws IOException {
        call("list");
        List<Path> names = new ArrayList<>(names(folder).now().keySet());
        folders.keySet().stream().filter(it -> folder.equals(it.getParent())).forEach(names::add);
        return names;
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        call("delete");
        if (folders.containsKey(file)) {
            removeFolder(file);
        } else if (folders.containsKey(file.getParent())) {
            names(file.getParent()).remove(file);
            journal.remove(file);
        }
    }

    @Override
    public synchronized void syncFolder(Path folder) throws IOException {
        call("syncFolder");
        names(folder).sync();
        journal.sync();
    }

    @Override
    public long usableBytes(Path folder) {
        return usableBytes;
    }

    // At once and durably: what a power cut leaves of folders is the real disk's matter.
    private void moveFolder(Path from, Path to) {
        for (Path folder : List.copyOf(folders.keySet())) {
            if (folder.startsWith(from)) {
                Path moved = to.resolve(from.relativize(folder));
                FolderNames names = new FolderNames();
                folders.remove(folder).now().forEach((file, inode) ->
                        names.put(moved.resolve(file.getFileName()), inode));
                names.sync();
                folders.put(moved, names);
            }
        }
    }

    private void removeFolder(Path folder) throws IOException {
        if (!list(folder).isEmpty()) {
            throw new DirectoryNotEmptyException(folder.toString());
        }
        folders.remove(folder);
    }

    /** Like a file of the real disk it fails once it is closed; and that is remembered. */
    private final class FaultyHandle implements Handle {
        private final Inode inode;
        private final boolean writable;
        private final Exception opened; // tells where

        FaultyHandle(Path file, Inode inode, boolean writable) {
            this.inode = inode;
            this.writable = writable;
            this.opened = new Exception("still open: " + file);
            open.add(this);
        }

        private void use(String name, boolean changes) throws IOException {
            requireUsable(name, changes);
            call(name);
        }

        private void requireUsable(String name, boolean changes) throws IOException {
            synchronized (FaultyDisk.this) {
                require(open.contains(this), name + " of a file that is closed");
                require(writable || !changes, name + " of a file opened to read");
            }
        }

        private void require(boolean fine, String misuse) throws IOException {
            if (!fine) {
                IOException failure = new IOException(misuse);
                misuses.add(failure);
                throw failure;
            }
        }

        @Override
        public long length() throws IOException {
            use("length", false);
            synchronized (FaultyDisk.this) {
                return inode.content.length;
            }
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) throws IOException {
            use("read", false);
            synchronized (FaultyDisk.this) {
                int read = (int) Math.min(count, inode.content.length - offset);
                if (read <= 0) {
                    return -1;
                }
                System.arraycopy(inode.content, (int) offset, into, start, read);
                bytesRead += read;
                return read;
            }
        }

        @Override
        public void write(long offset, byte[] bytes, int start, int count) throws IOException {
            requireUsable("write", true);
            try {
                call("write");
            } catch (IOException e) {
                put(offset, Arrays.copyOfRange(bytes, start, start + count / 2)); // a full disk
                throw e;
            }
            put(offset, Arrays.copyOfRange(bytes, start, start + count));
        }

        @Override
        public void truncate(long length) throws IOException {
            use("truncate", true);
            synchronized (FaultyDisk.this) {
                inode.content = Arrays.copyOf(inode.content, (int) length);
            }
        }

        @Override
        public void sync() throws IOException {
            byte[] written;
            synchronized (FaultyDisk.this) {
                written = inode.content;
            }
            beforeSync.run();
            use("sync", true);
            synchronized (FaultyDisk.this) {
                inode.synced = written;
            }
        }

        /** Also when it fails: the operating system has let go of it by then. */
        @Override
        public void close() throws IOException {
            synchronized (FaultyDisk.this) {
                open.remove(this);
                call("close");
            }
        }

        private void put(long offset, byte[] bytes) {
            synchronized (FaultyDisk.this) {
                byte[] all = Arrays.copyOf(inode.content,
                        (int) Math.max(inode.content.length, offset + bytes.length));
                System.arraycopy(bytes, 0, all, (int) offset, bytes.length);
                inode.content = all;
            }
        }
    }
}
