package vaas.budget;

import java.io.Closeable;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * The arithmetic of what clients may cost, for heap and for open files, in one place. Whoever keeps
 * something for a client opens a {@link Share} and takes from it before keeping; what can be made
 * again is kept in a {@link Cache} and given up first when others need room.
 *
 * <p>Of the heap, a quarter is for all shares together, half for connections at their worst (an
 * endless head, and the buffers of the JDK's server), and the rest for the program itself and for
 * garbage. Of the open files, 64 are spare, an eighth is for files of conversations, and the rest
 * goes to connections in three parts: a client's, the model's, and the stand-in's end of that or,
 * where a real model calls them, one to the server of its tools.
 *
 * <p>Safe for concurrent use. No lock is common to all, since every chat comes here some twenty
 * times: the sum is one atomic number, and a share's own monitor is a leaf but for the bins of the
 * map of pieces.
 */
public final class Budget extends Sizes {
    /** Who holds no more, as a chat with 64 KiB of text, may use what is kept free of others. */
    public static final int SMALL_BYTES = 512 << 10;

    private final long capacity;
    private final Reclaim reclaim = new Reclaim();
    private final AtomicLong used = new AtomicLong();
    private final ConcurrentMap<Piece, Integer> holders = new ConcurrentHashMap<>();
    private final Set<Share> open = ConcurrentHashMap.newKeySet();

    /** What several may hold: it counts once, for as long as any of them does. */
    private record Piece(Object itself, long bytes) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Piece that && that.itself == itself;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(itself);
        }
    }

    private Budget(long heapBytes, long openFiles) {
        super(heapBytes, openFiles);
        this.capacity = heapBytes / 4;
    }

    /**
     * The budget of this process: its largest heap, and its limit of open files, where that can be
     * read (Linux), else 4096. A program has one, for all that it opens.
     */
    public static Budget ofThisProcess() {
        return new Budget(Runtime.getRuntime().maxMemory(), openFiles());
    }

    /** A budget of another heap and limit of open files. */
    public static Budget of(long heapBytes, long openFiles) {
        return new Budget(heapBytes, openFiles);
    }

    /** Bytes that are held now. */
    public long used() {
        return used.get();
    }

    /** Opens an account, to be closed by its holder. */
    public Share share() {
        Share share = new Share(Thread.currentThread());
        open.add(share);
        return share;
    }

    /** Opens an account of what outlasts a request, and so is held on behalf of no thread. */
    public Share standing() {
        return new Share(null);
    }

    /**
     * Opens an account of what can be made again.
     *
     * @param giveUp drops what is kept and closes or empties the account; called from any thread
     *     that needs room, with no lock of the budget held, and must take none that is held while
     *     anything is taken from a budget
     */
    public Cache cache(Runnable giveUp) {
        Cache cache = new Cache(giveUp);
        reclaim.add(cache);
        return cache;
    }

    /**
     * Names what is to be asked when all caches are empty and there still is no room: it lets go of
     * something, and says whether it has. The same rules hold as for a cache.
     *
     * @return to be closed once it can't help any more
     */
    public Closeable lastResort(BooleanSupplier letGo) {
        reclaim.add(letGo);
        return () -> reclaim.remove(letGo);
    }

    /** What one holder has of the budget. Used by one thread at a time; closing twice is fine. */
    public class Share implements AutoCloseable {
        // Written under this monitor; the numbers are read by others without.
        private volatile long taken;
        private volatile long heldBytes;
        private Map<Object, Piece> held; // by identity; null for the many shares that hold nothing

        private final Thread owner; // by whom shares go together; null if it is nobody's

        private Share(Thread owner) {
            this.owner = owner;
        }

        /** Takes bytes for this holder alone, or throws; what was taken before stays. */
        public void take(long bytes) throws OverBudgetException {
            if (bytes > 0 && !tryTake(bytes)) {
                makeRoom(bytes);
            }
        }

        /** Counts what is there already, room or not: others have to wait for it. */
        public void count(long bytes) {
            giveBack(-bytes);
        }

        /** Gives back some of what was taken. */
        public synchronized void giveBack(long bytes) {
            taken -= bytes;
            used.addAndGet(-bytes);
        }

        /**
         * Holds a piece that others may hold as well: it counts once, whoever holds it.
         *
         * @param piece told by its identity, of the same size for all
         * @throws OverBudgetException if it counts for nobody yet, and there is no room for it
         */
        public void hold(Object piece, long bytes) throws OverBudgetException {
            while (!tryHold(piece, bytes)) {
                take(bytes); // makes room, which the next try uses
                giveBack(bytes);
            }
        }

        /**
         * Holds several pieces, in one step where there is room for all: others wait less.
         *
         * @throws OverBudgetException if there is none for one of them; those before it are held
         */
        public <T> void hold(List<T> all, ToLongFunction<T> bytes) throws OverBudgetException {
            int held = tryHold(all, bytes);
            for (T piece : all.subList(held, all.size())) {
                hold(piece, bytes.applyAsLong(piece));
            }
        }

        // How many of them, up to the first for which there is no room.
        private synchronized <T> int tryHold(List<T> all, ToLongFunction<T> bytes) {
            int count = 0;
            while (count < all.size()
                    && tryHold(all.get(count), bytes.applyAsLong(all.get(count)))) {
                count++;
            }
            return count;
        }

        /** Lets go of several pieces in one step. */
        public synchronized void release(List<?> all) {
            all.forEach(this::release);
        }

        /** Lets go of a piece; of one that is not held, does nothing. */
        public synchronized void release(Object piece) {
            Piece present = held == null ? null : held.remove(piece);
            if (present != null) {
                heldBytes -= present.bytes;
                drop(present);
            }
        }

        /** Gives everything back. */
        @Override
        public synchronized void close() {
            open.remove(this);
            giveBack(taken);
            if (held != null) {
                held.values().forEach(Budget.this::drop);
                held = null;
                heldBytes = 0;
            }
        }

        private synchronized boolean tryTake(long bytes) {
            boolean fits = tryUse(taken + bytes, bytes);
            taken += fits ? bytes : 0;
            return fits;
        }

        private synchronized boolean tryHold(Object piece, long bytes) {
            held = held == null ? new IdentityHashMap<>() : held;
            if (held.containsKey(piece)) {
                return true;
            }
            Piece wanted = new Piece(piece, bytes);
            boolean fits = holders.compute(wanted, (key, count) -> oneMore(count, bytes)) != null;
            if (fits) {
                held.put(piece, wanted);
                heldBytes += bytes;
            }
            return fits;
        }

        private void makeRoom(long bytes) throws OverBudgetException {
            while (reclaim.letGo()) {
                if (tryTake(bytes)) {
                    return;
                }
            }
            throw new OverBudgetException(own() + bytes > capacity - capacity / 4);
        }
    }

    /** A share of what can be made again, in the order of its last use. */
    public final class Cache extends Share {
        private final Runnable giveUp;
        volatile long usedNanos = now(); // 0 once it has been asked, until its next use

        private Cache(Runnable giveUp) {
            super(null);
            this.giveUp = giveUp;
        }

        /** Says that it has been of use. */
        public void touch() {
            usedNanos = now();
        }

        void giveUp() {
            usedNanos = 0; // so that it is not asked again before its next use
            giveUp.run();
        }

        @Override
        public void close() {
            reclaim.remove(this);
            super.close();
        }

        private static long now() {
            return System.nanoTime() | 1;
        }
    }

    // A quarter is kept free for small holders, so that they are not refused for large ones' sake.
    private boolean tryUse(long holding, long more) {
        long max = holding > SMALL_BYTES ? capacity - capacity / 4 : capacity;
        long now;
        do {
            now = used.get();
            if (now + more > max) {
                return false;
            }
        } while (!used.compareAndSet(now, now + more));
        return true;
    }

    // Null if there is no room for the first.
    private Integer oneMore(Integer count, long bytes) {
        if (count == null) {
            return tryUse(bytes, bytes) ? 1 : null;
        }
        return count + 1;
    }

    /** What this thread holds by all its shares: if that leaves no room, waiting is of no use. */
    private long own() {
        return open.stream().filter(share -> share.owner == Thread.currentThread())
                .mapToLong(share -> share.taken + share.heldBytes).sum();
    }

    private void drop(Piece piece) {
        holders.computeIfPresent(piece, (key, count) -> {
            used.addAndGet(count == 1 ? -piece.bytes : 0);
            return count == 1 ? null : Integer.valueOf(count - 1);
        });
    }
}
