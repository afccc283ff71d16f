package vaas.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.json.Json;
import vaas.memory.Conversations;
import vaas.testing.Talk;
import vaas.memory.MemoryRecord;

/** The tool that finds what the prompt no longer shows. */
@Timeout(60)
class SearchMemoryTest {
    private static final String NOTHING = "No older message has any of these words.";
    private static final int PROMPT_RECORDS = 4;
    private static final Deadline ENOUGH = Deadline.after(Duration.ofHours(1));

    @TempDir
    Path folder;

    private Talk memory;

    @BeforeEach
    void openMemory() throws IOException {
        memory = Talk.open(folder);
    }

    @AfterEach
    void closeMemory() throws IOException {
        memory.close();
    }

    @Test
    void findsOnlyMessagesBeyondTheWindow() throws Exception {
        say("apple one", "answer one");
        say("apple two", "answer two");
        say("apple three", "answer three");
        assertEquals(List.of("user: apple one"), find("apple"));
        assertEquals(List.of("assistant: answer one"), find("answer"));
        assertEquals(List.of(NOTHING), find("three"));
    }

    @Test
    void findsNothingWhileTheWindowShowsEverything() throws Exception {
        assertEquals(List.of(NOTHING), find("apple"));
        say("apple one", "apple");
        say("apple two", "apple");
        assertEquals(List.of(NOTHING), find("apple"));
    }

    @ParameterizedTest
    @CsvSource({"0, 6", "1, 4", "2, 4", "3, 4", "5, 2", "6, 0", "1000, 0"})
    void aWindowOfAnySizeHidesItsWholeTurns(int window, int found) throws Exception {
        say("apple", "apple");
        say("apple", "apple");
        say("apple", "apple");
        long lines = call(window, Map.of("words", "apple")).lines()
                .filter(line -> line.endsWith(": apple")).count();
        assertEquals(Math.min(5, found), lines);
    }

    @Test
    void givesAtMostFiveTheNewestFirst() throws Exception {
        for (int i = 1; i <= 8; i++) {
            say("apple " + i, "so");
        }
        fillTheWindow();
        assertEquals(List.of("user: apple 8", "user: apple 7", "user: apple 6",
                "user: apple 5", "user: apple 4"), find("apple"));
    }

    @Test
    void theMessageWithMoreOfTheWordsComesFirst() throws Exception {
        say("green apple pie", "so");
        say("apple", "so");
        say("apple pie", "so");
        say("pear", "so");
        fillTheWindow();
        assertEquals(List.of("user: green apple pie", "user: apple pie", "user: apple"),
                find("pie, green; APPLE!"));
    }

    @Test
    void aWordSaidTwiceCountsOnce() throws Exception {
        say("apple pie", "so");
        say("apple apple apple", "so");
        fillTheWindow();
        assertEquals("user: apple pie", find("apple apple pie").get(0));
    }

    @Test
    void caseDoesNotMatterNorTheAlphabet() throws Exception {
        say("\u00c4PFEL und \u0413\u0440\u0443\u0448\u0438", "so");
        fillTheWindow();
        String expected = "user: \u00c4PFEL und \u0413\u0440\u0443\u0448\u0438";
        assertEquals(List.of(expected), find("\u00e4pfel"));
        assertEquals(List.of(expected), find("\u0413\u0420\u0423\u0428\u0418"));
    }

    /** What people take for one word, or for another; in escapes where it could be mistaken. */
    @ParameterizedTest
    @CsvSource({"Zo\u00eb,Zoe\u0308,true", "Zoe\u0308,Zo\u00eb,true", "Zoe,Zo\u00eb,false",
            "STRASSE,Stra\u00dfe,true", "stra\u00dfe,STRA\u1e9eE,true",
            "\u03c3\u03bf\u03c6\u03cc\u03c2,\u03a3\u039f\u03a6\u039f\u0301\u03a3,true",
            "istanbul,\u0130STANBUL,true", "caf\u00e9,\uff23\uff21\uff26\uff25\u0301,true",
            "file,\ufb01le,true", "\uac00\uac01,\u1100\u1161\u1100\u1161\u11a8,true",
            "\u30ac\u30b9,\uff76\uff9e\uff7d,true", "naive,na\u00adi\u200bve,true",
            "\u845b\u57ce,\u845b\udb40\udd00\u57ce,true",
            "\u845b\udb40\udd00\u57ce,\u845b\u57ce,true", "word,wo\u034frd,true",
            "\u0928\u0940\u092e,\u0928 \u092e,false",
            "\u82f9\u679c,\u5403\u82f9\u679c\u6d3e,true",
            "\u8336,\u559d\u8336,true", "\ucc28,\ucc28\ub97c,true", "C++,I use c++.,true",
            "C++,I use C,false", "c#,(C#),true", "C#,C,false", "C,C# and C++,false",
            "C,cats,false", "C,so: C!,true", "snake_case,snake case,false",
            "snake_case,a SNAKE_CASE name,true", "#tag,tag,true", "\u0915,\u0915\u093f,false",
            "don't,DON'T,true", "2,2024,false", "apple,pineapples,true"})
    void wordsAreComparedAsPeopleDo(String asked, String said, boolean found) throws Exception {
        say(said, "-");
        fillTheWindow();
        assertEquals(found ? "user: " + said : NOTHING, find(asked).get(0));
    }

