package vaas.memory.file;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import vaas.disk.Disk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.LineHead;
import vaas.memory.line.RecordLine;

/**
 * What a crash left at the end of a file, and what is to be done about it. A torn write of ours is
 * cut: it was never acknowledged. Whatever else can't be read is damage, and stays.
 *
 * @param end where the file is to be cut; its length if nothing is
 * @param terminated whether a line feed stands there, or nothing at all
 */
record Tail(long end, boolean terminated) {
    private static final System.Logger LOG = System.getLogger(Tail.class.getName());
    private static final byte[] LAST = RecordLine.ascii("\"}");

    /** Does it, and says so; returns how many bytes were cut. */
    static long repair(Disk.Handle file, Path path, int lineBytesMax) throws IOException {
        long length = file.length();
        Tail tail = of(file, lineBytesMax);
        if (tail.end < length) {
            file.truncate(tail.end);
            LOG.log(System.Logger.Level.WARNING, "{0}: cut {1} bytes of an unfinished turn at byte"
                    + " {2}", path, Long.toString(length - tail.end), Long.toString(tail.end));
        } else if (!tail.terminated) {
            file.write(length, new byte[] {'\n'});
        }
        return length - tail.end;
    }

    /** Looks at the end of a file. */
    static Tail of(Disk.Handle file, int lineBytesMax) throws IOException {
        long length = file.length();
        BackwardReader lines = new BackwardReader(file, length, lineBytesMax);
        boolean rest = lines.unterminated();
        if (rest && !isTorn(lines)) {
            return isQuestion(lines) ? cut(lines) : new Tail(length, false);
        }
        long end = lines.lineOffset();
        return lines.previous() && isQuestion(lines) ? cut(lines) : new Tail(end, true);
    }

    private static Tail cut(BackwardReader lines) {
        return new Tail(lines.lineOffset(), true);
    }

    /** A last question without its answer: of a turn that was being written. */
    private static boolean isQuestion(BackwardReader lines) throws IOException {
        if (lines.isTooLong()) {
            return lines.head().role() == Role.USER && isWhole(lines);
        }
        Optional<MemoryRecord> found = RecordLine.decode(lines.line());
        return found.isPresent() && found.get().role() == Role.USER;
    }

    // Zeros are what a power cut leaves where a length has reached the disk before the text.
    private static boolean isTorn(BackwardReader lines) throws IOException {
        byte[] first = lines.firstBytes(3 + LineHead.START.length());
        int mark = LineHead.markLength(first, 0, first.length);
        int ours = Math.min(first.length - mark, LineHead.START.length());
        String start = new String(first, mark, ours, StandardCharsets.ISO_8859_1);
        return first[0] == 0
                || ours > 0 && mark + ours == lines.length() && LineHead.START.startsWith(start)
                || start.equals(LineHead.START) && !isWhole(lines);
    }

    private static boolean isWhole(BackwardReader lines) throws IOException {
        return lines.isTooLong() ? Arrays.equals(LAST, lines.lastBytes(LAST.length))
                : RecordLine.decode(lines.line()).isPresent();
    }
}
