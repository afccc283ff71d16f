package vaas.memory.folder;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import vaas.memory.Conversations;
import vaas.memory.Memory;
import vaas.memory.MemoryContract;
import vaas.testing.Talk;

/** A named conversation, which has a file only while it holds something. */
class SessionContractTest extends MemoryContract {
    @TempDir
    Path folder;

    private Talk talk; // null before the first use
    private Conversations.Lease lease;

    @Override
    protected synchronized Memory memory() throws IOException {
        if (talk == null) {
            talk = Talk.open(folder);
            lease = talk.folder.use("Named.1");
        }
        return lease.memory();
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
