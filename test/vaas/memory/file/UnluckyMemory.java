package vaas.memory.file;

import java.io.IOException;

/** For the tests of other packages: a memory on a disk that refuses every write when told to. */
public final class UnluckyMemory {
    private final FaultyDisk disk = new FaultyDisk();

    /** Opens it, empty. */
    public Memory open() throws IOException {
        return Talk.open(disk);
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
