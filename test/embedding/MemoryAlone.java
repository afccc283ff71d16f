package embedding;

import java.nio.file.Path;
import vaas.memory.Memory;
import vaas.memory.MemoryRecord;

final class MemoryAlone {
    public static void main(String[] args) throws Exception {
        try (Memory memory = Memory.open(Path.of(args[0]), 20)) {
            long generation = memory.generation();
            memory.insert(generation, "What is vaas?", "A chat with a memory.").orElseThrow();
            for (MemoryRecord remembered : memory.latest(20)) {
                System.out.println(remembered.role().wireName() + ": " + remembered.content());
            }
            System.out.println(memory.resetMemory());
            System.out.println(memory.insert(generation, "Too", "late").isPresent());
        }
    }
}
