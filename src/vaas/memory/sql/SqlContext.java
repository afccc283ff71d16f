package vaas.memory.sql;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import vaas.budget.Budget;
import vaas.memory.line.Limits;

/**
 * What all conversations in a database share.
 *
 * @param server this one, among those that use the database
 * @param clock for ids, times and age
 * @param conversationsMax named ones that may begin
 * @param idle after that long without a turn a conversation is forgotten
 * @param overLimits is told which conversation has outgrown a limit
 * @param running chats of this server that have a place, or are about to
 * @param waiting how many of them wait for their turn
 */
record SqlContext(Database database, UUID server, Clock clock, Budget budget, Limits limits,
        long conversationsMax, Optional<Duration> idle, SqlMetrics metrics,
        Consumer<String> overLimits, Set<UUID> running, AtomicInteger waiting) {
    /** Now, to the millisecond. */
    Instant now() {
        return Instant.ofEpochMilli(clock.millis());
    }

    /** Whether what was last said at a time is to be forgotten; null if nothing was. */
    boolean isExpired(Instant lastActivity) {
        return idle.isPresent() && lastActivity != null
                && lastActivity.isBefore(clock.instant().minus(idle.get()));
    }
}
