package vaas.memory.file;

import vaas.memory.FolderContract;
import vaas.memory.Memory;
import vaas.testing.Talk;

/** A memory in a file of a real disk. */
class FileMemoryContractTest extends FolderContract {
    @Override
    protected Memory memory(Talk opened) {
        return opened.memory;
    }
}
