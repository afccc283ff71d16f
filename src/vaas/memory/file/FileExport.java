package vaas.memory.file;

import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import vaas.memory.Export;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.LineHead;
import vaas.memory.line.RecordLine;

/**
 * A stretch of a file as it is, in whole turns. A rewrite leaves it the file that it began with;
 * when a reset comes, it breaks off.
 */
record FileExport(Current current, Reading reading, long start, long end) implements Export {
    private static final int BUFFER_BYTES = 64 << 10;

    /**
     * Finds the stretch; closing it closes the reading.
     *
     * @param before id of the record that it ends before; null for all
     * @param turnsMax the newest of those before; 0 for all
     */
    static Export of(Current current, Reading reading, UUID before, int turnsMax,
            FileContext context) throws IOException {
        long end = reading.snapshot().end();
        if (before != null) {
            end = Pages.place(reading, before, false, context);
            BackwardReader lines = new BackwardReader(
                    reading.handle(), end, context.lineBytesMax());
            if (lines.previous() && role(lines) == Role.USER) { // whose answer comes after the end
                end = lines.lineOffset();
            }
        }
        return new FileExport(current, reading,
                turnsMax == 0 ? 0 : start(reading, end, turnsMax, context.lineBytesMax()), end);
    }

    private static long start(Reading reading, long end, int turnsMax, int lineBytesMax)
            throws IOException {
        BackwardReader lines = new BackwardReader(reading.handle(), end, lineBytesMax);
        int turns = 0;
        while (turns < turnsMax && lines.previous()) {
            turns += role(lines) == Role.USER ? 1 : 0;
        }
        return lines.lineOffset();
    }

    // Of a line of ours its first bytes tell; any other may still be a record.
    private static Role role(BackwardReader lines) throws IOException {
        LineHead head = lines.head();
        return head.role() != null || lines.isTooLong() ? head.role()
                : RecordLine.decode(lines.line()).map(MemoryRecord::role).orElse(null);
    }

    @Override
    public long length() {
        return end - start;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, length()))];
        for (long at = start; at < end; ) {
            int read = reading.handle().read(
                    at, buffer, 0, (int) Math.min(buffer.length, end - at));
            // Asked after the reading: where a file is cut in place, it may hold what came since.
            if (read <= 0
                    || current.get().generation() != reading.snapshot().generation()) {
                throw new IOException("a reset came while this was read");
            }
            out.write(buffer, 0, read);
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        reading.close();
    }
}
