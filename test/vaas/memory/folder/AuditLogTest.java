package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.disk.FileDisk;
import vaas.disk.Handles;
import vaas.json.Json;
import vaas.json.JsonException;
import vaas.memory.Requester;
import vaas.memory.file.Audit;
import vaas.testing.LogLines;
import vaas.testing.Talk;

@ExtendWith(Handles.class)
class AuditLogTest {
    private static final Requester CALLER = new Requester("id-1", "192.0.2.7", "id-1");

    @TempDir
    Path folder;

    private final FaultyDisk disk = new FaultyDisk();

    private static Audit.Entry entry(Audit.What what) {
        return new Audit.Entry(what, CALLER, null, 3, OptionalLong.of(4), 632, 5, Audit.Outcome.OK);
    }

    private AuditLog onFaultyDisk() {
        return new AuditLog(disk, FaultyDisk.FOLDER, Talk.CLOCK);
    }

    /** Whole lines only; whatever is no JSON fails the test. */
    private static List<Map<String, Object>> entries(String text) throws JsonException {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (String line : text.lines().toList()) {
            entries.add(Json.read(line));
        }
        assertTrue(text.isEmpty() || text.endsWith("\n"), text);
        return entries;
    }

    private List<Map<String, Object>> entries() throws JsonException {
        return entries(disk.text(AuditLog.FILE_NAME));
    }

    @Test
    void anEntryHasItsMembersInOrder() throws JsonException {
        onFaultyDisk().write(entry(Audit.What.RESET));
        Map<String, Object> entry = entries().get(0);
        assertEquals(List.of("time", "request_id", "remote_address", "what", "session",
                "generation", "records_removed", "bytes_removed", "milliseconds", "outcome"),
                new ArrayList<>(entry.keySet()));
        assertEquals("2026-11-22T08:15:30.123Z", entry.get("time"));
        assertEquals("id-1", entry.get("request_id"));
        assertEquals("192.0.2.7", entry.get("remote_address"));
        assertNull(entry.get("session"), "there is one conversation so far");
        assertEquals(List.of(3, 4, 632, 5), List.of(entry.get("generation"),
                entry.get("records_removed"), entry.get("bytes_removed"),
                entry.get("milliseconds")));
        assertEquals("ok", entry.get("outcome"));
    }

    @Test
    void aRestoreTellsWhatCameBackAndTheProgramItselfHasNoAddress() throws JsonException {
        onFaultyDisk().write(new Audit.Entry(Audit.What.RESTORE, Requester.SELF, null, 0,
                OptionalLong.of(4), 632, 5, Audit.Outcome.OK));
        Map<String, Object> entry = entries().get(0);
        assertEquals(4, entry.get("records_restored"));
        assertEquals(632, entry.get("bytes_restored"));
        assertFalse(entry.containsKey("records_removed"));
        assertNull(entry.get("request_id"));
        assertNull(entry.get("remote_address"));
    }

