package vaas.memory.sql;

import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import vaas.memory.line.MessageIds;

/**
 * What this server knows of a conversation that somebody has in use here. Nothing of it has to be
 * right for what is stored to be right, but the generation of one that has no row.
 */
final class Session {
    /** One thread of a server stores at a time; many would only wait for the row. */
    final ReentrantLock storing = new ReentrantLock();

    int users; // guarded by the map that holds it
    private UUID last; // the newest id that is known here; guarded by this

    /**
     * The generation of a conversation without a row, from when it is first read: the turn that
     * begins it is stored with it. Null if there is a row, or it has not been read.
     */
    private Long absent; // guarded by this

    synchronized Long absent() {
        return absent;
    }

    /** Names the generation of one that was found to have no row, unless it has one. */
    synchronized void absent(long drawn) {
        absent = absent == null ? Long.valueOf(drawn) : absent;
    }

    /** It was reset; null if its generation is not known. */
    synchronized void reset(Long generation) {
        absent = generation;
    }

    synchronized boolean isAbsent(long generation) {
        return absent != null && absent == generation;
    }

    /** The newer of an id and of the newest that is known here; both may be null. */
    synchronized UUID newest(UUID other) {
        return last == null || other != null && MessageIds.compare(other, last) > 0 ? other : last;
    }

    synchronized void stored(UUID answer) {
        last = answer;
    }
}
