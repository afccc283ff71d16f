package vaas.memory;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import vaas.testing.Talk;

/** The contract, kept by one of the memories in a folder of a real disk. */
public abstract class FolderContract extends MemoryContract {
    @TempDir
    protected Path folder;

    private Talk talk; // null before the first use
    private Memory memory;

    /** The one that is tested, once for each time that the folder is opened. */
    protected abstract Memory memory(Talk opened) throws IOException;

    @Override
    protected final synchronized Memory memory() throws IOException {
        if (talk == null) {
            talk = Talk.open(folder);
            memory = memory(talk);
        }
        return memory;
    }

    @Override
    protected final Memory reopened() throws IOException {
        close();
        talk = null;
        return memory();
    }

    @AfterEach
    @Override
    protected final void close() throws IOException {
        memory();
        talk.close();
    }
}
