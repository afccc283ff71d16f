package vaas;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import vaas.agent.SearchMemory;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.agent.groq.OfflineGroq;
import vaas.api.Api;
import vaas.budget.Budget;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.config.Setting;
import vaas.memory.Memory;
import vaas.metrics.Metrics;

/** The program: settings to objects, a line that says where it listens, and an orderly stop. */
final class Main {
    /** Of this source; {@code --version} prints it. */
    static final String VERSION = "0.1.0";

    /** Exit code when settings or options are wrong. */
    static final int EXIT_USAGE = 2;
    /** Exit code when the port or the disk refuses. */
    static final int EXIT_TROUBLE = 1;

    private static final String HELP = "--help";
    private static final String VERSION_OPTION = "--version";
    private static final String OFFLINE = "--offline";
    private static final String VERIFY = "--verify";
    private static final String CONTAINS = "--contains";
    private static final String RESTORE = "--restore";

    private static final Set<String> OPTIONS =
            Set.of(HELP, VERSION_OPTION, OFFLINE, VERIFY, CONTAINS, RESTORE);
    /** What goes together, besides --restore with its file. */
    private static final Set<Set<String>> USAGES = Set.of(
            Set.of(), Set.of(OFFLINE), Set.of(VERIFY), Set.of(VERIFY, CONTAINS));

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
        boolean restore = args.size() == 2 && args.get(0).equals(RESTORE);
        for (String arg : restore ? args.subList(0, 1) : args) {
            if (!OPTIONS.contains(arg)) {
                err.println("vaas: unknown option " + arg + "; see --help");
                return EXIT_USAGE;
            }
        }
        if (args.contains(HELP)) {
            out.print(help());
            return 0;
        } else if (args.contains(VERSION_OPTION)) {
            out.println("vaas " + VERSION);
            return 0;
        } else if (!restore && !USAGES.contains(new HashSet<>(args))) {
            err.println("vaas: these options don't go together; see --help");
            return EXIT_USAGE;
        }
        // What looks after a memory needs no model.
        boolean offline = !args.isEmpty();
        Config config;
        try {
            config = Config.parse(environment, offline);
        } catch (ConfigException e) {
            e.faults().forEach(fault -> err.println("vaas: " + fault));
            return EXIT_USAGE;
        }
        Logging.level(config.logLevel());
        try {
            Maintenance maintenance = new Maintenance(config.store(), out);
            return args.contains(CONTAINS) ? maintenance.contains(System.in)
                    : args.contains(VERIFY) ? maintenance.verify()
                    : restore ? maintenance.restore(args.get(1))
                    : start(config, offline, out);
        } catch (IOException | RuntimeException e) {
            err.println("vaas: can't start: " + sentence(e));
            return EXIT_TROUBLE;
        }
    }

    static String help() {
        return """
                Usage: ./run.sh [OPTION]

                Serves a chat with a memory that can be wiped.

                  --offline            answer without a model, to try everything else
                  --verify             check the memory of a server that is stopped
                  --verify --contains  tell whether a phrase, read from standard input, is
                                       still found in any file of it; exit code 1 if it is
                  --restore FILE       bring a backup back into an empty memory
                  --help               print this
                  --version            print the version

                Settings, from the environment or from .env beside run.sh:

                """ + Setting.table() + """

                Exit codes: 0 stopped by a signal, 1 trouble with port or disk, 2 wrong settings.
                """;
    }

    private static int start(Config config, boolean offline, PrintStream out)
            throws IOException {
        Opened opened = new Opened();
        try {
            serve(config, offline, opened, out);
            return -1;
        } catch (IOException | RuntimeException e) {
            opened.closeAll();
            throw e;
        }
    }

    private static void serve(Config config, boolean offline, Opened opened, PrintStream out)
            throws IOException {
        boundAnswers(config.groq().timeout());
        Metrics metrics = new Metrics();
        Memory memory = opened.add(Memory.open(config.store(), metrics));
        GroqClient.Options model = config.groq().client();
        if (offline) {
            model = opened.add(OfflineGroq.start()).client()
                    .connections(config.groq().connections());
        }
        GroqClient client = opened.add(GroqClient.open(model.metrics(metrics)));
        GroqAgent agent = opened.add(GroqAgent.open(client, memory, config.groq().agent()
                .tools(SearchMemory.tool(memory)).budget(Budget.ofThisProcess())));
        Api api = opened.add(Api.start(config.http(), agent, metrics));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            opened.closeAll();
            // Ends with 0: a stop that was asked for and went well is no failure.
            Runtime.getRuntime().halt(0);
        }, "vaas-stop"));
        out.println("vaas " + VERSION + " listens on " + api.url() + ", memory "
                + config.store().memoryDir().toAbsolutePath() + ", model "
                + config.groq().generalModel() + ", " + (offline ? "offline" : "online"));
    }

    // The one bound on a client that does not read its answer. The server counts the wait for the
    // model in, so it has to be longer than that; embedders set it themselves, if they want it.
    private static void boundAnswers(Duration modelTimeout) {
        String property = "sun.net.httpserver.maxRspTime"; // in seconds
        if (System.getProperty(property) == null) {
            System.setProperty(property, Long.toString(modelTimeout.toSeconds() + 30));
        }
    }

    private static String sentence(Exception e) {
        if (e instanceof AccessDeniedException denied) {
            return "no permission for " + denied.getFile();
        }
        if (e instanceof FileSystemException files && files.getReason() == null) {
            return "can't create, read or write " + files.getFile();
        }
        return e instanceof RuntimeException ? e.toString() : e.getMessage();
    }
}
