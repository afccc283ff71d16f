package vaas.memory.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import vaas.budget.Budget;
import vaas.disk.Disk;
import vaas.disk.FaultyDisk;
import vaas.memory.MemoryRecord;
import vaas.memory.Role;
import vaas.memory.line.LineHead;
import vaas.memory.line.MessageIds;

class IdSearchTest {
    private static final Budget BUDGET = Budget.of(256 << 20, 1024);

    /** A file, and where each of its records begins. */
    private static final class File {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final List<UUID> ids = new ArrayList<>();
        final List<Long> offsets = new ArrayList<>();

        void record(UUID id, int chars) {
            ids.add(id);
            offsets.add((long) bytes.size());
            bytes.writeBytes(Turns.utf8(Turns.line(
                    new MemoryRecord(id, Role.USER, "x".repeat(chars), Turns.WHEN))));
        }

        void foreign(String text) {
            bytes.writeBytes(Turns.utf8(text + "\n"));
        }

        /** By looking at one after the other. */
        long firstNotBefore(UUID id) {
            for (int i = 0; i < ids.size(); i++) {
                if (MessageIds.compare(ids.get(i), id) >= 0) {
                    return offsets.get(i);
                }
            }
            return bytes.size();
        }
    }

    private static long search(Disk.Handle file, long end, UUID id) throws IOException {
        return IdSearch.firstNotBefore(file, end, id, Turns.LINE_BYTES_MAX, BUDGET);
    }

