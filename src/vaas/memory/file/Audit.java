package vaas.memory.file;

import java.util.OptionalLong;
import vaas.memory.Requester;

/** Where it is written down, durably, that a memory was made to forget. */
@FunctionalInterface
public interface Audit {
    /** Writes an entry. A failure is told in the log: what it tells of has happened. */
    void write(Entry entry);

    /** What was done. */
    enum What {
        /** All was forgotten, as asked. */
        RESET,
        /** The oldest turns went, because of a limit. */
        RETENTION,
        /** Opening cut an unfinished turn. */
        REPAIR,
        /** A backup was brought back. */
        RESTORE,
        /** All was forgotten, since nobody had spoken for as long as is set. */
        IDLE,
        /** All conversations were forgotten, as asked. */
        RESET_ALL
    }

    /** How it ended. */
    enum Outcome {
        /** All of it was done. */
        OK("ok"),
        /** Nothing has changed. */
        FAILED("failed"),
        /** Nothing has changed, for something more urgent came. */
        GIVEN_UP("given up"),
        /** Forgotten, but a crash might bring the name of the old, emptied file back. */
        NOT_DURABLE("forgotten, not durable"),
        /** Forgotten, but the old text may still be on the disk; the next reset tries again. */
        NOT_WIPED("forgotten, not wiped");

        private final String words;

        Outcome(String words) {
            this.words = words;
        }

        /** Whether anything has been forgotten. */
        public boolean forgot() {
            return this == OK || this == NOT_DURABLE || this == NOT_WIPED;
        }

        /** As it stands in the file. */
        public String words() {
            return words;
        }
    }

    /**
     * One entry.
     *
     * @param conversation its name; null for the shared one, or all
     * @param generation after a reset, the one that has begun; of all, how many held something
     * @param records that went, or came; empty if they could not be counted
     * @param bytes that went, or came
     * @param millis how long it took
     */
    record Entry(What what, Requester by, String conversation, long generation,
            OptionalLong records, long bytes, long millis, Outcome outcome) {}
}
