package vaas.memory;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A disk in memory that fails where it is told to, and knows what a power cut could leave: each
 * file's content and the folder's names, both as they are and as they were last synced.
 */
final class FaultyDisk implements Disk {
    static final Path FOLDER = Path.of("folder");
    private static final Path FILE = FOLDER.resolve(MemoryFile.FILE_NAME);

    /** Names of all calls so far, in order. */
    final List<String> calls = new ArrayList<>();
    long bytesRead;
    long usableBytes = 1L << 40;

    private Map<Path, Inode> names = new HashMap<>();
    private Map<Path, Inode> syncedNames = new HashMap<>();
    /** The names after each change since then: a journal may have got as far as any of them. */
    private final List<Map<Path, Inode>> namesBetween = new ArrayList<>();
    private boolean locked;
    private Fault fault = (call, count) -> false;
    private Hook beforeSync = () -> {};

    /** Decides whether a call fails. */
    interface Fault {
        boolean fails(String call, int count);
    }

    /** Runs before a sync, to hold it up. */
    interface Hook {
        void run();
    }

    private static final class Inode {
        byte[] content = new byte[0];
        byte[] synced = new byte[0];
    }

    /** A disk that holds one memory file, durably. */
    static FaultyDisk with(byte[] content) {
        FaultyDisk disk = new FaultyDisk();
        Inode inode = new Inode();
        inode.content = content.clone();
        inode.synced = inode.content;
        disk.names.put(FILE, inode);
        disk.syncedNames.put(FILE, inode);
        return disk;
    }

    synchronized void failWhen(Fault newFault) {
        fault = newFault;
        calls.clear();
    }

    void heal() {
        failWhen((call, count) -> false);
    }

    void beforeSync(Hook hook) {
        beforeSync = hook;
    }

    /** The disk as another process would find it after this one was killed. */
    FaultyDisk afterKill() {
        return image(names, false);
    }

    /** All that a power cut can leave: names and contents, each as they are or as last synced. */
    List<FaultyDisk> afterPowerCut() {
        List<FaultyDisk> left = new ArrayList<>(List.of(afterKill(), image(names, true),
                image(syncedNames, false), image(syncedNames, true)));
        for (Map<Path, Inode> between : namesBetween) {
            left.add(image(between, false));
            left.add(image(between, true));
        }
        return left;
    }

    /** The memory file as it is; empty if there is none. */
    synchronized byte[] content() {
        return names.containsKey(FILE) ? names.get(FILE).content : new byte[0];
    }

    synchronized void content(byte[] content) {
        names.get(FILE).content = content;
    }

    /** A file's text as it is; empty if there is none. */
    synchronized String text(String fileName) {
        return names.entrySet().stream()
                .filter(entry -> entry.getKey().getFileName().toString().equals(fileName))
                .map(entry -> new String(entry.getValue().content, StandardCharsets.UTF_8))
                .findAny().orElse("");
    }

    /** True if any file, also one that has lost its name but not its blocks, holds the text. */
    synchronized boolean holds(String text) {
        return names.values().stream().anyMatch(inode ->
                new String(inode.content, StandardCharsets.UTF_8).contains(text));
    }

    synchronized List<String> fileNames() {
        return names.keySet().stream().map(path -> path.getFileName().toString()).toList();
    }

    private synchronized FaultyDisk image(Map<Path, Inode> from, boolean synced) {
        FaultyDisk disk = new FaultyDisk();
        from.forEach((path, inode) -> {
            Inode copy = new Inode();
            copy.content = synced ? inode.synced : inode.content;
            copy.synced = copy.content;
            disk.names.put(path, copy);
            disk.syncedNames.put(path, copy);
        });
        return disk;
    }

    private synchronized void call(String name) throws IOException {
        calls.add(name);
        if (fault.fails(name, calls.size())) {
            throw new IOException("no luck with " + name);
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        call("createFolder");
    }

    @Override
    public synchronized Closeable lock(Path folder) throws IOException {
        call("lock");
        if (locked) {
            throw new IOException("in use");
        }
        locked = true;
        return () -> locked = false;
    }

    @Override
    public synchronized boolean exists(Path file) throws IOException {
        call("exists");
        return names.containsKey(file);
    }

    @Override
    public synchronized Handle create(Path file) throws IOException {
        call("create");
        Inode inode = names.computeIfAbsent(file, it -> new Inode());
        inode.content = new byte[0];
        namesBetween.add(new HashMap<>(names));
        return new FaultyHandle(inode);
    }

    @Override
    public synchronized Handle open(Path file) throws IOException {
        call("open");
        if (!names.containsKey(file)) {
            throw new FileNotFoundException(file.toString());
        }
        return new FaultyHandle(names.get(file));
    }

    @Override
    public synchronized void move(Path from, Path to) throws IOException {
        call("move");
        if (!names.containsKey(from)) {
            throw new FileNotFoundException(from.toString());
        }
        names.put(to, names.remove(from));
        namesBetween.add(new HashMap<>(names));
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        call("delete");
        names.remove(file);
        namesBetween.add(new HashMap<>(names));
    }

    @Override
    public synchronized void syncFolder(Path folder) throws IOException {
        call("syncFolder");
        syncedNames = new HashMap<>(names);
        namesBetween.clear();
    }

    @Override
    public long usableBytes(Path folder) {
        return usableBytes;
    }

    private final class FaultyHandle implements Handle {
        private final Inode inode;

        FaultyHandle(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long length() throws IOException {
            call("length");
            synchronized (FaultyDisk.this) {
                return inode.content.length;
            }
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) throws IOException {
            call("read");
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
        public void write(long offset, byte[] bytes) throws IOException {
            try {
                call("write");
            } catch (IOException e) {
                put(offset, Arrays.copyOf(bytes, bytes.length / 2)); // as a full disk does
                throw e;
            }
            put(offset, bytes);
        }

        @Override
        public void truncate(long length) throws IOException {
            call("truncate");
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
            call("sync");
            synchronized (FaultyDisk.this) {
                inode.synced = written;
            }
        }

        @Override
        public void close() throws IOException {
            call("close");
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
