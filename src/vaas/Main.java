package vaas;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vaas.agent.SearchMemory;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.config.Setting;
import vaas.memory.Memory;

/** The program: settings to objects, a line that says where it listens, and an orderly stop. */
final class Main {
    /** Of this source; {@code --version} prints it. */
    static final String VERSION = "0.1.0";

    /** Exit code when settings or options are wrong. */
    static final int EXIT_USAGE = 2;
    /** Exit code when the port or the disk refuses. */
    static final int EXIT_TROUBLE = 1;

    private static final String HELP = "--help";
    private static final String OFFLINE = "--offline";
    private static final String VERSION_OPTION = "--version";

    private Main() {}

    /**
     * Runs the server until it is stopped by a signal, which it answers with exit code 0.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        Logging.prepare();
        int exitCode = run(List.of(args), System.getenv(), System.out, System.err);
        if (exitCode >= 0) {
            System.exit(exitCode);
        }
    }

    /** Returns the exit code, or -1 if the server runs. */
    static int run(List<String> args, Map<String, String> environment, PrintStream out,
            PrintStream err) {
        for (String arg : args) {
            if (!Set.of(HELP, OFFLINE, VERSION_OPTION).contains(arg)) {
                err.println("vaas: unknown option " + arg + "; see --help");
                return EXIT_USAGE;
            }
        }
        if (args.contains(HELP)) {
            out.print(help());
            return 0;
        }
        if (args.contains(VERSION_OPTION)) {
            out.println("vaas " + VERSION);
            return 0;
        }
        return start(args.contains(OFFLINE), environment, out, err);
    }

    static String help() {
        return """
                Usage: ./run.sh [--offline] [--help] [--version]

                Serves a chat with a memory that can be wiped.

                  --offline   answer without a model, to try everything else
                  --help      print this
                  --version   print the version

                Settings, from the environment or from .env beside run.sh:

                """ + Setting.table() + """

                Exit codes: 0 stopped by a signal, 1 trouble with port or disk, 2 wrong settings.
                """;
    }

    private static int start(boolean offline, Map<String, String> environment, PrintStream out,
            PrintStream err) {
        Config config;
        try {
            config = Config.parse(environment, offline);
        } catch (ConfigException e) {
            e.faults().forEach(fault -> err.println("vaas: " + fault));
            return EXIT_USAGE;
        }
        Logging.level(config.logLevel());
        Opened opened = new Opened();
        try {
            serve(config, offline, opened, out);
            return -1;
        } catch (IOException | RuntimeException e) {
            opened.closeAll();
            err.println("vaas: can't start: " + sentence(e));
            return EXIT_TROUBLE;
        }
    }

    private static void serve(Config config, boolean offline, Opened opened, PrintStream out)
            throws IOException {
        Memory memory = opened.add(Memory.open(
                config.store().memoryDir(), config.store().windowRecords()));
        Config.Groq groq = config.groq();
        if (offline) {
            groq = groq.withBaseUrl(opened.add(OfflineGroq.start()).baseUrl());
        }
        GroqAgent agent = opened.add(new GroqAgent(groq, memory,
                List.of(SearchMemory.tool(memory, groq.agentMemorySize()))));
        Api api = opened.add(Api.start(config.http(), agent));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            opened.closeAll();
            // Ends with 0: a stop that was asked for and went well is no failure.
            Runtime.getRuntime().halt(0);
        }, "vaas-stop"));
        out.println("vaas " + VERSION + " listens on " + api.url() + ", memory "
                + config.store().memoryDir().toAbsolutePath() + ", model "
                + groq.generalModel() + ", " + (offline ? "offline" : "online"));
    }

    private static String sentence(Exception e) {
        if (e instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        boolean bare = e instanceof FileSystemException files && files.getReason() == null;
        return bare || e instanceof RuntimeException ? e.toString() : e.getMessage();
    }
}
