package vaas;

import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** What the program is to do, told by its options, in any order and each as often as one likes. */
enum Command {
    SERVE,
    SERVE_OFFLINE("--offline"),
    VERIFY("--verify"),
    CONTAINS("--verify", "--contains"),
    /** These two with an argument, a file, which stands behind the option. */
    VERIFY_FILE("--verify"),
    RESTORE("--restore"),
    /** The same, with the name of a session behind its second option. */
    RESTORE_SESSION("--restore", "--session"),
    IMPORT("--import"),
    EXPORT("--export"),
    /** These two win over whatever stands beside them. */
    HELP("--help"),
    VERSION("--version");

    private final Set<String> options;

    Command(String... options) {
        this.options = Set.of(options);
    }

    /**
     * The command that these arguments ask for.
     *
     * @throws UsageException if an option is unknown, or they don't go together
     */
    static Command of(List<String> args) throws UsageException {
        boolean file = args.size() == 2 && (args.get(0).equals("--restore")
                || args.get(0).equals("--verify") && !args.get(1).startsWith("--"));
        boolean session = args.size() == 4 && args.get(0).equals("--restore")
                && args.get(2).equals("--session");
        List<String> options = file ? args.subList(0, 1)
                : session ? List.of(args.get(0), args.get(2)) : args;
        for (String option : options) {
            requireKnown(option);
        }
        for (Command winner : List.of(HELP, VERSION)) {
            if (args.containsAll(winner.options)) { // also where a file should stand
                return winner;
            }
        }
        return Arrays.stream(values())
                .filter(command -> command.options.equals(Set.copyOf(options)))
                .filter(command -> file == (command == RESTORE || command == VERIFY_FILE)
                        && session == (command == RESTORE_SESSION))
                .findAny()
                .orElseThrow(() -> new UsageException("these options don't go together"));
    }

    boolean needsDatabase() {
        return this == IMPORT || this == EXPORT;
    }

    private static void requireKnown(String option) throws UsageException {
        if (Arrays.stream(values()).noneMatch(command -> command.options.contains(option))) {
            throw new UsageException("unknown option " + option);
        }
    }

    /** Says in a clause, which begins small and ends without a stop, what is wrong. */
    static final class UsageException extends Exception {
        private static final long serialVersionUID = 1;

        private UsageException(String message) {
            super(message);
        }
    }
}
