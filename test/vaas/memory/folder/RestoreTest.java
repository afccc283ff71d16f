package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.Requester;
import vaas.testing.LogLines;
import vaas.memory.Conversations;
import vaas.testing.Talk;

class RestoreTest {
    private static final byte[] THREE = Lines.utf8(Lines.turns(1, 3));

    @TempDir
    Path folder;
    private Path memories;
    private Path backup;

    @BeforeEach
    void backup() throws IOException {
        memories = folder.resolve("a/memory");
        backup = Files.write(folder.resolve("backup.jsonl"), THREE);
    }

    private List<String> remembered() throws IOException {
        try (Talk talk = Talk.open(memories)) {
            return talk.all();
        }
    }

    /** Tells how many records came back. */
    private String restore() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new Maintenance(memories, Optional.empty(),
                new PrintStream(out, true, StandardCharsets.UTF_8)).restore(backup.toString(), "");
        return out.toString(StandardCharsets.UTF_8).strip();
    }

    private String refusal() {
        return assertThrows(IOException.class, this::restore).getMessage();
    }

    private Map<String, Object> lastAudit() throws IOException, JsonException {
        List<String> lines = Files.readAllLines(memories.resolve(AuditLog.FILE_NAME));
        return Json.read(lines.get(lines.size() - 1));
    }

    @Test
    void aNamedConversationGetsItsOwnBack() throws IOException {
        Maintenance maintenance = new Maintenance(memories, Optional.empty(),
                new PrintStream(PrintStream.nullOutputStream(), true, StandardCharsets.UTF_8));
        maintenance.restore(backup.toString(), "Its.Name");
        assertThrows(IOException.class,
                () -> maintenance.restore(backup.toString(), "Its.Name"), "it is not empty");
        assertThrows(IOException.class, () -> maintenance.restore(backup.toString(), "../x"));
        assertTrue(Files.readString(memories.resolve(AuditLog.FILE_NAME))
                .contains("\"session\":\"Its.Name\""));
        try (Talk talk = Talk.open(memories); Conversations.Lease lease =
                talk.folder.use("Its.Name")) {
            assertEquals(Talk.turns(1, 3), Talk.all(lease.memory()));
            assertEquals(List.of(), talk.all());
        }
    }

    @Test
    void whatAResetHasKeptComesBack() throws IOException {
        assertEquals("restored 6 records", restore());
        assertArrayEquals(THREE, Files.readAllBytes(memories.resolve(MemoryFolder.SHARED_FILE)));
        assertArrayEquals(THREE, Files.readAllBytes(backup), "it stays");
        try (Talk talk = Talk.open(memories)) {
            assertEquals(Talk.turns(1, 3), talk.all());
            talk.say(4, 4);
            assertEquals(0, talk.memory.damagedLines());
        }
        assertEquals(Talk.turns(1, 4), remembered());
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(memories.resolve(MemoryFolder.SHARED_FILE))));
        assertFalse(Files.exists(memories.resolve(MemoryFolder.SHARED_FILE + ".new")));
    }

    @Test
    void aBackupLargerThanTheBufferIsCopiedWhole() throws IOException {
        Files.write(backup, Lines.utf8(Lines.turns(1, 2000)));
        assertEquals("restored 4000 records", restore());
        assertEquals(Talk.turns(1, 2000), remembered());
    }

    @Test
    void itLeavesALineInTheAudit() throws Exception {
        restore();
        Map<String, Object> entry = lastAudit();
        assertEquals("restore", entry.get("what"));
        assertEquals("ok", entry.get("outcome"));
        assertEquals(6, entry.get("records_restored"));
        assertEquals(THREE.length, entry.get("bytes_restored"));
        assertNull(entry.get("request_id"));
    }

    @Test
    void aMemoryThatIsNotEmptyIsRefusedAndStays() throws Exception {
        try (Talk talk = Talk.open(memories)) {
            talk.say(8, 9);
        }
        assertTrue(refusal().contains("not empty"));
        assertEquals("failed", lastAudit().get("outcome"));
        assertEquals(0, lastAudit().get("records_restored"));
        assertEquals(Talk.turns(8, 9), remembered());
        try (Talk talk = Talk.open(memories)) {
            talk.memory.resetMemory(Requester.SELF);
        }
        assertEquals("restored 6 records", restore(), "after a reset it is empty");
    }

    @Test
    void aLinkIsRefusedAndNotReplacedByAFile() throws IOException {
        Path link = Files.createDirectories(memories).resolve("memory.jsonl");
        Path real = folder.resolve("real.jsonl");
        Files.createSymbolicLink(link, real);
        assertTrue(refusal().contains("is a symbolic link"));
        Files.createFile(real);
        assertTrue(refusal().contains("is a symbolic link"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals(0, Files.size(real));
    }

    @Test
    void aBackupThatCantBeLookedAtIsNotCalledMissing() throws IOException {
        backup = folder.resolve("loop");
        Files.createSymbolicLink(backup, backup);
        assertTrue(refusal().startsWith("can't look at " + backup + ": "), refusal());
        backup = folder.resolve("absent");
        assertEquals("there is no file " + backup, refusal());
    }

    @Test
    void aMemoryInUseIsRefused() throws IOException {
        try (Talk talk = Talk.open(memories)) {
            assertTrue(refusal().contains("already open"));
            assertEquals(List.of(), talk.all());
            talk.say(1, 1);
        }
        assertEquals(Talk.turns(1, 1), remembered());
    }

    /** What is done by a start is done by a restore, which tells it; no turn is lost by either. */
    @Test
    void whatAStartWouldOpenIsRestoredAndWhatIsWrongIsNamed() throws IOException {
        String whole = Lines.turns(1, 3);
        int end = whole.length();
        String name = "backup.jsonl ";
        assertRestored(whole.substring(0, end - 1), whole, 6, name + "byte "
                + (whole.lastIndexOf('\n', end - 2) + 1)
                + ": the last line has no line end; the next start adds it");
        assertRestored(whole + "{}\n", whole + "{}\n", 6,
                name + "line 7 byte " + end + ": damaged");
        assertRestored(whole + Lines.question(4), whole, 6,
                name + "ends with a question without its answer");
        assertRestored(whole + Lines.question(4) + Lines.answer(4).substring(0, 50), whole, 6,
                name + "ends with a question without its answer", name + "byte "
                + (whole + Lines.question(4)).length()
                + ": 50 bytes of an unfinished line; the next start cuts them");
        assertRestored("\n" + whole + " \nfoo", "\n" + whole + " \nfoo\n", 6, name + "byte "
                + (end + 3) + ": the last line has no line end; the next start adds it",
                name + "line 9 byte " + (end + 3) + ": damaged");
        assertRestored("\uFEFF" + whole, "\uFEFF" + whole, 6);
        assertRestored(Lines.turns(2, 2) + whole, Lines.turns(2, 2) + whole, 8, name
                + "line 3 byte " + Lines.turns(2, 2).length()
                + ": the id does not come after the one before");
    }

    private void assertRestored(String kept, String expected, int records, String... told)
            throws IOException {
        Files.writeString(backup, kept);
        List<String> said = new ArrayList<>(List.of(told));
        said.add("restored " + records + " records");
        assertEquals(said, restore().lines().toList());
        Path file = memories.resolve(MemoryFolder.SHARED_FILE);
        assertEquals(expected, Files.readString(file));
        assertEquals(records, remembered().size());
        assertEquals(expected, Files.readString(file), "a start has nothing to mend");
        Files.delete(file);
    }

    @Test
    void ofManyProblemsSomeAreTold() throws IOException {
        Files.writeString(backup, "damaged\n".repeat(500) + Lines.turns(1, 3));
        List<String> said = restore().lines().toList();
        assertEquals(List.of("backup.jsonl line 20 byte 152: damaged", "of 500 problems; --verify "
                + backup + " tells all", "restored 6 records"), said.subList(19, said.size()));
    }

    @Test
    void aBackupWithoutAnyRecordIsRefusedBeforeAnythingHappens() throws IOException {
        for (String damaged : List.of("what is this", "{}\n", Lines.question(4),
                Lines.question(4).substring(0, 40))) {
            Files.writeString(backup, damaged);
            assertTrue(refusal().contains(backup + " is not restored: "), damaged);
            assertFalse(Files.exists(memories.resolve(MemoryFolder.SHARED_FILE)));
            assertTrue(Files.readString(memories.resolve(AuditLog.FILE_NAME))
                    .endsWith("\"outcome\":\"failed\"}\n"));
        }
    }

    @Test
    void aDiskThatRefusesLeavesTheMemoryEmpty() throws Exception {
        Talk.open(memories).close();
        Path inTheWay = Files.createDirectory(memories.resolve(MemoryFolder.SHARED_FILE + ".new"));
        assertThrows(IOException.class, this::restore);
        assertEquals("failed", lastAudit().get("outcome"));
        Files.delete(inTheWay);
        assertEquals(List.of(), remembered());
        assertEquals("restored 6 records", restore());
    }

    @Test
    void withoutAnAuditItIsRestoredAllTheSame() throws IOException {
        Files.createDirectories(memories.resolve(AuditLog.FILE_NAME));
        try (LogLines log = LogLines.listen()) {
            assertEquals("restored 6 records", restore());
            assertTrue(log.with("audit").get(0).startsWith("SEVERE restore "));
        }
        assertEquals(Talk.turns(1, 3), remembered());
    }

    @Test
    void aLeftoverOfTheMemoryItselfIsNotWipedInsteadOfRestored() throws IOException {
        Path leftover = Files.createDirectories(memories).resolve(MemoryFolder.SHARED_FILE
                + ".new");
        Files.writeString(leftover, Lines.turns(1, 3));
        backup = leftover;
        assertTrue(refusal().contains("copy it elsewhere"));
        assertEquals(Lines.turns(1, 3), Files.readString(leftover));
    }
}
