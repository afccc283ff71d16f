package embedding;

import java.nio.file.Path;
import java.time.LocalTime;
import java.util.Map;
import vaas.agent.Tool;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.memory.folder.MemoryFolder;

final class ServerInside {
    public static void main(String[] args) throws Exception {
        Tool clock = new Tool("clock", "Tells the time.", Map.of("type", "object"),
                call -> Tool.Result.of(LocalTime.now().toString()));
        try (MemoryFolder memory = MemoryFolder.open(Path.of(args[0]));
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = GroqAgent.open(
                        model.client(), memory, GroqAgent.options().name("inside").tools(clock));
                Api api = Api.start(Api.options().port(0), agent)) {
            System.out.println(agent.name() + " listens on " + api.url());
            System.in.read(); // until somebody presses enter
        }
    }
}
