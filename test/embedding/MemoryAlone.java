package embedding;

import java.nio.file.Path;
import vaas.memory.History;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;
import vaas.memory.folder.MemoryFolder;

final class MemoryAlone {
    public static void main(String[] args) throws Exception {
        try (MemoryFolder folder = MemoryFolder.open(Path.of(args[0]))) {
            Memory memory = folder.shared();
            History before = memory.latest(20);
            memory.insert(before, "What is vaas?", "A chat with a memory.");
            for (MemoryRecord remembered : memory.latest(20).records()) {
                System.out.println(remembered.role().wireName() + ": " + remembered.content());
            }
            System.out.println(memory.resetMemory());
            System.out.println(memory.insert(before, "Too", "late"));
        }
    }
}
