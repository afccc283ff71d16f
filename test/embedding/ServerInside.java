package embedding;

import java.nio.file.Path;
import java.time.LocalTime;
import java.util.Map;
import vaas.agent.Tool;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.config.Config;
import vaas.memory.Memory;

final class ServerInside {
    public static void main(String[] args) throws Exception {
        Config config = Config.parse(Map.of("PORT", "0"), true);
        Tool clock = new Tool("clock", "Tells the time.", Map.of("type", "object"),
                call -> Tool.Result.of(LocalTime.now().toString()));
        try (Memory memory = Memory.open(Path.of(args[0]), 20);
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = GroqAgent.open(
                        model.client(), memory, GroqAgent.options().name("inside").tools(clock));
                Api api = Api.start(config.http().options(), agent)) {
            System.out.println(agent.name() + " listens on " + api.url());
            System.in.read(); // until somebody presses enter
        }
    }
}
