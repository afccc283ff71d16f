package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What an answer tells about itself where it may end up in a log. */
class ReplyTest {
    @Test
    void theTextOfAnAnswerIsLeftOut() {
        UUID id = UUID.randomUUID();
        String text = new Reply.Answered(
                "my secret", Optional.of("/my/clip"), Optional.of(id)).toString();
        assertFalse(text.contains("secret"), text);
        assertFalse(text.contains("clip"), text);
        assertTrue(text.contains(id.toString()), text);
    }
}
