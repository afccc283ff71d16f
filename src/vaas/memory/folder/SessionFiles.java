package vaas.memory.folder;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import vaas.disk.Disk;
import vaas.memory.Conversations;

/**
 * Where the file of a named conversation is: {@code sessions/XX/c-NAME.jsonl}, where XX, two digits
 * of a sum over the name, spreads them over 256 folders, and NAME has small letters, digits, _ and
 * - as they are and all else as =XX. So names that differ do so on every file system, and none can
 * hide, climb out of the folder, or be a name of ours or of the operating system.
 */
final class SessionFiles {
    static final String FOLDER = "sessions";
    private static final String START = "c-";
    private static final String END = ".jsonl";
    /** A dot or a capital, which are all that a name has to be escaped. */
    private static final Pattern ESCAPED = Pattern.compile("=(2E|4[1-9A-F]|5[0-9A])");

    private SessionFiles() {}

    static Path path(Path sessions, String conversation) {
        return sessions.resolve(folderName(conversation)).resolve(fileName(conversation));
    }

    /** The name of a file without its ending, for backups. */
    static String baseName(String conversation) {
        StringBuilder name = new StringBuilder(START);
        for (char c : conversation.toCharArray()) {
            if (c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '-') {
                name.append(c);
            } else {
                name.append('=').append(HexFormat.of().withUpperCase().toHexDigits((byte) c));
            }
        }
        return name.toString();
    }

    static String fileName(String conversation) {
        return baseName(conversation) + END;
    }

    static String folderName(String conversation) {
        CRC32 sum = new CRC32();
        sum.update(conversation.getBytes(StandardCharsets.US_ASCII));
        return HexFormat.of().toHexDigits((byte) sum.getValue());
    }

    /** The conversation whose file this is; empty if it is not one of ours, but a link, say. */
    static Optional<String> conversation(Disk disk, Path file) {
        return conversation(file).filter(it -> disk.isFile(file));
    }

    /** The conversation whose file has this name, if it is a file. */
    static Optional<String> conversation(Path file) {
        String name = file.getFileName().toString();
        return !name.endsWith(END) ? Optional.empty()
                : ofBaseName(name.substring(0, name.length() - END.length()))
                        .filter(it -> file.getParent().getFileName().toString()
                                .equals(folderName(it)));
    }

    static Optional<String> ofBaseName(String name) {
        String found = ESCAPED.matcher(name).replaceAll(
                it -> Character.toString(Integer.parseInt(it.group(1), 16)))
                .replaceFirst("^" + START, "");
        return Conversations.NAME.matcher(found).matches() && baseName(found).equals(name)
                ? Optional.of(found) : Optional.empty();
    }
}
