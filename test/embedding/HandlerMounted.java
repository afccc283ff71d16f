package embedding;

import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.config.Config;
import vaas.memory.Memory;

final class HandlerMounted {
    public static void main(String[] args) throws Exception {
        Config.Groq config = Config.parse(Map.of(), true).groq();
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Memory memory = Memory.open(Path.of(args[0]), 20);
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = new GroqAgent(
                        config.withBaseUrl(model.baseUrl()), memory, List.of())) {
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.createContext("/help", Api.handler(Api.options(), agent));
            server.setExecutor(threads); // without one, a single slow client stops all
            server.start();
            System.out.println("chat at http:/" + server.getAddress() + "/help/chat");
            System.in.read(); // until somebody presses enter
            server.stop(1);
        }
        threads.shutdown();
    }
}