    @Test
    void aFailedResetIsAnEntryThatSaysSo() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 2);
            disk.failWhen((call, count) -> call.matches("move|truncate"));
            assertThrows(IOException.class, () -> talk.memory.resetMemory(CALLER));
            disk.heal();
            talk.memory.resetMemory(CALLER);
        }
        assertEquals(List.of("failed", "ok"),
                entries().stream().map(entry -> entry.get("outcome")).toList());
        assertEquals(List.of(0, 4),
                entries().stream().map(entry -> entry.get("records_removed")).toList());
        assertEquals(List.of(0, 1),
                entries().stream().map(entry -> entry.get("generation")).toList());
        assertFalse(disk.text(AuditLog.FILE_NAME).contains("q1"), "never any content");
    }

    @Test
    void whatACrashHasTornKeepsItsLineAndTheNextEntryGetsItsOwn() throws Exception {
        String torn = "{\"time\":\"2026-1";
        try (Disk.Handle file = disk.create(FaultyDisk.FOLDER.resolve(AuditLog.FILE_NAME))) {
            file.write(0, Lines.utf8(torn));
        }
        onFaultyDisk().write(entry(Audit.What.RESET));
        onFaultyDisk().write(entry(Audit.What.REPAIR));
        List<String> lines = disk.text(AuditLog.FILE_NAME).lines().toList();
        assertEquals(3, lines.size(), lines.toString());
        assertEquals(torn, lines.get(0));
        assertEquals("reset", Json.read(lines.get(1)).get("what"));
        assertEquals("repair", Json.read(lines.get(2)).get("what"));
    }

    @Test
    void onAFullDiskTheResetHappensAndTheLogSaysThatItsEntryIsMissing() throws Exception {
        try (LogLines log = LogLines.listen(); Talk talk = Talk.open(disk)) {
            talk.memory.resetMemory(CALLER);
            String before = disk.text(AuditLog.FILE_NAME);
            talk.say(1, 2);
            disk.failWhen((call, count) -> call.equals("write"));
            assertEquals(OptionalLong.of(4),
                    talk.memory.resetMemory(new Requester("id-2", null, "id-2")).recordsRemoved());
            assertEquals(List.of(), talk.all());
            assertEquals(before, disk.text(AuditLog.FILE_NAME), "half a line is cut off again");
            List<String> lines = log.with("audit");
            assertEquals(1, lines.size(), lines.toString());
            assertTrue(lines.get(0).startsWith("SEVERE reset ")
                    && lines.get(0).contains("id-2"), lines.get(0));
            disk.heal();
            talk.memory.resetMemory(CALLER);
        }
        assertEquals(2, entries().size());
    }

    @Test
    void pastEightMebibytesANewFileBegins() throws Exception {
        Path path = folder.resolve(AuditLog.FILE_NAME);
        Path old = folder.resolve(AuditLog.OLD_NAME);
        AuditLog audit = new AuditLog(new FileDisk(), folder, Talk.CLOCK);
        Files.write(path, new byte[8 << 20]);
        audit.write(entry(Audit.What.RESET));
        assertFalse(Files.exists(old), "not yet past it");
        audit.write(entry(Audit.What.REPAIR));
        assertFalse(Files.exists(path));
        assertTrue(Files.readString(old).contains("\"repair\""));
        audit.write(entry(Audit.What.RETENTION));
        assertEquals("retention", entries(Files.readString(path)).get(0).get("what"));
        Files.write(path, new byte[9 << 20]);
        audit.write(entry(Audit.What.RESET));
        assertFalse(Files.readString(old).contains("\"repair\""), "two files of it at most");
    }

    @Test
    void itsFilesAreForTheirOwnerOnly() throws IOException {
        Path path = folder.resolve(AuditLog.FILE_NAME);
        new AuditLog(new FileDisk(), folder, Talk.CLOCK).write(entry(Audit.What.RESET));
        assertEquals("rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    }

    @Test
    void onceAResetReturnsItsEntrySurvivesAPowerCut() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            talk.say(1, 2);
            for (int i = 1; i <= 3; i++) {
                talk.memory.resetMemory(CALLER);
                for (FaultyDisk left : disk.afterPowerCut()) {
                    assertEquals(i, entries(left.text(AuditLog.FILE_NAME)).size());
                }
            }
        }
    }

    @Test
    void alsoWhenTheDiskWasFullAtTheFirstEntry() throws Exception {
        try (Talk talk = Talk.open(disk)) {
            disk.failWhen((call, count) -> call.equals("write"));
            talk.memory.resetMemory(CALLER);
            // No room for a new memory file either: nothing else syncs the folder.
            disk.failWhen((call, count) -> call.equals("create"));
            talk.memory.resetMemory(CALLER);
            for (FaultyDisk left : disk.afterPowerCut()) {
                assertEquals(1, entries(left.text(AuditLog.FILE_NAME)).size());
            }
        }
    }
}
