package vaas.memory.folder;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import vaas.disk.Disk;
import vaas.memory.History;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.memory.file.FileContext;
import vaas.memory.file.FileMemory;

/**
 * For how long nobody may speak in a conversation before it is forgotten. Its newest record and its
 * file have to be that old, both: the time of a file alone can be wrong.
 */
record Idle(FileContext context, Optional<Duration> longest) {
    /** What was written last before this is too old; empty if nothing ever is. */
    Optional<Instant> since() {
        return longest.map(it -> context.clock().instant().minus(it));
    }

    boolean isExpired(FileMemory memory) throws IOException {
        return expired(memory).isPresent();
    }

    /** Forgets it if that is due, unless somebody speaks meanwhile. */
    void expire(FileMemory memory) throws IOException {
        Optional<History> old = expired(memory);
        if (old.isPresent()) {
            memory.reset(Audit.What.IDLE, Requester.SELF, Set.of(old.get().tag()));
        }
    }

    private Optional<History> expired(FileMemory memory) throws IOException {
        Optional<Instant> since = since();
        Optional<Disk.FileState> file = since.isEmpty() ? Optional.empty()
                : context.disk().state(memory.path());
        if (file.isEmpty() || !file.get().modified().isBefore(since.get())) {
            return Optional.empty();
        }
        History newest = memory.latest(1);
        return Optional.of(newest).filter(it -> it.newest().isPresent() && it.records().stream()
                .allMatch(record -> record.timestamp().isBefore(since.get())));
    }
}