    @Test
    void lettersOfAWordThatHasMarksFindNothing() throws Exception {
        String said = "\u092e\u0941\u091d\u0947 \u0928\u0940\u092e"
                + " \u092a\u0938\u0902\u0926 \u0939\u0948";
        say(said, "-");
        for (int i = 0; i < 16; i++) {
            say("\u092e\u0948\u0902 \u092e\u0928 \u0938\u0947 \u0928\u092f\u093e"
                    + " \u0915\u093e\u092e \u0915\u0930\u0924\u093e \u0939\u0942\u0901", "-");
        }
        assertEquals(List.of("user: " + said), find("\u0928\u0940\u092e"));
    }

    @ParameterizedTest
    @CsvSource({"x y z pineapple,x y z", "a b c d e f g h i j k l m n o p q pineapple,a b c d e f",
            "is a pineapple,is a", "red pineapple car,red cat", "pineapple the,the",
            "a pineapple,pine a"})
    void moreAndLongerWordsGoBeforeNewerOnes(String asked, String newer) throws Exception {
        say("pineapple", "-");
        for (int i = 0; i < 9; i++) {
            say(newer, "-");
        }
        fillTheWindow();
        assertEquals("user: pineapple", find(asked).get(0));
    }

    @Test
    void whatIsShownIsKnownByItselfAndNotByItsPlace() throws Exception {
        say("apple 1", "-");
        say("apple 2", "-");
        List<MemoryRecord> shown = memory.records(2);
        say("apple 3", "-"); // by another caller, while the model thinks
        assertEquals(List.of("user: apple 3", "user: apple 1"), lines(
                call(shown, Map.of("words", "apple"), ENOUGH)));
    }

    @Test
    void idsThatFallHideNothingAndTheNewestComesFirst() throws Exception {
        say("apple 1", "-");
        say("apple 2", "-");
        memory.close();
        Path file = folder.resolve("memory.jsonl");
        List<String> saved = Files.readAllLines(file);
        Files.write(file, List.of(saved.get(2), saved.get(3), saved.get(0), saved.get(1)));
        memory = Talk.open(folder);
        say("shown", "shown");
        assertEquals(List.of("user: apple 1", "user: apple 2"), lines(
                call(2, Map.of("words", "apple"))));
    }

    @Test
    void eachLineBeginsWithTheTimeOfItsMessage() throws Exception {
        say("apple", "so");
        fillTheWindow();
        String line = call(PROMPT_RECORDS, Map.of("words", "apple"));
        Instant stored = memory.records(20).get(0).timestamp();
        assertEquals(stored + " user: apple", line);
    }

