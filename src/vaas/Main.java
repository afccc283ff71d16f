package vaas;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.util.List;
import java.util.Map;
import vaas.agent.SearchMemory;
import vaas.agent.Tool;
import vaas.agent.ToolSource;
import vaas.agent.groq.GroqAgent;
import vaas.agent.groq.GroqClient;
import vaas.agent.groq.OfflineGroq;
import vaas.agent.mcp.McpTools;
import vaas.api.Api;
import vaas.budget.Budget;
import vaas.config.Config;
import vaas.config.ConfigException;
import vaas.config.Setting;
import vaas.memory.Conversations;
import vaas.memory.folder.Maintenance;
import vaas.metrics.Metrics;

/** The program: settings to objects, a line that says where it listens, and an orderly stop. */
final class Main {
    /** Of this source; {@code --version} prints it. */
    static final String VERSION = "0.1.0";
    private static final String NAME = "vaas " + VERSION;

    // Exit codes, a part of the command line's contract.
    /** All went well; also a stop by a signal, which was asked for. */
    private static final int OK = 0;
    /** The port or the disk refuses, or what was looked for in a memory is not as it should be. */
    private static final int TROUBLE = 1;
    /** Settings or options are wrong; nothing was begun. */
    private static final int USAGE = 2;
    /** What {@link #run} returns instead of an exit code while the server runs. */
    private static final int RUNS = -1;

    /** Set by run.sh where somebody sees standard error; the JDK can't tell. */
    private static final String TERMINAL = "vaas.terminal";

    private Main() {}

    /**
     * Runs the server until it is stopped by a signal, which it answers with exit code 0.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        Logging.prepare();
        int exitCode =
                run(List.of(args), System.getenv(), System.in, System.out, System.err);
        if (exitCode != RUNS) {
            System.exit(exitCode);
        }
    }

    /** Returns an exit code, or {@link #RUNS}. */
    static int run(List<String> args, Map<String, String> environment, InputStream in,
            PrintStream out, PrintStream err) {
        try {
            Command command = Command.of(args);
            if (command == Command.HELP || command == Command.VERSION) {
                out.print(command == Command.HELP ? help() : NAME + System.lineSeparator());
                return OK;
            }
            // Nothing else needs the settings that lead to a model.
            Config config = Config.parse(environment, command != Command.SERVE);
            Logging.level(config.logLevel());
            if (command.needsDatabase() && config.database().isEmpty()) {
                err.println("vaas: DATABASE_URL is not set, and " + args.get(0) + " needs it");
                return USAGE;
            }
            return perform(command, args, config, in, out, err);
        } catch (Command.UsageException e) {
            err.println("vaas: " + e.getMessage() + "; see --help");
        } catch (ConfigException e) {
            e.faults().forEach(fault -> err.println("vaas: " + fault));
        }
        return USAGE;
    }

    private static int perform(Command command, List<String> args, Config config, InputStream in,
            PrintStream out, PrintStream err) {
        Maintenance maintenance =
                new Maintenance(config.memoryDir(), config.backupDir(), out);
        if (Boolean.getBoolean(TERMINAL)) {
            maintenance.progress(err);
        }
        Opened opened = new Opened();
        try {
            return switch (command) {
                case SERVE, SERVE_OFFLINE ->
                        serve(config, command == Command.SERVE_OFFLINE, opened, out);
                default -> new Upkeep(config, maintenance, out).perform(command, args, in)
                        ? OK : TROUBLE;
            };
        } catch (IOException | RuntimeException e) {
            opened.closeAll();
            err.println("vaas: can't start: " + sentence(e));
            return TROUBLE;
        }
    }

    static String help() {
        return """
                Usage: ./run.sh [OPTION]

                Serves a chat with a memory that can be wiped.

                  --offline            answer without a model, to try everything else
                  --verify             check the memory of a server that is stopped
                  --verify FILE        check one file, such as a backup
                  --verify --contains  tell whether a phrase, read from standard input, is
                                       still found in any file of it; exit code 1 if it is
                  --restore FILE       bring a backup back into an empty memory
                  --restore FILE --session ID
                                       the same, into that of a named session
                  --import             take the conversations of MEMORY_DIR into the database,
                                       which is empty; servers are stopped
                  --export             write those of the database into MEMORY_DIR, which is
                                       empty; servers are stopped
                  --help               print this
                  --version            print the version

                Settings, from the environment or from .env beside run.sh:

                """ + Setting.table() + """

                Exit codes: 0 stopped by a signal, 1 trouble with port or disk, 2 wrong settings.
                """;
    }

    private static int serve(Config config, boolean offline, Opened opened, PrintStream out)
            throws IOException {
        Metrics metrics = new Metrics();
        opened.add(metrics.gauge("vaas_log_dropped_lines",
                "Log lines dropped, because nobody read them.", Logging::droppedLines));
        Budget budget = Budget.ofThisProcess();
        Conversations memory = opened.add(memory(config, metrics, budget));
        GroqClient.Options model = offline
                ? opened.add(OfflineGroq.start()).client().connections(config.chatsMax())
                : config.client();
        GroqClient client = opened.add(GroqClient.open(model.metrics(metrics)));
        Tool search = SearchMemory.tool();
        ToolSource more = config.tools().isEmpty() ? ToolSource.NONE
                : opened.add(McpTools.open(config.tools().get().own(search).version(VERSION)
                        .metrics(metrics).budget(budget)));
        GroqAgent agent = opened.add(GroqAgent.open(client, memory,
                config.agent().tools(search).source(more).budget(budget)));
        Rehearsal rehearsal = opened.add(new Rehearsal(client));
        Api api = opened.add(
                Api.start(config.http().metrics(metrics).budget(budget), agent));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            opened.closeAll();
            Logging.drain();
            // Ends with 0: a stop that was asked for and went well is no failure.
            Runtime.getRuntime().halt(OK);
        }, "vaas-stop"));
        out.println(NAME + " listens on " + api.url() + ", memory "
                + config.database().map(Object::toString)
                        .orElseGet(() -> config.memoryDir().toAbsolutePath().toString())
                + ", model "
                + config.generalModel() + ", " + (offline ? "offline" : "online"));
        if (Logging.isOwn()) { // or it would be seen
            rehearsal.begin();
        }
        return RUNS;
    }

    private static Conversations memory(Config config, Metrics metrics, Budget budget)
            throws IOException {
        if (config.database().isEmpty()) {
            return config.memory().metrics(metrics).budget(budget).open();
        }
        if (Maintenance.holdsAny(config.memoryDir())) {
            System.getLogger(Main.class.getName()).log(System.Logger.Level.WARNING,
                    "the conversations in {0} are not in the database; stop and take them there"
                            + " with --import", config.memoryDir());
        }
        return config.database().get().metrics(metrics).budget(budget).open();
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