    @Test
    void itFindsWhatAWalkThroughTheFileFinds() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        for (int round = 0; round < 200; round++) {
            File file = random(random);
            byte[] content = file.bytes.toByteArray();
            Disk.Handle handle = Turns.handle(content);
            int last = 3 * file.ids.size() + 3;
            for (int asked = 0; asked <= last; asked += 1 + last / 40) {
                UUID id = Turns.id(asked);
                assertEquals(file.firstNotBefore(id), search(handle, content.length, id),
                        "round " + round + " id " + asked);
            }
        }
    }

    // Ids 3, 6, 9, ..., some of them twice, among damage, blanks and lines of all lengths.
    private static File random(SplittableRandom random) {
        File file = new File();
        int records = random.nextInt(random.nextBoolean() ? 5 : 300);
        for (int i = 1; i <= records; i++) {
            switch (random.nextInt(8)) {
                case 0 -> file.foreign("x".repeat(random.nextInt(5000)));
                case 1 -> file.foreign(LineHead.START + "y".repeat(random.nextInt(300)));
                case 2 -> file.foreign("\n\n");
                case 3 -> file.record(Turns.id(3L * i), random.nextInt(9000));
                case 4 -> file.record(Turns.id(3L * i), 10);
                default -> { }
            }
            file.record(Turns.id(3L * i), random.nextInt(400));
        }
        file.foreign(random.nextBoolean() ? "z".repeat(random.nextInt(9000)) : "");
        return file;
    }

    @Test
    void whatIsReadableAsJsonOnlyIsFoundToo() throws IOException {
        File file = new File();
        for (int i = 0; i < 500; i++) {
            file.offsets.add((long) file.bytes.size());
            file.ids.add(Turns.id(i));
            file.bytes.writeBytes(Turns.utf8(Turns.line(new MemoryRecord(Turns.id(i), Role.USER,
                    "q", Turns.WHEN)).replace(",\"", " , \"")));
        }
        byte[] content = file.bytes.toByteArray();
        for (int i = 0; i <= 500; i += 7) {
            assertEquals(file.firstNotBefore(Turns.id(i)),
                    search(Turns.handle(content), content.length, Turns.id(i)));
        }
    }

    @Test
    void whatLiesBehindTheEndIsNotSearched() throws IOException {
        byte[] content = Turns.lines(1, 50);
        int end = Turns.lines(1, 20).length;
        assertEquals(end, search(Turns.handle(content), end, Turns.id(60)));
        assertEquals(0, search(Turns.handle(content), end, Turns.id(0)));
        assertEquals(0, search(Turns.handle(new byte[0]), 0, Turns.id(0)));
    }

    @ParameterizedTest
    @CsvSource({"1, 6, 20", "2, 18, 40", "20, 18, 40"})
    void aMillionRecordsTakeFewReadsOfAKilobyteWhereTurnsCameEvenlyAndElseTwiceTwenty(
            int power, int meanMax, int readsMax) throws IOException {
        Endless file = new Endless(1_000_000, power);
        SplittableRandom random = new SplittableRandom(1);
        long most = 0;
        long all = 0;
        for (int i = 0; i < 200; i++) {
            int wanted = random.nextInt(1_000_000);
            file.reads = 0;
            assertEquals((long) wanted * file.width,
                    search(file, file.length(), file.id(wanted)));
            most = Math.max(most, file.reads);
            all += file.reads;
        }
        assertTrue(all / 200 <= meanMax, all + " reads in all");
        assertTrue(most <= readsMax, most + " reads");
        assertTrue(file.largest <= 1024, file.largest + " bytes at once");
    }

    @Test
    void aStretchWithoutLinesOfOursIsReadOnce() throws IOException {
        String stretch = "x".repeat(99) + "\n";
        for (String foreign : List.of(stretch.repeat(40_000), "x".repeat(4_000_000) + "\n")) {
            String text = Turns.text(1, 50) + foreign + Turns.text(51, 100);
            FaultyDisk disk = FaultyDisk.with(Turns.utf8(text));
            for (int wanted : new int[] {2, 99, 101, 102, 150, 201}) {
                disk.bytesRead = 0;
                long found = search(Turns.open(disk), text.length(), Turns.id(wanted));
                assertEquals(text.indexOf("{\"message_id\":\"" + Turns.id(wanted)), found);
                assertTrue(disk.bytesRead < foreign.length() * 5 / 4 + (256 << 10),
                        disk.bytesRead + " bytes for " + wanted);
            }
        }
    }

    @Test
    void damageAtTheBeginningIsNotReadForWhatLiesBehind() throws IOException {
        String text = "x".repeat(4_000_000) + "\n" + Turns.text(1, 50_000);
        FaultyDisk disk = FaultyDisk.with(Turns.utf8(text));
        assertEquals(text.indexOf("{\"message_id\":\"" + Turns.id(90_000)),
                search(Turns.open(disk), text.length(), Turns.id(90_000)));
        assertTrue(disk.bytesRead < 256 << 10, disk.bytesRead + " bytes");
    }

    /** A file of so many short records, made as it is read. */
    private static final class Endless implements Disk.Handle {
        final int width;
        final int records;
        final int power; // of the place in the file with which time passes
        long reads;
        int largest;

        Endless(int records, int power) {
            this.records = records;
            this.power = power;
            this.width = Turns.line(record(0)).length();
        }

        UUID id(int i) {
            return Turns.id(i + (long) (Math.pow((double) i / records, power) * (1L << 40)));
        }

        private MemoryRecord record(int i) {
            return new MemoryRecord(id(i), Role.USER, "some text", Turns.WHEN);
        }

        @Override
        public long length() {
            return (long) records * width;
        }

        @Override
        public int read(long offset, byte[] into, int start, int count) {
            reads++;
            largest = Math.max(largest, count);
            int there = (int) Math.min(count, length() - offset);
            byte[] line = null;
            for (int i = 0; i < there; i++) {
                int at = (int) ((offset + i) % width);
                line = line == null || at == 0
                        ? Turns.utf8(Turns.line(record((int) ((offset + i) / width)))) : line;
                into[start + i] = line[at];
            }
            return there <= 0 ? -1 : there;
        }

        @Override
        public void write(long offset, byte[] bytes, int start, int count) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void truncate(long length) {
            throw new AssertionError("not asked for");
        }

        @Override
        public void sync() {
            throw new AssertionError("not asked for");
        }

        @Override
        public void close() {
            throw new AssertionError("not asked for");
        }
    }
}
