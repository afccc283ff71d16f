package vaas.memory.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import vaas.budget.Budget;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.RecordLine;

/**
 * The keys of the newest turns, as digests, and the ids of their answers. Those of turns that were
 * there at opening are read from the file when a key is first asked for. Safe for concurrent use;
 * its monitor is a leaf.
 */
final class Keys implements AutoCloseable {
    /** As many records are looked through for keys, and so many keys held. */
    private static final int MAX = 1000;
    private static final long BYTES_MAX = 16 << 20;

    /** Of an entry in the map. */
    private static final int ENTRY_BYTES = 128;

    private final Budget.Share cost;

    // Guarded by this.
    private Map<UUID, UUID> answers = new LinkedHashMap<>(); // oldest first
    private boolean complete; // nothing is left to be read
    private long cleared; // how often
    private int counted; // entries that the budget knows of

    Keys(Budget budget) {
        cost = budget.standing();
    }

    /** A key with the answer that it was stored with. */
    private record Entry(String key, UUID answer) {}

    /** Reads those that were there at opening, unless that has been done. */
    void completeFrom(Journal journal, FileContext context) throws IOException {
        long when;
        synchronized (this) {
            if (complete) {
                return;
            }
            when = cleared;
        }
        try (Reading reading = journal.read()) {
            complete(read(reading, context), when);
        }
    }

    /** Takes in what was read, unless all has been forgotten meanwhile. */
    private synchronized void complete(List<Entry> oldestFirst, long when) {
        if (!complete && when == cleared) {
            Map<UUID, UUID> newer = answers;
            answers = new LinkedHashMap<>();
            oldestFirst.forEach(it -> put(digest(it.key), it.answer));
            newer.forEach(this::put);
        }
        complete = true;
        count();
    }

    synchronized void add(FileTurn turn) {
        if (turn.key() != null) {
            put(digest(turn.key()), turn.turn().answer().messageId());
            count();
        }
    }

    synchronized void remove(FileTurn turn) {
        if (turn.key() != null) {
            remove(turn.key(), turn.turn().answer().messageId());
        }
    }

    synchronized void remove(String key, UUID answer) {
        answers.remove(digest(key), answer);
    }

    synchronized Optional<UUID> answer(String key) {
        return Optional.ofNullable(answers.get(digest(key)));
    }

    /** Nothing is remembered any more. */
    synchronized void clear() {
        answers.clear();
        complete = true;
        cleared++;
        count();
    }

    @Override
    public synchronized void close() {
        cost.close();
    }

    private void count() {
        cost.count((answers.size() - counted) * (long) ENTRY_BYTES);
        counted = answers.size();
    }

    /**
     * Reads the keys of the newest turns, oldest first.
     *
     * <p>The budget is charged for one line at a time.
     */
    private static List<Entry> read(Reading reading, FileContext context) throws IOException {
        List<Entry> found = new ArrayList<>();
        long end = reading.snapshot().end();
        BackwardReader lines = new BackwardReader(reading.handle(), end, context.lineBytesMax());
        UUID answer = null;
        for (int i = 0; i < MAX && end - lines.lineOffset() <= BYTES_MAX
                && lines.previous(); i++) {
            try (Budget.Share share = context.budget().share()) {
                share.take(lines.isTooLong() ? 0 : lines.length());
                answer = take(lines.line(), answer, found);
            }
        }
        Collections.reverse(found);
        return found;
    }

    /** The answer of which the question comes next, after a line; null if none waits. */
    private static UUID take(byte[] line, UUID answer, List<Entry> found) {
        Optional<MemoryRecord> record = RecordLine.decode(line);
        if (record.isEmpty()) {
            return RecordLine.isBlank(line) ? answer : null;
        } else if (record.get().role() == Role.ASSISTANT) {
            return record.get().messageId();
        }
        String key = answer == null ? null : RecordLine.key(line);
        if (key != null) {
            found.add(new Entry(key, answer));
        }
        return null;
    }

    private void put(UUID digest, UUID answer) {
        answers.put(digest, answer);
        if (answers.size() > MAX) {
            answers.remove(answers.keySet().iterator().next());
        }
    }

    // Half of it is enough to tell keys apart, and keeps what a key costs small.
    private static UUID digest(String key) {
        try {
            ByteBuffer digest = ByteBuffer.wrap(MessageDigest.getInstance("SHA-256")
                    .digest(key.getBytes(StandardCharsets.UTF_8)));
            return new UUID(digest.getLong(), digest.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
