package vaas.memory;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a reset removed.
 *
 * @param recordsRemoved records that were remembered; empty if they could not be read to be counted
 * @param bytesRemoved size of what held them
 * @param generation the one that has begun
 * @param backup name of the file that keeps it, where the operator wants backups
 */
public record Receipt(OptionalLong recordsRemoved, long bytesRemoved, long generation,
        Optional<String> backup) {}
