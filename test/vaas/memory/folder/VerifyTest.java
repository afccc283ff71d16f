package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.Talk;

class VerifyTest {
    private static final String ONE = Lines.turns(1, 1);
    private static final String TWO = Lines.turns(2, 2);
    private static final String QUESTION = Lines.question(2);
    private static final String ANSWER = Lines.answer(2);

    @TempDir
    Path folder;

    private List<String> report; // of the last check

    private boolean isWell() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        boolean well = new Maintenance(folder, Optional.empty(),
                new PrintStream(out, true, StandardCharsets.UTF_8)).verify();
        report = out.toString(StandardCharsets.UTF_8).lines().toList();
        assertFalse(report.toString().matches(".*\\b[qa][0-9].*"), "no content: " + report);
        return well;
    }

    /** Checks a file that is not as it should be; returns the lines before the summary. */
    private List<String> problems(String content) throws IOException {
        Path file = folder.resolve(MemoryFolder.SHARED_FILE);
        Files.writeString(file, content);
        assertFalse(isWell());
        assertEquals(content, Files.readString(file), "nothing is repaired");
        List<String> problems = report.subList(0, report.size() - 2);
        String count = problems.size() + (problems.size() == 1 ? " problem" : " problems");
        assertEquals(count, report.get(report.size() - 1));
        return problems;
    }

    private Path session(String conversation, String content) throws IOException {
        Path file = SessionFiles.path(folder.resolve(SessionFiles.FOLDER), conversation);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void ofNamedConversationsTheSumIsToldAndWhoIsInTrouble() throws IOException {
        session("well", Lines.turns(1, 2));
        session("Also.Well", Lines.turns(1, 1));
        assertTrue(isWell());
        assertEquals("2 named conversations, 6 records", report.get(report.size() - 2));
        session("torn", ONE + "{\"message_id\":\"0199");
        Files.writeString(session("stray", ONE).resolveSibling("notes"), "x");
        Files.createDirectory(folder.resolve("sessions.old"));
        assertFalse(isWell());
        assertTrue(report.contains("session torn:"), report.toString());
        assertFalse(report.toString().contains("session well"), report.toString());
        assertTrue(report.stream().anyMatch(it -> it.endsWith("notes: no conversation; left"
                + " alone")), report.toString());
        assertTrue(report.contains("sessions.old is left over from a crash; the next start"
                + " removes it"), report.toString());
        assertEquals("2 problems", report.get(report.size() - 1));
    }

    @Test
    void aWholeMemoryIsCounted() throws IOException {
        String three = Lines.turns(1, 3);
        Files.writeString(folder.resolve(MemoryFolder.SHARED_FILE), three);
        assertTrue(isWell());
        assertEquals(List.of("memory.jsonl: " + three.length() + " bytes, 6 records, 3 turns",
                "all is well"), report);
    }

    @Test
    void aMemoryThatHasNotBegunIsWell() throws IOException {
        assertTrue(isWell());
        assertEquals(List.of("memory.jsonl: there is none yet", "all is well"), report);
    }

    @Test
    void aDamagedLineIsToldWithItsLineAndByte() throws IOException {
        assertEquals(List.of("memory.jsonl line 3 byte " + ONE.length() + ": damaged"),
                problems(ONE + "{\"what\":\"q8\"}\n" + TWO));
        assertEquals(List.of("memory.jsonl line 2 byte 1: an answer without its question"),
                problems("\n" + ANSWER), "a blank line is no damage");
    }

    @Test
    void aBlankLineIsNoProblemAlsoInsideATurn() throws IOException {
        Files.writeString(folder.resolve(MemoryFolder.SHARED_FILE), ONE + " \n" + QUESTION
                + "\t\r\n" + ANSWER);
        assertTrue(isWell());
        assertTrue(report.get(0).endsWith("4 records, 2 turns"), report.toString());
    }

    @Test
    void whereNoServerHasEverBeenNothingIsLeftByALook() throws IOException {
        Files.writeString(folder.resolve(MemoryFolder.SHARED_FILE), ONE);
        assertTrue(isWell());
        Maintenance maintenance = new Maintenance(folder, Optional.empty(),
                new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        assertTrue(maintenance.contains(new ByteArrayInputStream(Lines.utf8("q1"))));
        try (Stream<Path> names = Files.list(folder)) {
            assertEquals(List.of(folder.resolve(MemoryFolder.SHARED_FILE)), names.toList());
        }
    }

    @Test
    void halfTurnsAreTold() throws IOException {
        assertEquals(List.of("memory.jsonl line 4 byte " + (ONE + QUESTION).length()
                + ": the question before has no answer"),
                problems(ONE + QUESTION + Lines.turns(3, 3)));
        assertEquals(List.of("memory.jsonl line 3 byte " + ONE.length()
                + ": an answer without its question"), problems(ONE + ANSWER));
        assertEquals(List.of("memory.jsonl ends with a question without its answer"),
                problems(ONE + QUESTION));
    }

    @Test
    void idsThatDoNotRiseAreTold() throws IOException {
        String place = "memory.jsonl line 3 byte " + TWO.length() + ": the id does not come after";
        assertEquals(List.of(place + " the one before"), problems(TWO + ONE));
        assertEquals(1, problems(ONE + ONE).size(), "the same id does not rise either");
    }

    @Test
    void anUnfinishedLineIsToldWithItsLength() throws IOException {
        assertEquals(List.of("memory.jsonl byte " + ONE.length()
                + ": 7 bytes of an unfinished line; the next start cuts them"),
                problems(ONE + QUESTION.substring(0, 7)));
    }

    @Test
    void aLastLineWithoutItsEndIsTold() throws IOException {
        String place = "memory.jsonl byte " + (ONE + QUESTION).length();
        assertEquals(List.of(place + ": the last line has no line end; the next start adds it"),
                problems(ONE + QUESTION + ANSWER.stripTrailing()));
        assertTrue(report.contains("memory.jsonl: " + (TWO + ONE).stripTrailing().length()
                + " bytes, 4 records, 2 turns"), report.toString());
        assertEquals(2, problems(ONE + QUESTION + "foo").size() - 1, "it is damaged as well");
    }

    @Test
    void whoWaitsAtATerminalIsToldOnceASecondHowFarItIs() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        AtomicLong nanos = new AtomicLong();
        Progress progress = new Progress(
                new PrintStream(told, true, StandardCharsets.UTF_8), nanos::get, 5_000_000_000L);
        progress.accept(1_000_000_000);
        assertEquals("", told.toString(StandardCharsets.UTF_8), "of a short look nothing is seen");
        for (int i = 0; i < 3; i++) {
            nanos.addAndGet(500_000_000);
            progress.accept(500_000_000);
        }
        nanos.addAndGet(1_000_000_000);
        progress.accept(4_000_000_000L);
        assertEquals(" 40 % of 5000 MB\r100 % of 5000 MB\r",
                told.toString(StandardCharsets.UTF_8));
    }

    @Test
    void theLeftoverOfACrashIsTold() throws IOException {
        Files.writeString(folder.resolve(MemoryFolder.SHARED_FILE + ".new"), "");
        assertFalse(isWell());
        assertTrue(report.get(0).startsWith("memory.jsonl.new is left over"), report.toString());
        Talk.open(folder).close();
        assertTrue(isWell(), "a start has removed it");
    }

    @Test
    void aMemoryInUseIsRefusedAndGivenBackAfterwards() throws IOException {
        byte[] before;
        try (Talk talk = Talk.open(folder)) {
            talk.say(1, 2);
            before = Files.readAllBytes(folder.resolve(MemoryFolder.SHARED_FILE));
            assertThrows(IOException.class, this::isWell);
        }
        assertTrue(isWell());
        assertArrayEquals(before, Files.readAllBytes(folder.resolve(MemoryFolder.SHARED_FILE)));
        Talk.open(folder).close();
    }
}
