package vaas.memory;

import java.util.Optional;

/**
 * What a reset removed.
 *
 * @param recordsRemoved readable records that were remembered
 * @param bytesRemoved length of the file that held them
 * @param generation resets since the memory was opened, this one included
 * @param backup name of the file that keeps it, where the operator wants backups
 */
public record Receipt(long recordsRemoved, long bytesRemoved, long generation,
        Optional<String> backup) {}
