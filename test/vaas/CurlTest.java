package vaas;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.config.Config;
import vaas.testing.Talk;

/** Pastes the README's curl lines into a shell, and compares what comes out with what it shows. */
@Timeout(300)
class CurlTest {
    @TempDir
    Path folder;

    @Test
    void theCurlLinesPrintWhatTheReadmeShows() throws Exception {
        assumeTrue(Files.exists(Path.of("/bin/sh")) && run("command -v curl").length() > 0,
                "curl is not installed");
        String readme = Files.readString(Path.of("README.md"));
        String section = readme.substring(readme.indexOf("\n## Use with curl\n"));
        String block = section.split("```")[1];
        List<String> commands = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        for (String line : block.lines().skip(1).toList()) {
            if (line.startsWith("$ ") || line.startsWith("> ")) {
                command.append(line.substring(2)).append('\n');
            } else {
                commands.add(command.toString());
                expected.add(line);
                command.setLength(0);
            }
        }
        Config config = Config.parse(Map.of("PORT", "0"), true);
        try (Talk memory = Talk.open(folder);
                OfflineGroq model = OfflineGroq.start();
                GroqAgent agent = GroqAgent.open(
                        model.client(), memory.folder, GroqAgent.options());
                Api api = Api.start(config.http(), agent)) {
            String port = Integer.toString(api.url().getPort());
            for (int i = 0; i < commands.size(); i++) {
                String printed = run(commands.get(i).replace("8080", port));
                assertEquals(withoutIds(expected.get(i)), withoutIds(printed), commands.get(i));
            }
        }
        assertTrue(commands.size() >= 5, "too few curl lines: " + commands);
    }

    private static String withoutIds(String json) {
        return json.strip().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "ID")
                .replaceAll("[0-9-]{10}T[0-9:.]{12}Z", "TIME");
    }

    private static String run(String command) throws IOException {
        Process process = new ProcessBuilder("/bin/sh", "-c", command).start();
        process.getOutputStream().close();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        process.getInputStream().transferTo(out);
        return out.toString(StandardCharsets.UTF_8);
    }
}
