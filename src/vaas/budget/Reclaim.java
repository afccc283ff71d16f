package vaas.budget;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * What can let go of something when there is no room: caches first, the least recently used before
 * others, then what is asked last. Safe for concurrent use; its monitor is a leaf.
 */
final class Reclaim {
    private volatile Runnable lastUsed; // written under the monitor; null if it was taken out

    // Guarded by this.
    private final Map<Runnable, Boolean> caches = new LinkedHashMap<>(16, 0.75f, true); // by use
    private final List<BooleanSupplier> lastResorts = new ArrayList<>();

    /** A cache has come, or has been of use. */
    void touch(Runnable giveUp) {
        if (lastUsed != giveUp) { // without the monitor, for it is the same one again and again
            synchronized (this) {
                caches.put(giveUp, true);
                lastUsed = giveUp;
            }
        }
    }

    synchronized void remove(Runnable giveUp) {
        caches.remove(giveUp);
        lastUsed = null;
    }

    synchronized void add(BooleanSupplier lastResort) {
        lastResorts.add(lastResort);
    }

    synchronized void remove(BooleanSupplier lastResort) {
        lastResorts.remove(lastResort);
    }

    /** Has somebody let go of something; false if nobody can. */
    boolean letGo() {
        Optional<Runnable> cache = leastRecentlyUsed();
        cache.ifPresent(Runnable::run);
        return cache.isPresent() || lastResorts().stream().anyMatch(BooleanSupplier::getAsBoolean);
    }

    // Takes it out, so that it is not asked again before its next use.
    private synchronized Optional<Runnable> leastRecentlyUsed() {
        Optional<Runnable> first = caches.keySet().stream().findFirst();
        first.ifPresent(this::remove);
        return first;
    }

    private synchronized List<BooleanSupplier> lastResorts() {
        return List.copyOf(lastResorts);
    }
}
