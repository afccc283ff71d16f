package vaas.memory.folder;

import java.io.IOException;
import vaas.memory.FolderContract;
import vaas.memory.Memory;
import vaas.testing.Talk;

/** A named conversation, which has a file only while it holds something. */
class SessionContractTest extends FolderContract {
    @Override
    protected Memory memory(Talk opened) throws IOException {
        return opened.folder.use("Named.1").memory();
    }
}
