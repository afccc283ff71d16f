package vaas.memory;

/** What became of a turn that was to be stored. */
public sealed interface Insertion {
    /** It is stored, durably; an answer's id is promised to nobody before this. */
    record Stored(MemoryRecord answer) implements Insertion {}

    /** Somebody spoke since its history was read, where one waits for the other; as if fenced. */
    record Overtaken() implements Insertion {}

    /** A reset came since its history was read; nothing is stored. */
    record Fenced() implements Insertion {}

    /** A turn with its key had been stored before; this one is not. */
    record Present(Turn turn) implements Insertion {}
}