    @Test
    void aMessageTakesOneLineWhateverIsInIt() throws Exception {
        say("first\r\n\r\n\tapple\nlast", "so");
        fillTheWindow();
        assertEquals(List.of("user: first apple last"), find("apple"));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 49, 50, 51, 100, 149, 150, 151, 500, 995})
    void aLongMessageIsCutAroundTheFirstWordFound(int at) throws Exception {
        String filler = "-".repeat(1000);
        say(filler.substring(0, at) + "apple" + filler.substring(at + 5) + "pear", "so");
        fillTheWindow();
        String excerpt = find("pear apple").get(0).replaceFirst("user: ", "");
        String kept = excerpt.replaceFirst("^\\.\\.\\.", "").replaceFirst("\\.\\.\\.$", "");
        assertTrue(kept.contains("apple"), excerpt);
        assertTrue(kept.length() <= 200, "it has " + kept.length());
        assertEquals(at > 50, excerpt.startsWith("..."), excerpt);
        assertEquals(kept.length() < 1004 && !excerpt.endsWith("pear"), excerpt.endsWith("..."));
    }

    @Test
    void theWordIsFoundWhereLowerCaseIsLongerThanTheText() throws Exception {
        say("\u0130".repeat(400) + " apple", "so");
        fillTheWindow();
        String found = find("apple").get(0);
        assertTrue(found.endsWith("\u0130 apple"), found);
    }

    @Test
    void aPairOfSurrogatesIsNeverCut() throws Exception {
        for (int pad = 0; pad < 4; pad++) {
            say("x".repeat(pad) + "\ud83d\ude00".repeat(300) + " apple " + pad
                    + "\ud83d\ude00".repeat(300), "so");
        }
        fillTheWindow();
        List<String> found = find("apple");
        assertEquals(4, found.size());
        for (String line : found) {
            assertTrue(Json.isWellFormed(line), line);
            assertTrue(line.contains("apple"), line);
            assertTrue(line.startsWith("user: ...") && line.endsWith("..."), line);
        }
    }

    @Test
    void whatThePromptShowsNothingOfIsOlder() throws Exception {
        say("apple", "so");
        assertEquals(List.of(NOTHING), find("apple"));
        String found = call(List.of(), Map.of("words", "apple"), ENOUGH);
        assertTrue(found.endsWith(" user: apple"), "a turn too long for the prompt: " + found);
    }

    @Test
    void aWordOfAnyLengthTakesNoLongerThanTheTextIsLong() throws Exception {
        say("a".repeat(2_000_000), "a".repeat(2_000_000));
        String word = "a".repeat(40) + "b" + "a".repeat(4_000);
        long before = System.nanoTime();
        assertEquals(NOTHING, call(List.of(), Map.of("words", word), ENOUGH));
        say(word.substring(0, 100), "so");
        String found = call(List.of(), Map.of("words", word), ENOUGH);
        assertTrue(found.contains("user: aaaa"), "its beginning counts: " + found);
        assertTrue(System.nanoTime() - before < 20_000_000_000L, "it took 31 s once");
    }

    @Test
    void aWordIsFoundBehindItsOwnBeginning() throws Exception {
        say("nananaNANAB ananab", "so");
        fillTheWindow();
        assertEquals(List.of("user: nananaNANAB ananab"), find("nanab"));
        assertEquals(List.of(NOTHING), find("nanabb"));
    }

    @Test
    void lettersBeyondTheFirstPlaneHaveACaseToo() throws Exception {
        String upper = new String(Character.toChars(0x10400));
        String lower = new String(Character.toChars(0x10428));
        say("x " + upper + upper, "so");
        fillTheWindow();
        assertEquals(List.of("user: x " + upper + upper), find(lower + upper));
    }

    @Test
    void whenNoTimeIsLeftItSaysThatItHasNotSearchedAll() throws Exception {
        say("apple", "so");
        assertEquals("There was no time to search all older messages.",
                call(List.of(), Map.of("words", "apple"), Deadline.after(Duration.ZERO)));
    }

    @Test
    void saysSoWhenThereIsNothing() throws Exception {
        say("apple", "so");
        fillTheWindow();
        assertEquals(List.of(NOTHING), find("pear"));
        memory.memory.resetMemory();
        assertEquals(List.of(NOTHING), find("apple"), "after a reset");
        say("apple again", "so");
        fillTheWindow();
        assertEquals(List.of("user: apple again"), find("apple"));
    }

    @Test
    void withoutAWordTheModelIsToldWhatIsMissing() throws Exception {
        String error = "Error: give at least one word in 'words'.";
        assertEquals(error, call(0, Map.of()));
        assertEquals(error, call(0, Map.of("words", "")));
        assertEquals(error, call(0, Map.of("words", " ?! - \n")));
        assertEquals(error, call(0, Map.of("words", 7)));
        assertEquals(error, call(0, Map.of("word", "apple")));
        assertEquals(error, call(0, Json.read("{\"words\":null}")));
    }

    @Test
    void manyWordsAndPatternsOfAllKindsDoNoHarm() throws Exception {
        say("apple .*", "so");
        fillTheWindow();
        assertEquals(List.of("user: apple .*"), find("apple " + "pear ".repeat(10_000)));
        assertEquals(List.of("user: apple .*"), find("[(apple\\E$"));
    }

    @Test
    void isDeclaredAsTheModelNeedsIt() {
        Tool tool = SearchMemory.tool();
        assertEquals("search_memory", tool.name());
        assertEquals("object", tool.parameters().get("type"));
        assertEquals(List.of("words"), tool.parameters().get("required"));
        assertTrue(tool.parameters().get("properties").toString().contains("words"));
    }

    private void say(String question, String answer) throws IOException {
        memory.store(question, answer);
    }

    private void fillTheWindow() throws IOException {
        say("shown", "shown");
        say("shown", "shown");
    }

    private List<String> find(String words) throws Exception {
        return lines(call(PROMPT_RECORDS, Map.of("words", words)));
    }

    private static List<String> lines(String found) {
        return Arrays.stream(found.split("\n"))
                .map(line -> line.replaceFirst("^[0-9T:.-]+Z ", "")).toList();
    }

    private String call(int window, Map<String, Object> arguments) throws Exception {
        return call(memory.records(window), arguments, ENOUGH);
    }

    private String call(List<MemoryRecord> shown, Map<String, Object> arguments,
            Deadline deadline) throws Exception {
        return SearchMemory.tool().function().call(new Tool.Call(arguments,
                memory.folder.use(Conversations.SHARED), Question.of("?"), shown, deadline)).text();
    }
}
