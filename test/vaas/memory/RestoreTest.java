package vaas.memory;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.LogLines;
import vaas.json.Json;
import vaas.json.JsonException;

class RestoreTest {
    private static final byte[] THREE = Turns.lines(1, 3);

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
        try (Memory memory = Talk.open(memories)) {
            return Talk.all(memory);
        }
    }

    private String refusal() {
        return assertThrows(IOException.class, () -> Restore.run(memories, backup)).getMessage();
    }

    private Map<String, Object> lastAudit() throws IOException, JsonException {
        List<String> lines = Files.readAllLines(memories.resolve(AuditLog.FILE_NAME));
        return Json.read(lines.get(lines.size() - 1));
    }

    @Test
    void whatAResetHasKeptComesBack() throws IOException {
        assertEquals(6, Restore.run(memories, backup));
        assertArrayEquals(THREE, Files.readAllBytes(memories.resolve(MemoryFile.FILE_NAME)));
        assertArrayEquals(THREE, Files.readAllBytes(backup), "it stays");
        try (Memory memory = Talk.open(memories)) {
            assertEquals(Talk.turns(1, 3), Talk.all(memory));
            Talk.say(memory, 4, 4);
            assertEquals(0, memory.damagedLines());
        }
        assertEquals(Talk.turns(1, 4), remembered());
        assertEquals("rw-------", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(memories.resolve(MemoryFile.FILE_NAME))));
        assertFalse(Files.exists(memories.resolve(MemoryFile.NEW_NAME)));
    }

    @Test
    void aBackupLargerThanTheBufferIsCopiedWhole() throws IOException {
        Files.write(backup, Turns.lines(1, 2000));
        assertEquals(4000, Restore.run(memories, backup));
        assertEquals(Talk.turns(1, 2000), remembered());
    }

    @Test
    void itLeavesALineInTheAudit() throws Exception {
        Restore.run(memories, backup);
        Map<String, Object> entry = lastAudit();
        assertEquals("restore", entry.get("what"));
        assertEquals("ok", entry.get("outcome"));
        assertEquals(6, entry.get("records_restored"));
        assertEquals(THREE.length, entry.get("bytes_restored"));
        assertNull(entry.get("request_id"));
    }

    @Test
    void aMemoryThatIsNotEmptyIsRefusedAndStays() throws Exception {
        try (Memory memory = Talk.open(memories)) {
            Talk.say(memory, 8, 9);
        }
        assertTrue(refusal().contains("not empty"));
        assertEquals("failed", lastAudit().get("outcome"));
        assertEquals(0, lastAudit().get("records_restored"));
        assertEquals(Talk.turns(8, 9), remembered());
        try (Memory memory = Talk.open(memories)) {
            memory.resetMemory();
        }
        assertEquals(6, Restore.run(memories, backup), "after a reset it is empty");
    }

    @Test
    void aMemoryInUseIsRefused() throws IOException {
        try (Memory memory = Talk.open(memories)) {
            assertTrue(refusal().contains("already open"));
            assertEquals(List.of(), Talk.all(memory));
            Talk.say(memory, 1, 1);
        }
        assertEquals(Talk.turns(1, 1), remembered());
    }

    @Test
    void aDamagedBackupIsRefusedBeforeAnythingHappens() throws IOException {
        String whole = Turns.text(1, 3);
        for (String damaged : List.of(whole.substring(0, whole.length() - 1),
                whole + "{}\n", whole + Turns.line(Turns.question(4)), Turns.text(2, 2) + whole,
                "what is this")) {
            Files.writeString(backup, damaged);
            assertTrue(refusal().contains(backup + " has "));
            assertFalse(Files.exists(memories.resolve(MemoryFile.FILE_NAME)));
            assertTrue(Files.readString(memories.resolve(AuditLog.FILE_NAME))
                    .endsWith("\"outcome\":\"failed\"}\n"));
        }
    }

    @Test
    void aDiskThatRefusesLeavesTheMemoryEmpty() throws Exception {
        Talk.open(memories).close();
        Path inTheWay = Files.createDirectory(memories.resolve(MemoryFile.NEW_NAME));
        assertThrows(IOException.class, () -> Restore.run(memories, backup));
        assertEquals("failed", lastAudit().get("outcome"));
        Files.delete(inTheWay);
        assertEquals(List.of(), remembered());
        assertEquals(6, Restore.run(memories, backup));
    }

    @Test
    void withoutAnAuditItIsRestoredAllTheSame() throws IOException {
        Files.createDirectories(memories.resolve(AuditLog.FILE_NAME));
        try (LogLines log = LogLines.listen()) {
            assertEquals(6, Restore.run(memories, backup));
            assertTrue(log.with("audit").get(0).startsWith("SEVERE restore "));
        }
        assertEquals(Talk.turns(1, 3), remembered());
    }

    @Test
    void aLeftoverOfTheMemoryItselfIsNotWipedInsteadOfRestored() throws IOException {
        Path leftover = Files.createDirectories(memories).resolve(MemoryFile.NEW_NAME);
        Files.writeString(leftover, Turns.text(1, 3));
        IOException refused =
                assertThrows(IOException.class, () -> Restore.run(memories, leftover));
        assertTrue(refused.getMessage().contains("copy it elsewhere"), refused.getMessage());
        assertEquals(Turns.text(1, 3), Files.readString(leftover));
    }
}
