package vaas.budget;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/**
 * What can let go of something when there is no room: caches first, the least recently used before
 * others, then what is asked last. Safe for concurrent use; nobody waits for a lock.
 */
final class Reclaim {
    private final Set<Budget.Cache> caches = ConcurrentHashMap.newKeySet();
    private final List<BooleanSupplier> lastResorts = new CopyOnWriteArrayList<>();

    void add(Budget.Cache cache) {
        caches.add(cache);
    }

    void remove(Budget.Cache cache) {
        caches.remove(cache);
    }

    void add(BooleanSupplier lastResort) {
        lastResorts.add(lastResort);
    }

    void remove(BooleanSupplier lastResort) {
        lastResorts.remove(lastResort);
    }

    /** Has somebody let go of something; false if nobody can. */
    boolean letGo() {
        Optional<Budget.Cache> cache = caches.stream().filter(it -> it.usedNanos != 0)
                .min(Comparator.comparingLong(it -> it.usedNanos));
        cache.ifPresent(Budget.Cache::giveUp);
        return cache.isPresent() || lastResorts.stream().anyMatch(BooleanSupplier::getAsBoolean);
    }
}
