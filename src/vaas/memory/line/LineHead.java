package vaas.memory.line;

import java.util.UUID;
import vaas.memory.Role;

/**
 * What the first bytes of a line tell without reading it whole: in a line of ours, id and role
 * stand at fixed places. Cheap enough for every line of a large file.
 *
 * @param ours whether it begins as a line of ours does, a byte order mark before it passed over
 * @param id null unless it is one
 * @param role null unless it is one
 * @param contentAt where the content begins, after the line's start; 0 if that is not known
 */
public record LineHead(boolean ours, UUID id, Role role, int contentAt) {
    /** With it begins every line of ours, whole or torn. */
    public static final String START = "{\"message_id\":\"";

    private static final byte[] START_BYTES = RecordLine.ascii(START);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int ID_CHARS = 36;
    private static final byte[] USER = RecordLine.ascii("\",\"role\":\"user\",\"content\":");
    private static final byte[] ASSISTANT =
            RecordLine.ascii("\",\"role\":\"assistant\",\"content\":");
    private static final LineHead FOREIGN = new LineHead(false, null, null, 0);
    private static final LineHead UNKNOWN = new LineHead(true, null, null, 0);

    public static boolean isOurs(byte[] bytes, int from, int to) {
        return startsWith(bytes, from + markLength(bytes, from, to), to, START_BYTES);
    }

    public static LineHead of(byte[] bytes, int from, int to) {
        int start = from + markLength(bytes, from, to);
        if (!startsWith(bytes, start, to, START_BYTES)) {
            return FOREIGN;
        }
        UUID id = id(bytes, start + START_BYTES.length, to);
        int at = start + START_BYTES.length + ID_CHARS;
        if (id == null) {
            return UNKNOWN;
        } else if (startsWith(bytes, at, to, USER)) {
            return new LineHead(true, id, Role.USER, at + USER.length - from);
        } else if (startsWith(bytes, at, to, ASSISTANT)) {
            return new LineHead(true, id, Role.ASSISTANT, at + ASSISTANT.length - from);
        }
        return UNKNOWN;
    }

    /** Length of the byte order mark at a line's beginning, an editor's or of joined files. */
    public static int markLength(byte[] bytes, int from, int to) {
        return startsWith(bytes, from, to, BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
    }

    static boolean startsWith(byte[] bytes, int from, int to, byte[] start) {
        if (to - from < start.length) {
            return false;
        }
        for (int i = 0; i < start.length; i++) {
            if (bytes[from + i] != start[i]) {
                return false;
            }
        }
        return true;
    }

    // Only the 36-character form in small letters, as we write it; null for anything else.
    private static UUID id(byte[] bytes, int from, int to) {
        if (to - from < ID_CHARS) {
            return null;
        }
        long high = 0;
        long low = 0;
        for (int i = 0; i < ID_CHARS; i++) {
            byte c = bytes[from + i];
            boolean dash = i == 8 || i == 13 || i == 18 || i == 23;
            int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
            if (dash ? c != '-' : digit < 0) {
                return null;
            }
            if (!dash && i < 18) {
                high = high << 4 | digit;
            } else if (!dash) {
                low = low << 4 | digit;
            }
        }
        return new UUID(high, low);
    }
}
