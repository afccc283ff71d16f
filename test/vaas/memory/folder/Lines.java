package vaas.memory.folder;

import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Lines as they stand in a memory file, with ids that rise with the numbers of the turns. */
final class Lines {
    /** That of {@link vaas.testing.Talk#CLOCK}. */
    static final String WHEN = "2026-11-22T08:15:30.123Z";

    private Lines() {}

    static String question(int turn) {
        return question(turn, "q" + turn, WHEN);
    }

    static String question(int turn, String content, String when) {
        return line(2L * turn, "user", content, when);
    }

    static String answer(int turn) {
        return answer(turn, "a" + turn, WHEN);
    }

    static String answer(int turn, String content, String when) {
        return line(2L * turn + 1, "assistant", content, when);
    }

    /** A turn of a time. */
    static String turn(int turn, String when) {
        return question(turn, "q" + turn, when) + answer(turn, "a" + turn, when);
    }

    /** Turns from first to last. */
    static String turns(int first, int last) {
        StringBuilder lines = new StringBuilder();
        for (int i = first; i <= last; i++) {
            lines.append(question(i)).append(answer(i));
        }
        return lines.toString();
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The content is taken as it stands in JSON. */
    private static String line(long number, String role, String content, String when) {
        UUID id = new UUID(number << 16 | 0x7000, 0x8000_0000_0000_0000L);
        return "{\"message_id\":\"" + id + "\",\"role\":\"" + role + "\",\"content\":\"" + content
                + "\",\"timestamp\":\"" + when + "\"}\n";
    }
}
