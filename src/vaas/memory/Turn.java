package vaas.memory;

/** A question with its answer, as they are remembered. */
public record Turn(MemoryRecord question, MemoryRecord answer) {}
