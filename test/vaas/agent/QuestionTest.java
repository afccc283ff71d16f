package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What may be asked, and what the memory keeps of it. */
class QuestionTest {
    private static final Optional<Image> IMAGE = Optional.of(new Image("image/png", "iVBORw=="));

    @Test
    void mayBeEmptyOnlyBesideAnImage() {
        assertEquals("", question("", IMAGE).message());
        assertThrows(IllegalArgumentException.class, () -> question("", Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> Question.of(""));
    }

    @Test
    void everyPartIsNeeded() {
        assertThrows(NullPointerException.class, () -> Question.of(null));
        assertThrows(NullPointerException.class, () -> question("hello", null));
        assertThrows(NullPointerException.class,
                () -> new Question("hello", IMAGE, null, "id"));
        assertThrows(NullPointerException.class,
                () -> new Question("hello", IMAGE, Optional.empty(), null));
    }

    @Test
    void textThatCanNotBeStoredIsRefusedBeforeAModelIsPaidForIt() {
        assertThrows(IllegalArgumentException.class, () -> Question.of("half a pair: \ud83d"));
        assertThrows(IllegalArgumentException.class, () -> question("\ude00", IMAGE));
        assertEquals("\ud83d\ude00", Question.of("\ud83d\ude00").message());
    }

    @Test
    void ofTextAloneThereIsNothingElse() {
        Question question = Question.of("hello");
        assertEquals("hello", question.message());
        assertEquals(Optional.empty(), question.image());
        assertEquals(Optional.empty(), question.videoPath());
    }

    @Test
    void theTextIsRememberedAsItCame() {
        assertEquals(" hello\n", Question.of(" hello\n").remembered());
        assertEquals("what is this?", question("what is this?", IMAGE).remembered());
    }

    @Test
    void anImageAloneIsRememberedByAWord() {
        assertEquals("[image]", question("", IMAGE).remembered());
    }

    @Test
    void itsTextLeavesMessageImageAndPathOut() {
        String text = new Question(
                "my secret", IMAGE, Optional.of("/my/video"), "id").toString();
        assertFalse(text.contains("secret"), text);
        assertFalse(text.contains("iVBORw"), text);
        assertFalse(text.contains("video"), text);
    }

    private static Question question(String message, Optional<Image> image) {
        return new Question(message, image, Optional.empty(), "id");
    }
}
