package vaas.memory;

/**
 * What a reset removed.
 *
 * @param recordsRemoved readable records that were remembered
 * @param bytesRemoved length of the file that held them
 * @param generation resets since the memory was opened, this one included
 */
public record Receipt(long recordsRemoved, long bytesRemoved, long generation) {}
