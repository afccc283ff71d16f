package vaas.memory.file;

import java.io.Closeable;
import java.io.IOException;
import vaas.disk.Closeables;
import vaas.disk.Disk;

/**
 * One file that has, or had, the name of the memory, and who reads it. Once another has taken its
 * place it is wiped: behind its last reader, or at once if it was reset. Safe for concurrent use.
 */
final class FileVersion implements Closeable {
    private final Disk.Handle handle; // for appending, and for wiping once the name is gone
    private final Object identity;

    // Guarded by this.
    private int readers;
    private boolean retired; // another one has taken its place
    private boolean wiped;

    FileVersion(Disk.Handle handle, Object identity) {
        this.handle = handle;
        this.identity = identity;
    }

    /** Of a conversation that has no file: no name leads to it. */
    static FileVersion none() {
        return new FileVersion(NoFile.INSTANCE, new Object());
    }

    Disk.Handle handle() {
        return handle;
    }

    /** Whether this is what a name leads to. */
    boolean is(Disk.FileState found) {
        return identity == null || identity.equals(found.identity());
    }

    /** Takes a reader's handle over; closing it lets the file be wiped, should that be due. */
    synchronized Reader reader(Disk.Handle opened) {
        readers++;
        return new Reader(opened);
    }

    /** Wipes it as soon as nobody reads it. */
    void wipeBehindReaders() throws IOException {
        synchronized (this) {
            retired = true;
            if (readers > 0) {
                return;
            }
        }
        wipe();
    }

    /** Wipes it now; whoever reads it finds its end. Asking again after a failure is fine. */
    synchronized void wipe() throws IOException {
        retired = true;
        if (!wiped) {
            handle.truncate(0);
            wiped = true;
            handle.close();
        }
    }

    /** Wipes it if that is due, and lets go of it in any case. */
    @Override
    public synchronized void close() throws IOException {
        Closeables.all(retired ? this::wipe : null, () -> {
            if (!wiped) {
                keep();
            }
        });
    }

    /** Lets it be, with its text: it has been kept under another name. */
    synchronized void keep() throws IOException {
        wiped = true;
        handle.close();
    }

    synchronized boolean isWiped() {
        return wiped;
    }

    /** A handle of its own on the file. Used by one thread; closing twice is fine. */
    final class Reader implements Closeable {
        private final Disk.Handle opened;
        private boolean closed;

        private Reader(Disk.Handle opened) {
            this.opened = opened;
        }

        Disk.Handle handle() {
            return opened;
        }

        @Override
        public void close() throws IOException {
            boolean last;
            synchronized (FileVersion.this) {
                last = !closed && --readers == 0 && retired && !wiped;
                closed = true;
            }
            Closeables.all(opened, last ? FileVersion.this::wipe : null);
        }
    }
}
