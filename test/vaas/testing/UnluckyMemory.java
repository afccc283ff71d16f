package vaas.testing;

import java.io.IOException;
import vaas.disk.FaultyDisk;
import vaas.memory.folder.MemoryFolder;

/** A memory on a disk that refuses every write when told to. */
public final class UnluckyMemory {
    private final FaultyDisk disk = new FaultyDisk();

    /** Opens it, empty. */
    public MemoryFolder open() throws IOException {
        return Talk.open(disk).folder;
    }

    /** From now on whatever changes the disk fails. */
    public void fail() {
        disk.failWhen((call, count) -> !call.equals("read") && !call.equals("close"));
    }

    /** From now on all is well again. */
    public void heal() {
        disk.heal();
    }
}
