package vaas.agent.groq;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.Question;
import vaas.agent.Reply;
import vaas.agent.Tool;
import vaas.testing.Talk;

/** A scripted Groq and an empty memory for each test of a class. */
abstract class GroqFixture {
    @TempDir
    Path folder;
    MockWebServer groq;
    Talk memory;

    @BeforeEach
    void start() throws IOException {
        groq = Scripted.start();
        memory = Talk.open(folder);
    }

    @AfterEach
    void stop() throws IOException {
        memory.close();
        groq.close();
    }

    void script(MockResponse... answers) {
        for (MockResponse answer : answers) {
            groq.enqueue(answer);
        }
    }

    GroqAgent agent(Tool... tools) {
        return Scripted.agent(Scripted.config(groq), memory.folder, tools);
    }

    Reply chat(String message, Tool... tools) {
        try (GroqAgent agent = agent(tools)) {
            return agent.chat(Question.of(message));
        }
    }

    List<String> remembered() {
        return memory.all();
    }
}
