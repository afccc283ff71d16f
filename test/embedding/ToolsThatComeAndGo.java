package embedding;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import vaas.agent.Tool;
import vaas.agent.ToolSource;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.memory.folder.MemoryFolder;

final class ToolsThatComeAndGo {
    public static void main(String[] args) throws Exception {
        Path notes = Path.of("notes.txt");
        Tool read = new Tool("read_notes", "Reads the notes.", Map.of("type", "object"),
                call -> Tool.Result.of(Files.readString(notes)));
        ToolSource source = question -> Files.exists(notes) ? List.of(read) : List.of();
        try (MemoryFolder memory = MemoryFolder.open(Path.of(args[0]));
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = GroqAgent.open(
                        model.client(), memory, GroqAgent.options().source(source));
                Api api = Api.start(Api.options().port(0), agent)) {
            System.out.println("listens on " + api.url());
            System.in.read(); // until somebody presses enter
        }
    }
}
