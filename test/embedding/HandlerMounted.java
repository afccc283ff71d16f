package embedding;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.memory.folder.MemoryFolder;

final class HandlerMounted {
    public static void main(String[] args) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (MemoryFolder memory = MemoryFolder.open(Path.of(args[0]));
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = GroqAgent.open(
                        model.client(), memory, GroqAgent.options())) {
            HttpHandler routes = Api.handler(Api.options(), agent); // before any HttpServer
            HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
            server.createContext("/help", routes);
            server.setExecutor(threads); // without one, a single slow client stops all
            server.start();
            System.out.println("chat at http:/" + server.getAddress() + "/help/chat");
            System.in.read(); // until somebody presses enter
            server.stop(1);
        }
        threads.shutdown();
    }
}
