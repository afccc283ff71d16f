package vaas.memory.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import vaas.memory.MemoryUnavailableException;

/** Gives turns their places, ids and times, and appends them; guarded by the write lock. */
final class Appender {
    /** As much is written at once, of turns that are small enough: a copy that is soon gone. */
    private static final int GROUP_BYTES = 64 << 10;

    private final FileContext context;
    private final MemoryFile file;
    private final Keys keys;
    private final Health health;
    private final SplittableRandom random = new SplittableRandom();
    private UUID lastId; // null until the first record

    Appender(FileContext context, MemoryFile file, Keys keys, Health health, UUID lastId) {
        this.context = context;
        this.file = file;
        this.keys = keys;
        this.health = health;
        this.lastId = lastId;
    }

    /**
     * Appends turns in as few writes as that takes; each that can't be written is told why.
     *
     * @return those that are written, in order
     * @throws MemoryUnavailableException if another program has changed the file
     */
    List<FileTurn> append(List<PendingTurn> turns) throws MemoryUnavailableException {
        int next;
        for (int from = 0; from < turns.size(); from = next) {
            next = groupEnd(turns, from);
            List<PendingTurn> group = turns.subList(from, next);
            if (!tryAppend(group) && group.size() > 1) { // for some of them there may be room
                for (PendingTurn turn : group) {
                    tryAppend(List.of(turn));
                }
            }
        }
        List<FileTurn> written = new ArrayList<>(turns.size());
        for (PendingTurn turn : turns) {
            if (turn.isWritten()) {
                written.add(turn.place());
            }
        }
        return written;
    }

    private static int groupEnd(List<PendingTurn> turns, int from) {
        int next = from + 1;
        long bytes = turns.get(from).lines().length;
        while (next < turns.size() && bytes + turns.get(next).lines().length <= GROUP_BYTES) {
            bytes += turns.get(next++).lines().length;
        }
        return next;
    }

    private boolean tryAppend(List<PendingTurn> group) throws MemoryUnavailableException {
        UUID newest;
        byte[] lines;
        try {
            newest = place(group);
            lines = joined(group);
        } catch (IOException | RuntimeException | Error e) { // a clock's; nothing is touched yet
            return failed(group, e);
        }
        health.writes(true);
        try {
            file.append(lines);
        } catch (MemoryUnavailableException e) { // another program has changed it
            throw e;
        } catch (IOException e) {
            if (group.size() > 1 && e.getSuppressed().length > 0) { // whole turns may be left
                throw new MemoryUnavailableException("a failed write could not be cut off", e);
            }
            return failed(group, e);
        }
        health.writes(false);
        lastId = newest;
        group.forEach(turn -> keys.add(turn.place()));
        return true;
    }

    private static boolean failed(List<PendingTurn> group, Throwable cause) {
        group.forEach(turn -> turn.failed(cause));
        return false;
    }

    private UUID place(List<PendingTurn> group) throws IOException {
        UUID newest = lastId;
        long offset = file.end();
        for (PendingTurn turn : group) {
            FileTurn placed = turn.stamp(newest,
                    context.clock().instant().truncatedTo(ChronoUnit.MILLIS), random, offset);
            newest = placed.turn().answer().messageId();
            offset = placed.end();
        }
        return newest;
    }

    private static byte[] joined(List<PendingTurn> group) {
        if (group.size() == 1) {
            return group.get(0).lines();
        }
        ByteBuffer all = ByteBuffer.allocate(
                group.stream().mapToInt(turn -> turn.lines().length).sum());
        group.forEach(turn -> all.put(turn.lines()));
        return all.array();
    }
}
