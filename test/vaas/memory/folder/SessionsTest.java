package vaas.memory.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static vaas.disk.Failing.succeeds;
import static vaas.testing.Talk.turns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import vaas.budget.Budget;
import vaas.disk.Failing;
import vaas.disk.FaultyDisk;
import vaas.disk.Handles;
import vaas.memory.Conversations;
import vaas.memory.Conversations.Lease;
import vaas.memory.Conversations.Place;
import vaas.memory.Conversations.Summary;
import vaas.memory.Conversations.Total;
import vaas.memory.History;
import vaas.memory.Insertion;
import vaas.memory.MemoryUnavailableException;
import vaas.memory.Receipt;
import vaas.memory.RefusedException;
import vaas.memory.RefusedException.Reason;
import vaas.memory.Requester;
import vaas.testing.Await;
import vaas.testing.LogLines;
import vaas.testing.Talk;
import vaas.testing.Together;

/** Many conversations in one folder. */
@Timeout(60)
@ExtendWith(Handles.class)
@SuppressWarnings("try") // what is closed early is closed again
class SessionsTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private static void say(Conversations in, String conversation, int from, int last)
            throws IOException {
        try (Lease lease = in.use(conversation)) {
            Talk.say(lease.memory(), from, last);
        }
    }

    /** Stores a turn unless a reset comes between. */
    private static void insert(Conversations in, String conversation, int turn)
            throws IOException {
        try (Lease lease = in.use(conversation)) {
            lease.memory().insert(lease.memory().latest(20), "q" + turn, "a" + turn);
        }
    }

    private static List<String> all(Conversations in, String conversation) throws IOException {
        try (Lease lease = in.use(conversation)) {
            List<String> all = Talk.all(lease.memory());
            assertEquals(all, Talk.latest(lease.memory(), 100), "the window says the same");
            return all;
        }
    }

    /** Where a named one is kept. */
    private Path file(String conversation) {
        return SessionFiles.path(folder.resolve("sessions"), conversation);
    }

    private static Receipt reset(Conversations in, String conversation) throws IOException {
        try (Lease lease = in.use(conversation)) {
            return lease.memory().resetMemory();
        }
    }

    private static Reason refused(Executable action) {
        return assertThrows(RefusedException.class, action).reason();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).map(it -> it.getFileName().toString())
                    .sorted().toList();
        }
    }

    /** A folder and a link that leads to itself, where files of conversations could be. */
    private void putWhatIsNoFile(String asFolder, String asLink) throws IOException {
        Files.createDirectories(file(asFolder).resolve("deep"));
        Path link = file(asLink);
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, link.getFileName());
    }

    private boolean onDisk(String text) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.readString(file).contains(text)) {
                    return true;
                }
            }
            return false;
        } catch (UncheckedIOException e) { // of the walk
            throw e.getCause();
        }
    }

    @Nested
    class EachByItself {
        @Test
        void remembersWhatWasSaidInItAndNothingElse() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "a", 1, 3);
                say(in, "A", 4, 5);
                say(in, Conversations.SHARED, 6, 6);
                assertEquals(turns(1, 3), all(in, "a"));
                assertEquals(turns(4, 5), all(in, "A"));
                assertEquals(turns(6, 6), all(in, Conversations.SHARED));
                assertEquals(List.of(), all(in, "b"));
            }
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                assertEquals(turns(1, 3), all(in, "a"));
                assertEquals(turns(4, 5), all(in, "A"));
                assertEquals(turns(6, 6), Talk.all(in.shared()));
            }
        }

        @Test
        void aResetLeavesTheOthersAndNotEvenANameOfItsOwn() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "gone", 1, 2);
                say(in, "stays", 3, 4);
                long bytes = Files.size(file("gone"));
                assertEquals(new Receipt(OptionalLong.of(4), bytes, 1, java.util.Optional.empty()),
                        reset(in, "gone"));
                assertEquals(List.of("c-stays.jsonl"), names().stream()
                        .filter(it -> it.startsWith("c-")).toList());
                assertFalse(onDisk("q1"));
                assertEquals(List.of(), all(in, "gone"));
                assertEquals(turns(3, 4), all(in, "stays"));
                say(in, "gone", 5, 5);
                assertEquals(turns(5, 5), all(in, "gone"));
            }
        }

        @Test
        void aResetOfOneThatWasNeverUsedIsFineAndMakesNothing() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                Receipt receipt = reset(in, "never");
                assertEquals(OptionalLong.of(0), receipt.recordsRemoved());
                assertEquals(0, receipt.bytesRemoved());
                assertFalse(Files.exists(folder.resolve("sessions")));
            }
        }

        @Test
        void readingMakesNothing() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                assertEquals(List.of(), all(in, "never"));
                try (Lease lease = in.use("never")) {
                    assertEquals("empty", lease.memory().latest(0).tag());
                    assertTrue(lease.memory().isWritable());
                }
                assertFalse(Files.exists(folder.resolve("sessions")));
            }
        }

        @Test
        void anAnswerThatWasAskedForBeforeAResetIsNotStored() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder); Lease lease = in.use("a")) {
                for (int i = 0; i < 3; i++) { // also where there is no file yet
                    History before = lease.memory().latest(0);
                    reset(in, "a");
                    assertEquals(new Insertion.Fenced(),
                            lease.memory().insert(before, "late", "late"));
                    assertFalse(onDisk("late"));
                    Talk.say(lease.memory(), 1, 1);
                }
            }
        }

        @Test
        void damageInOneIsNotThatOfAnother() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "hurt", 1, 2);
                say(in, "well", 3, 4);
            }
            Path hurt = file("hurt");
            Files.writeString(hurt, "no line of ours\n");
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                assertEquals(List.of(), all(in, "hurt"));
                assertEquals(turns(3, 4), all(in, "well"));
                assertEquals(16, reset(in, "hurt").bytesRemoved());
                assertFalse(Files.exists(hurt));
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void aFileThatIsTakenAwayIsNoticedThereAndNowhereElse(boolean withItsFolder)
                throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "taken", 1, 2);
                say(in, "well", 3, 4);
                Path file = file("taken");
                Files.delete(file);
                if (withItsFolder) {
                    Files.delete(file.getParent());
                }
                assertThrows(MemoryUnavailableException.class, () -> say(in, "taken", 5, 5));
                say(in, "well", 5, 5);
                reset(in, "taken");
                say(in, "taken", 6, 6);
                assertEquals(turns(6, 6), all(in, "taken"));
            }
        }

        @Test
        void isTheOwnersAlone() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder.resolve("m"))) {
                say(in, "a", 1, 1);
                Path file = SessionFiles.path(folder.resolve("m/sessions"), "a");
                assertEquals("rw-------",
                        PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                assertEquals("rwx------", PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(file.getParent())));
                assertEquals("rwx------", PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(folder.resolve("m/sessions"))));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {".", "..", "....", "a/b", "../x", "a b", "ä", "a\u0000", "a\n",
            "12345678901234567890123456789012345678901234567890123456789012345"})
        void anotherNameIsRefused(String name) throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                assertThrows(IllegalArgumentException.class, () -> in.use(name));
            }
        }

        @Test
        void namesDifferOnEveryFileSystemAndAreNoneOfTheSystems() {
            List<String> ids = List.of("a", "A", "=41", "con", "CON", "nul.", ".hidden", "-rf",
                    "a.jsonl", "memory", "x".repeat(64), "X".repeat(64), "c-a", "...a", "_");
            Set<String> names = new HashSet<>();
            for (String id : ids) {
                if (!Conversations.NAME.matcher(id).matches()) {
                    continue;
                }
                String name = SessionFiles.fileName(id);
                assertTrue(name.matches("c-([a-z0-9_-]|=[0-9A-F]{2})+\\.jsonl"), name);
                assertTrue(name.length() < 210, name);
                assertTrue(names.add(name.toLowerCase(Locale.ROOT)), name);
                Path path = SessionFiles.path(folder, id);
                assertEquals(id, SessionFiles.conversation(path).orElseThrow());
            }
        }
    }

    @Nested
    class WhatACrashLeaves {
        @Test
        void ofAResetIsTheOldOneOrNothing() throws IOException {
            Failing.forGood(failing -> {
                FaultyDisk disk = new FaultyDisk();
                Talk talk = Talk.open(disk);
                say(talk.folder, "a", 1, 2);
                try (Lease lease = talk.folder.use("a")) {
                    disk.failWhen(failing);
                    boolean done = succeeds(() -> lease.memory().resetMemory());
                    for (FaultyDisk left : disk.afterPowerCut()) {
                        List<String> found = found(left, "a");
                        assertTrue(found.isEmpty() || !done && found.equals(turns(1, 2)),
                                failing + ": " + found);
                    }
                    disk.heal();
                    lease.memory().resetMemory();
                    assertFalse(disk.holds("q1"), "asking again does it");
                } finally {
                    disk.heal();
                    talk.close();
                }
            });
        }

        @Test
        void ofAFirstTurnIsNothingOrAllOfIt() throws IOException {
            Failing.once(failing -> {
                FaultyDisk disk = new FaultyDisk();
                Talk talk = Talk.open(disk);
                try (Lease lease = talk.folder.use("a")) {
                    disk.failWhen(failing);
                    boolean done = succeeds(() -> Talk.say(lease.memory(), 1, 1));
                    for (FaultyDisk left : disk.afterPowerCut()) {
                        List<String> found = found(left, "a");
                        assertTrue(found.equals(turns(1, 1)) || !done && found.isEmpty(),
                                failing + ": " + found);
                    }
                    disk.heal();
                    if (!done) {
                        lease.memory().resetMemory();
                        Talk.say(lease.memory(), 1, 1);
                    }
                    assertEquals(turns(1, 1), Talk.all(lease.memory()), failing.toString());
                } finally {
                    disk.heal();
                    talk.close();
                }
            });
        }

        private List<String> found(FaultyDisk disk, String conversation) throws IOException {
            try (Talk talk = Talk.open(disk)) {
                return all(talk.folder, conversation);
            }
        }

        @Test
        void ofADiskThatIsFullNothingIsHalfMade() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                disk.failWhen((call, count) -> call.equals("write"));
                assertThrows(IOException.class, () -> say(talk.folder, "a", 1, 1));
                assertFalse(disk.fileNames().contains("c-a.jsonl"));
                disk.heal();
                say(talk.folder, "a", 1, 1);
                assertEquals(turns(1, 1), all(talk.folder, "a"));
            }
        }

        @Test
        void aResetNeedsNoRoomOnTheDisk() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                say(talk.folder, "a", 1, 1);
                disk.failWhen((call, count) -> Set.of("write", "create", "createFolder", "link")
                        .contains(call));
                reset(talk.folder, "a");
                disk.heal();
                assertFalse(disk.holds("q1"));
                assertFalse(disk.fileNames().contains("c-a.jsonl"));
            }
        }

        @Test
        void aNameThatCanNotBeRemovedIsCutInPlace() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                say(talk.folder, "a", 1, 1);
                disk.failWhen((call, count) -> call.equals("delete"));
                reset(talk.folder, "a");
                assertFalse(disk.holds("q1"));
                assertEquals(List.of(), all(talk.folder, "a"));
                disk.heal();
            }
        }
    }

    @Nested
    class Opening {
        @Test
        void noMoreAreOpenThanMayBeAndTheOldestUsedGoes() throws IOException {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(2).open()) {
                say(in, "a", 1, 1);
                say(in, "b", 2, 2);
                say(in, "c", 3, 3);
                assertEquals(turns(1, 1), all(in, "a"));
                assertEquals(turns(2, 2), all(in, "b"));
                assertEquals(turns(3, 3), all(in, "c"));
            }
        }

        @Test
        void thoseInUseStayAndMoreAreRefused() throws IOException {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(2).open();
                    Lease a = in.use("a"); Lease b = in.use("b")) {
                Talk.say(a.memory(), 1, 1);
                assertEquals(Reason.ALL_IN_USE, refused(() -> in.use("c")));
                Talk.say(b.memory(), 2, 2);
                b.close();
                b.close(); // twice is once
                say(in, "c", 3, 3);
                assertEquals(turns(1, 1), Talk.all(a.memory()), "it stayed open");
                in.use(Conversations.SHARED).close();
            }
        }

        @Test
        void aFenceHoldsWhileItIsInUseHoweverManyOthersCome() throws IOException {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(2).open();
                    Lease a = in.use("a")) {
                History before = a.memory().latest(0);
                reset(in, "a");
                for (String other : List.of("b", "c", "d", "e")) {
                    say(in, other, 1, 1);
                }
                assertEquals(new Insertion.Fenced(), a.memory().insert(before, "late", "x"));
            }
        }

        @Test
        void aShortBudgetGivesUpWindowsThenConversationsThatNobodyUses() throws IOException {
            Budget budget = Budget.of(48 << 20, 1024);
            try (MemoryFolder in = MemoryFolder.at(folder).budget(budget).open();
                    LogLines log = LogLines.listen()) {
                String text = "x".repeat(100_000);
                for (int i = 0; i < 120; i++) { // two heaps' shares of it
                    try (Lease lease = in.use("s" + i)) {
                        Talk.stored(lease.memory().insert(
                                lease.memory().latest(0), text, "a" + i));
                    }
                }
                for (int i = 0; i < 120; i++) {
                    try (Lease lease = in.use("s" + i)) {
                        assertEquals("a" + i, Talk.latest(lease.memory(), 2).get(1));
                    }
                }
                assertTrue(budget.used() <= 12 << 20, "used " + budget.used());
                try (Budget.Share all = budget.share()) {
                    all.take(9 << 20); // all that a large holder may take: the conversations go
                }
            }
            assertEquals(0, budget.used());
        }

        @Test
        void manyThreadsAndFewPlacesLoseNothing() throws Exception {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(9).open()) {
                Together.run(8, thread -> {
                    for (int i = 0; i < 60; i++) {
                        say(in, "c" + (thread * 7 + i * 5) % 24, 1, 1);
                    }
                });
                int turns = 0;
                for (int i = 0; i < 24; i++) {
                    turns += all(in, "c" + i).size() / 2;
                }
                assertEquals(480, turns);
            }
        }

        @Test
        void resetsEvictionsAndTurnsOfOneTogetherLeaveItWhole() throws Exception {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(5).open()) {
                Together.run(4, thread -> {
                    for (int i = 0; i < 150; i++) {
                        if (thread == 0 && i % 3 == 0) {
                            reset(in, "one");
                        } else if (thread == 1) {
                            say(in, "other" + i % 7, 1, 1);
                        } else {
                            insert(in, "one", i);
                        }
                    }
                });
                List<String> left = all(in, "one");
                for (int i = 0; i < left.size(); i += 2) {
                    assertEquals(left.get(i).substring(1), left.get(i + 1).substring(1));
                }
            }
        }
    }

    @Nested
    class HowMany {
        @Test
        void noMoreBeginThanMayBeStored() throws IOException {
            MemoryFolder.Options options = MemoryFolder.at(folder).maxConversations(2);
            try (MemoryFolder in = options.open()) {
                chat(in, "a");
                chat(in, "b");
                assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "c")));
                chat(in, "a");
                reset(in, "a");
                chat(in, "c");
                assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "a")));
                chat(in, Conversations.SHARED);
            }
            try (MemoryFolder in = options.open()) {
                assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "a")));
                in.resetAll(Requester.SELF);
                chat(in, "a");
                chat(in, "d");
                assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "e")));
            }
        }

        @Test
        void aFirstChatThatFailsTakesNoPlace() throws IOException {
            try (MemoryFolder in = MemoryFolder.at(folder).maxConversations(1).open()) {
                try (Lease lease = in.use("a"); Place place = lease.enter(null, "q")) {
                    assertTrue(place.await(LONG));
                    assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "b")));
                }
                chat(in, "b");
            }
        }

        @Test
        @Timeout(20)
        void whereTheFirstCountFailsNobodyWaitsForItForEver() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            disk.createFolder(FaultyDisk.FOLDER.resolve("sessions"));
            disk.failWhen((call, count) -> call.equals("list") && Waiting.isSweeping());
            try (Talk talk = Talk.open(disk)) {
                for (int i = 0; i < 20; i++) {
                    chat(talk.folder, "c" + i);
                }
            }
        }

        @Test
        void anEmptyFileIsNoLongerCountedOnceItIsGone() throws IOException {
            Path empty = file("a");
            Files.createDirectories(empty.getParent());
            Files.createFile(empty);
            try (MemoryFolder in = MemoryFolder.at(folder).maxConversations(1).maxOpen(1).open()) {
                assertEquals(Reason.TOO_MANY_CONVERSATIONS, refused(() -> chat(in, "b")));
                assertEquals(List.of(), all(in, "a"));
                chat(in, "b"); // closes the other
                assertFalse(Files.exists(empty));
            }
        }

        private void chat(Conversations in, String conversation) throws IOException {
            try (Lease lease = in.use(conversation); Place place = lease.enter(null, "q")) {
                assertTrue(place.await(LONG));
                Talk.say(lease.memory(), 1, 1);
            }
        }
    }

    @Nested
    class InLine {
        @Test
        void inANamedOneEachWaitsForThoseBefore() throws Exception {
            ExecutorService threads = Executors.newCachedThreadPool();
            try (MemoryFolder in = MemoryFolder.open(folder); Lease lease = in.use("a")) {
                Place first = lease.enter(null, "1");
                Place second = lease.enter(null, "2");
                Place third = lease.enter(null, "3");
                assertTrue(first.await(Duration.ZERO));
                assertFalse(second.await(Duration.ZERO));
                Future<Boolean> turn = threads.submit(() -> third.await(LONG));
                second.close();
                assertFalse(turn.isDone());
                first.close();
                assertTrue(turn.get());
                third.close();
            } finally {
                threads.shutdownNow();
            }
        }

        @Test
        void sixteenWaitAndNoMore() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder); Lease lease = in.use("a")) {
                List<Place> places = new ArrayList<>();
                for (int i = 0; i < 17; i++) {
                    places.add(lease.enter(null, "q"));
                }
                assertEquals(Reason.LINE_FULL, refused(() -> lease.enter(null, "q")));
                places.get(0).close();
                assertTrue(places.get(1).await(Duration.ZERO));
                lease.enter(null, "q").close();
                places.forEach(Place::close);
            }
        }

        @Test
        void inTheSharedOneOnlyThoseWithTheSameKeyWait() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder);
                    Lease lease = in.use(Conversations.SHARED);
                    Place first = lease.enter("k", "q");
                    Place free = lease.enter(null, "q");
                    Place other = lease.enter("l", "q");
                    Place repeat = lease.enter("k", "q")) {
                assertTrue(first.await(Duration.ZERO));
                assertTrue(free.await(Duration.ZERO));
                assertTrue(other.await(Duration.ZERO));
                assertFalse(repeat.await(Duration.ofMillis(1)));
                first.close();
                assertTrue(repeat.await(Duration.ZERO));
            }
        }

        @Test
        void aKeyWithAnotherTextIsRefusedWhileTheFirstRuns() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder); Lease lease = in.use("a");
                    Place first = lease.enter("k", "q")) {
                assertTrue(first.await(Duration.ZERO));
                assertEquals(Reason.KEY_REUSED, refused(() -> lease.enter("k", "other")));
                lease.enter("k", "q").close();
            }
        }

        @Test
        void whoWaitsWhenTheFolderIsClosedHearsOfIt() throws Exception {
            ExecutorService threads = Executors.newCachedThreadPool();
            MemoryFolder in = MemoryFolder.open(folder);
            try (Lease lease = in.use("a"); Place first = lease.enter(null, "1");
                    Place second = lease.enter(null, "2")) {
                assertTrue(first.await(Duration.ZERO));
                Future<Boolean> waits = threads.submit(() -> second.await(LONG));
                in.close();
                assertThrows(Exception.class, waits::get);
            } finally {
                threads.shutdownNow();
            }
        }
    }

    @Nested
    class Listing {
        @Test
        void eachIsThereOnceInPagesThatGoOnWhereTheLastEnded() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                Set<String> expected = new HashSet<>();
                for (int i = 0; i < 25; i++) {
                    say(in, "n" + i, 1, 1);
                    expected.add("n" + i);
                }
                say(in, Conversations.SHARED, 1, 1);
                List<String> found = new ArrayList<>();
                Conversations.Listing page = in.list(null, 10);
                while (page.next().isPresent()) {
                    assertEquals(10, page.conversations().size());
                    page.conversations().forEach(it -> found.add(it.conversation()));
                    page = in.list(page.next().get(), 10);
                }
                page.conversations().forEach(it -> found.add(it.conversation()));
                assertEquals(25, found.size());
                assertEquals(expected, Set.copyOf(found));
                assertEquals(found.subList(7, 12), in.list(found.get(6), 5).conversations()
                        .stream().map(Summary::conversation).toList());
                reset(in, found.get(6));
                assertEquals(found.subList(7, 12), in.list(found.get(6), 5).conversations()
                        .stream().map(Summary::conversation).toList(), "also if it is gone");
            }
        }

        @Test
        void whatIsNotOursIsLeftOut() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "a", 1, 1);
                Path sub = file("a").getParent();
                Files.writeString(sub.resolve("c-A.jsonl"), "x\n");
                Files.writeString(sub.resolve("notes.txt"), "x\n");
                Files.writeString(folder.resolve("sessions/readme"), "x\n");
                Files.createDirectory(folder.resolve("sessions/zz"));
                putWhatIsNoFile("b", "l");
                assertEquals(List.of("a"), in.list(null, 10).conversations().stream()
                        .map(Summary::conversation).toList());
            }
        }
    }

    @Nested
    class ResetOfAll {
        @Test
        void forgetsAllAtOnceAndLeavesNothing() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder); Lease open = in.use("open")) {
                say(in, Conversations.SHARED, 1, 2);
                Talk.say(open.memory(), 1, 3);
                say(in, "other", 1, 1);
                History before = open.memory().latest(0);
                History shared = in.shared().latest(0);
                Total total = in.resetAll(Requester.SELF);
                assertEquals(3, total.conversations());
                assertEquals(OptionalLong.of(12), total.recordsRemoved());
                assertFalse(onDisk("q1"));
                assertFalse(Files.exists(folder.resolve("sessions")));
                assertEquals(new Insertion.Fenced(), open.memory().insert(before, "late", "x"));
                assertEquals(new Insertion.Fenced(), in.shared().insert(shared, "late", "x"));
                assertEquals(List.of(), Talk.all(open.memory()));
                Talk.say(open.memory(), 4, 4);
                assertEquals(turns(4, 4), all(in, "open"));
                assertEquals(List.of(), all(in, "other"));
                assertEquals(1, in.resetAll(Requester.SELF).conversations());
                assertEquals(0, in.resetAll(Requester.SELF).conversations());
            }
            List<String> audit = Files.readAllLines(folder.resolve("audit.jsonl"));
            assertEquals(3, audit.size(), audit.toString());
            assertTrue(audit.get(0).contains("\"what\":\"reset_all\",\"session\":null,"
                    + "\"sessions_reset\":3,\"records_removed\":12"), audit.get(0));
        }

        @Test
        void keepsAllAsABackupWhereThatIsWanted() throws IOException {
            Path backups = folder.resolve("backups");
            try (MemoryFolder in = MemoryFolder.at(folder.resolve("m")).backups(backups).open()) {
                say(in, "a", 1, 1);
                say(in, "b", 2, 2);
                in.resetAll(Requester.SELF);
                say(in, "a", 3, 3);
                in.resetAll(Requester.SELF);
            }
            try (Stream<Path> kept = Files.list(backups)) {
                assertEquals(2, kept.filter(it -> it.getFileName().toString()
                        .matches("sessions-\\d{8}T\\d{6}\\.\\d{3}Z-g1(-2)?")).count());
            }
            assertTrue(onDisk("q1") && onDisk("q2") && onDisk("q3"));
        }

        @Test
        void whatIsNotOursStays() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "a", 1, 1);
                Path sub = file("a").getParent();
                Files.writeString(sub.resolve("notes.txt"), "mine");
                Files.writeString(folder.resolve("sessions/readme"), "mine");
                putWhatIsNoFile("b", "l");
                in.resetAll(Requester.SELF);
                assertTrue(Files.isDirectory(file("b").resolve("deep")));
                assertTrue(Files.isSymbolicLink(file("l")));
                assertEquals("mine", Files.readString(sub.resolve("notes.txt")));
                assertEquals("mine", Files.readString(folder.resolve("sessions/readme")));
                assertFalse(onDisk("q1"));
            }
        }

        @Test
        void aFolderThatIsALinkHasEachResetByItself() throws IOException {
            Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
            Path home = Files.createDirectory(folder.resolve("m"));
            Files.createSymbolicLink(home.resolve("sessions"), elsewhere);
            try (MemoryFolder in = MemoryFolder.open(home); Lease begins = in.use("c")) {
                say(in, "a", 1, 1);
                say(in, "b", 2, 2);
                History before = begins.memory().latest(0);
                assertEquals(2, in.resetAll(Requester.SELF).conversations());
                assertEquals(new Insertion.Fenced(), begins.memory().insert(before, "q", "x"));
                assertFalse(onDisk("q1") || onDisk("q2"));
                assertTrue(Files.isSymbolicLink(home.resolve("sessions")));
            }
        }

        @Test
        void aFolderThatCanNotBeRenamedHasEachResetByItself() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                say(talk.folder, "a", 1, 1);
                say(talk.folder, "b", 2, 2);
                talk.memory.resetMemory();
                disk.failWhen((call, count) -> call.equals("move")); // its own falls back as well
                assertEquals(2, talk.folder.resetAll(Requester.SELF).conversations());
                assertFalse(disk.holds("q1") || disk.holds("q2"));
            }
        }

        @Test
        void whereOneFolderCanNotBeListedTheOthersAreWiped() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                say(talk.folder, "a", 1, 1);
                say(talk.folder, "b", 2, 2);
                say(talk.folder, "c", 3, 3);
                AtomicInteger lists = new AtomicInteger(); // of the home, the old ones, one of them
                disk.failWhen((call, count) -> call.equals("list") && !Waiting.isSweeping()
                        && lists.incrementAndGet() == 3);
                assertThrows(IOException.class, () -> talk.folder.resetAll(Requester.SELF));
                assertEquals(1, Stream.of("q1", "q2", "q3").filter(disk::holds).count());
            }
        }

        @Test
        void whileTheFirstCountRunsLeavesNothingCounted() throws IOException {
            SessionCount count = new SessionCount(5);
            count.clear(List.of());
            count.counted(5);
            assertEquals(0, count.stored());
        }

        @Test
        void whatAKillLeavesOfItIsWipedBeforeTheNextStartServes() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "a", 1, 1);
                say(in, "b", 2, 2);
            }
            Files.move(folder.resolve("sessions"), folder.resolve("sessions.old"));
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                assertFalse(onDisk("q1") || onDisk("q2"));
                assertFalse(Files.exists(folder.resolve("sessions.old")));
                assertEquals(List.of(), in.list(null, 10).conversations());
            }
        }

        @Test
        void killedAtAnyStepAllOthersAreThereOrNoneIsAndNoTextIsLeft() throws IOException {
            Failing.forGood(failing -> {
                FaultyDisk disk = new FaultyDisk();
                try (Talk talk = Talk.open(disk); Lease open = talk.folder.use("open")) {
                    Talk.say(open.memory(), 2, 2);
                    say(talk.folder, "closed", 3, 3);
                    Await.until(() -> talk.memory.size().isPresent());
                    disk.failWhen(failing);
                    succeeds(() -> talk.folder.resetAll(Requester.SELF)); // at the end only
                    for (FaultyDisk left : disk.afterPowerCut()) {
                        try (Talk next = Talk.open(left)) {
                            List<String> found = new ArrayList<>(all(next.folder, "open"));
                            found.addAll(all(next.folder, "closed"));
                            assertTrue(found.isEmpty() && !left.holds("q3")
                                    || found.equals(List.of("q2", "a2", "q3", "a3")),
                                    failing + ": " + found + left.fileNames());
                        }
                    }
                    disk.heal();
                }
            });
        }

        @Test
        void whereverItFailsAskingAgainForgetsAll() throws IOException {
            Failing.once(failing -> {
                FaultyDisk disk = new FaultyDisk();
                try (Talk talk = Talk.open(disk); Lease open = talk.folder.use("open")) {
                    talk.say(1, 1);
                    Talk.say(open.memory(), 2, 2);
                    say(talk.folder, "closed", 3, 3);
                    Await.until(() -> talk.memory.size().isPresent());
                    disk.failWhen(failing);
                    boolean done = succeeds(() -> talk.folder.resetAll(Requester.SELF));
                    disk.heal();
                    assertFalse(done && (disk.holds("q2") || disk.holds("q3")),
                            failing.toString());
                    talk.folder.resetAll(Requester.SELF);
                    assertFalse(disk.holds("q1") || disk.holds("q2") || disk.holds("q3"),
                            failing + ": " + disk.fileNames());
                    Talk.say(open.memory(), 4, 4);
                    assertEquals(turns(4, 4), all(talk.folder, "open"), failing.toString());
                }
            });
        }

        @Test
        void chatsMeanwhileEndBeforeItOrAfterIt() throws Exception {
            try (MemoryFolder in = MemoryFolder.at(folder).maxOpen(12).open()) {
                Together.run(5, thread -> {
                    for (int i = 0; thread == 4 && i < 20; i++) {
                        in.resetAll(Requester.SELF);
                    }
                    for (int i = 0; thread < 4 && i < 100; i++) {
                        insert(in, "c" + (thread + i) % 16, i);
                    }
                });
                in.resetAll(Requester.SELF);
                assertFalse(onDisk("\"content\""));
            }
        }
    }

    @Nested
    class LeftAlone {
        private final Instant old = Instant.now().minus(Duration.ofMinutes(90));

        private void age(String conversation, Instant when) throws IOException {
            Path file = conversation.isEmpty() ? folder.resolve("memory.jsonl")
                    : file(conversation);
            String lines = Files.readString(file).replaceAll("\"timestamp\":\"[^\"]*\"",
                    "\"timestamp\":\"" + when.toString().replaceAll("\\.\\d+Z", ".000Z") + "\"");
            Files.writeString(file, lines);
            Files.setLastModifiedTime(file, FileTime.from(when));
        }

        @Test
        void isForgottenBeforeItsNextUseOrByTheSweep() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "old", 1, 1);
                say(in, "new", 2, 2);
                say(in, Conversations.SHARED, 3, 3);
            }
            age("old", old);
            age("", old);
            try (MemoryFolder in = MemoryFolder.at(folder).idle(Duration.ofHours(1)).open()) {
                Await.untilSeen(() -> !onDisk("q1") && !onDisk("q3"));
                assertEquals(turns(2, 2), all(in, "new"));
            }
            List<String> audit = Files.readAllLines(folder.resolve("audit.jsonl"));
            assertEquals(2, audit.stream().filter(it -> it.contains("\"what\":\"idle\"")).count());
        }

        @Test
        void bothItsNewestRecordAndItsFileHaveToBeOld() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "record", 1, 1);
                say(in, "file", 2, 2);
            }
            age("record", old);
            Files.setLastModifiedTime(file("record"), FileTime.from(Instant.now()));
            Files.setLastModifiedTime(file("file"), FileTime.from(old));
            try (MemoryFolder in = MemoryFolder.at(folder).idle(Duration.ofHours(1)).open()) {
                for (String name : List.of("record", "file")) {
                    try (Lease lease = in.use(name)) {
                        assertFalse(lease.isExpired(), name);
                        lease.expire();
                        assertEquals(2, Talk.all(lease.memory()).size(), name);
                    }
                }
            }
        }
    }

    @Nested
    class Limits {
        @Test
        void thoseThatAreClosedAreCutByTheSweep() throws IOException {
            try (MemoryFolder in = MemoryFolder.open(folder)) {
                say(in, "a", 1, 30);
                say(in, "b", 1, 2);
            }
            putWhatIsNoFile("e", "l");
            try (MemoryFolder in = MemoryFolder.at(folder).maxRecords(8)
                    .maxAge(Duration.ofDays(1)).open()) {
                Path file = file("a");
                long before = Files.size(file);
                Await.untilSeen(() -> Files.size(file) < before);
                assertEquals(turns(28, 30), all(in, "a"));
                assertEquals(turns(1, 2), all(in, "b"));
            }
        }

        @Test
        void aFolderThatCanNotBeListedKeepsTheSweepFromNoOther() throws IOException {
            FaultyDisk disk = new FaultyDisk();
            try (Talk talk = Talk.open(disk)) {
                say(talk.folder, "a", 1, 30);
                say(talk.folder, "b", 1, 30);
            }
            AtomicInteger lists = new AtomicInteger(); // three to count, then one of the pass
            disk.failWhen((call, count) -> call.equals("list") && Waiting.isSweeping()
                    && lists.incrementAndGet() == 5);
            try (Talk talk = Talk.open(MemoryFolder.at(FaultyDisk.FOLDER).disk(disk)
                    .maxRecords(8))) {
                Await.until(() -> size(talk.folder, "a") < 60 ^ size(talk.folder, "b") < 60);
            }
        }

        private long size(Conversations in, String conversation) throws IOException {
            try (Lease lease = in.use(conversation)) {
                return Talk.all(lease.memory()).size();
            }
        }

        @Test
        void anOpenOneIsCutWhenItOutgrowsThem() throws IOException {
            try (MemoryFolder in = MemoryFolder.at(folder).maxRecords(8).open()) {
                say(in, "a", 1, 30);
                Await.untilSeen(() -> size(in, "a") <= 8);
            }
        }
    }

    @Nested
    class Backups {
        @Test
        void aResetKeepsTheFileUnderItsConversationsName() throws IOException {
            Path backups = folder.resolve("backups");
            try (MemoryFolder in = MemoryFolder.at(folder.resolve("m")).backups(backups).open()) {
                say(in, "My.Chat", 1, 2);
                String name = reset(in, "My.Chat").backup().orElseThrow();
                assertTrue(name.matches(
                        "c-=4Dy=2E=43hat-\\d{8}T\\d{6}\\.\\d{3}Z-g1\\.jsonl"), name);
                assertEquals(Talk.turns(1, 2).size(),
                        Files.readAllLines(backups.resolve(name)).size());
                assertEquals(List.of(), all(in, "My.Chat"));
                assertNotEquals(0, Files.size(backups.resolve(name)));
                assertTrue(reset(in, "My.Chat").backup().isEmpty(), "nothing is kept of nothing");
            }
        }

        @Test
        void aSecondNameThatAKillHasLeftIsTakenBack() throws IOException {
            Path backups = Files.createDirectories(folder.resolve("backups"));
            try (MemoryFolder in = MemoryFolder.open(folder.resolve("m"))) {
                say(in, "a", 1, 2);
            }
            Path left = backups.resolve("c-a-20261122T081530.123Z-g1.jsonl");
            Files.createLink(left, SessionFiles.path(folder.resolve("m/sessions"), "a"));
            try (MemoryFolder in = MemoryFolder.at(folder.resolve("m")).backups(backups).open()) {
                assertFalse(Files.exists(left));
                assertEquals(turns(1, 2), all(in, "a"));
            }
        }
    }
}
