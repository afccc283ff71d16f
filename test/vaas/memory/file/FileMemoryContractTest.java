package vaas.memory.file;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import vaas.memory.Memory;
import vaas.memory.MemoryContract;
import vaas.testing.Talk;

/** A memory in a file of a real disk. */
class FileMemoryContractTest extends MemoryContract {
    @TempDir
    Path folder;

    private Talk talk; // null before the first use

    @Override
    protected synchronized Memory memory() throws IOException {
        talk = talk == null ? Talk.open(folder) : talk;
        return talk.memory;
    }

    @Override
    protected Memory reopened() throws IOException {
        close();
        talk = null;
        return memory();
    }

    @AfterEach
    @Override
    protected void close() throws IOException {
        memory();
        talk.close();
    }
}
