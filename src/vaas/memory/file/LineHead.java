package vaas.memory.file;

import java.util.UUID;
import vaas.memory.Role;

/**
 * What the first bytes of a line tell without reading it whole: in a line of ours, id and role
 * stand at fixed places. Cheap enough for every line of a large file.
 *
 * @param ours whether it begins as a line of ours does
 * @param id null unless it is one
 * @param role null unless it is one
 */
record LineHead(boolean ours, UUID id, Role role) {
    /** With it begins every line of ours, whole or torn. */
    static final String START = "{\"message_id\":\"";

    private static final byte[] START_BYTES = RecordLine.ascii(START);
    private static final int ID_CHARS = 36;
    private static final byte[] USER = RecordLine.ascii("\",\"role\":\"user\",\"content\":");
    private static final byte[] ASSISTANT =
            RecordLine.ascii("\",\"role\":\"assistant\",\"content\":");
    private static final LineHead FOREIGN = new LineHead(false, null, null);

    static LineHead of(byte[] bytes, int from, int to) {
        if (!startsWith(bytes, from, to, START_BYTES)) {
            return FOREIGN;
        }
        int at = from + START_BYTES.length;
        UUID id = id(bytes, at, to);
        Role role = id == null ? null
                : startsWith(bytes, at + ID_CHARS, to, USER) ? Role.USER
                : startsWith(bytes, at + ID_CHARS, to, ASSISTANT) ? Role.ASSISTANT : null;
        return role == null ? new LineHead(true, null, null) : new LineHead(true, id, role);
    }

    /** Where the content begins, after the line's start; 0 if it is not known. */
    int contentAt() {
        return role == null ? 0 : START_BYTES.length + ID_CHARS
                + (role == Role.USER ? USER : ASSISTANT).length;
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
