package vaas.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import vaas.memory.sql.DatabaseDriver;
import vaas.memory.sql.DatabaseUrl;

/**
 * A real PostgreSQL server on a free port of loopback, of the programs that are installed. One of
 * them serves all tests of a JVM; a test that stops or kills it makes one of its own. As root it
 * runs as nobody. Whatever becomes of the JVM, a shell that waits for its end stops all of them and
 * removes their files.
 */
public final class Postgres implements AutoCloseable {
    /** Who may do everything, without a password. */
    public static final String USER = "vaas";
    /** Who needs {@link #PASSWORD}. */
    public static final String STRANGER = "stranger";
    public static final String PASSWORD = "p@ss: 100%/?#+\u00e4";

    private static final String MISSING = "skipped: no PostgreSQL here"
            + " (apt-get install postgresql libpostgresql-jdbc-java)";
    private static final boolean ROOT = System.getProperty("user.name").equals("root");
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    private final Path data;
    private final int port;
    private final AtomicInteger databases = new AtomicInteger();
    private ProcessHandle process; // null while it is stopped

    /** What is here to begin with. */
    private static final class Installed {
        static final Optional<Path> PROGRAMS = programs();
        static final Optional<DatabaseDriver> DRIVER = loadDriver();
    }

    /** What all of a JVM share; made on first use. */
    private static final class Shared {
        static final Path FOLDER = folder();
        static final Process GUARD = guard(); // not to be collected, or its input would end
        static final Path PRISTINE = pristine(); // copied, since to make one takes a second
        static final Postgres SERVER = own();
    }

    private Postgres(Path data, int port) {
        this.data = data;
        this.port = port;
    }

    /** Skips the test where PostgreSQL or its driver is not installed. */
    public static void assumeInstalled() {
        assumeTrue(Installed.PROGRAMS.isPresent() && Installed.DRIVER.isPresent(), MISSING);
    }

    /** The one that serves all tests, and is never stopped; skips the test where there is none. */
    public static Postgres shared() {
        assumeInstalled();
        return Shared.SERVER;
    }

    /** One for a test that stops or kills it, with lines of its settings. */
    public static Postgres own(String... settings) {
        assumeInstalled();
        return start(settings);
    }

    public static DatabaseDriver driver() {
        return Installed.DRIVER.orElseThrow();
    }

    /** Where the driver's jar is. */
    public static Path jar() {
        String other = System.getenv().getOrDefault("DATABASE_DRIVER", "");
        return other.isEmpty() ? DatabaseDriver.DEBIAN : Path.of(other);
    }

    private static Optional<DatabaseDriver> loadDriver() {
        try {
            return Optional.of(DatabaseDriver.load(jar()));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Path> programs() {
        List<Path> folders = new ArrayList<>();
        for (String folder : System.getenv("PATH").split(File.pathSeparator)) {
            folders.add(Path.of(folder));
        }
        try (Stream<Path> versions = Files.list(Path.of("/usr/lib/postgresql"))) {
            versions.filter(it -> it.getFileName().toString().matches("[0-9]+"))
                    .sorted(Comparator.comparing(it -> -Integer.parseInt(
                            it.getFileName().toString())))
                    .forEach(it -> folders.add(it.resolve("bin")));
        } catch (IOException e) {
            // not a Debian
        }
        return folders.stream().map(it -> it.resolve("initdb")).filter(Files::isExecutable)
                .map(Postgres::real).findFirst();
    }

    private static Path real(Path program) {
        try {
            return program.toRealPath().getParent(); // the others are beside it, not the link
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path folder() {
        try {
            return Files.createTempDirectory("vaas-postgres",
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx--x--x")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    // Its input ends with the JVM, however that ends.
    private static Process guard() {
        try {
            return new ProcessBuilder("/bin/sh", "-c", "trap '' HUP INT TERM; read end;"
                    + " for pid in \"$1\"/*/postmaster.pid; do [ -f \"$pid\" ] || continue;"
                    + " n=$(head -n 1 \"$pid\"); kill -CONT \"$n\"; kill -QUIT \"$n\";"
                    + " while kill -0 \"$n\"; do sleep 0.1; done; done 2> /dev/null;"
                    + " rm -rf \"$1\"", "sh", Shared.FOLDER.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Path pristine() {
        try {
            Postgres server = new Postgres(fresh(), 0);
            run(server.program("initdb", "--username=" + USER, "--auth=trust", "--no-sync",
                    "--locale=C", "--encoding=UTF8"));
            return server.data;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Postgres start(String... settings) {
        try {
            Postgres server = new Postgres(fresh(), freePort());
            run(List.of("cp", "-a", Shared.PRISTINE + "/.", server.data.toString()));
            server.settle(settings);
            server.start();
            server.execute("CREATE ROLE " + STRANGER + " LOGIN PASSWORD '" + PASSWORD + "'");
            return server;
        } catch (IOException | SQLException e) {
            throw new AssertionError(e);
        }
    }

    // Processes are killed here, and no machine: nothing has to be on a disk.
    private void settle(String... settings) throws IOException {
        Files.writeString(data.resolve("pg_hba.conf"),
                "host all " + STRANGER + " 127.0.0.1/32 scram-sha-256\n"
                        + "host all all 127.0.0.1/32 trust\n"
                        + "host replication all 127.0.0.1/32 trust\n");
        Files.writeString(data.resolve("postgresql.conf"), "listen_addresses = '127.0.0.1'\n"
                + "unix_socket_directories = ''\nport = " + port + "\nshared_buffers = 16MB\n"
                + "fsync = off\nwal_retrieve_retry_interval = 100ms\n"
                + "logging_collector = off\nlog_timezone = UTC\ntimezone = UTC\n"
                + String.join("\n", settings) + "\n");
    }

    private static Path fresh() throws IOException {
        Path folder = Shared.FOLDER.resolve("data" + NUMBERS.incrementAndGet());
        Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(
                PosixFilePermissions.fromString("rwx------")));
        if (ROOT) {
            Files.setOwner(folder, folder.getFileSystem().getUserPrincipalLookupService()
                    .lookupPrincipalByName("nobody"));
        }
        return folder;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private List<String> program(String name, String... arguments) {
        List<String> command = new ArrayList<>();
        if (ROOT) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup",
                    "--clear-groups"));
        }
        command.addAll(List.of(
                Installed.PROGRAMS.orElseThrow().resolve(name).toString(), "-D", data.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    // Output goes to a file, since what is started may hold on to a pipe.
    private static Process begin(List<String> command) throws IOException {
        File log = Shared.FOLDER.resolve("log").toFile();
        return new ProcessBuilder(command).directory(new File("/"))
                .redirectErrorStream(true).redirectInput(new File("/dev/null"))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
    }

    private static void run(List<String> command) throws IOException {
        try {
            assertEquals(0, begin(command).waitFor(), () -> command + ":\n" + log());
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** What the servers of this JVM have said. */
    public static String log() {
        try {
            return Files.readString(Shared.FOLDER.resolve("log"));
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** Starts it, anew if it was stopped, and waits until it takes connections. */
    public void start() throws IOException {
        Process started = begin(program("postgres"));
        process = started.toHandle();
        Path pid = data.resolve("postmaster.pid");
        Await.until(() -> {
            assertEquals(true, started.isAlive(), Postgres::log);
            return Files.exists(pid) && Files.readString(pid).contains("ready");
        });
    }

    /** How a server is stopped. */
    public enum Stop {
        /** Connections are cut, and all is written. */
        FAST("INT"),
        /** Nothing is written: the next start recovers. */
        IMMEDIATE("QUIT"),
        /** All of its processes are killed. */
        KILL("KILL");

        private final String signal;

        Stop(String signal) {
            this.signal = signal;
        }
    }

    /** Stops it, and waits for its end. */
    public void stop(Stop how) throws IOException {
        List<ProcessHandle> all = processes();
        signal(how.signal, how == Stop.KILL ? all : List.of(process));
        all.forEach(it -> it.onExit().join());
        Files.deleteIfExists(data.resolve("postmaster.pid")); // a kill leaves it
        process = null;
    }

    /** All of its processes stand still: it takes connections, and says nothing. */
    public void pause() throws IOException {
        signal("STOP", List.of(process)); // it begins no others from here
        signal("STOP", processes());
    }

    /** They go on. */
    public void resume() throws IOException {
        signal("CONT", processes());
    }

    private List<ProcessHandle> processes() {
        List<ProcessHandle> all = new ArrayList<>(List.of(process));
        process.descendants().forEach(all::add);
        return all;
    }

    private static void signal(String name, List<ProcessHandle> to) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c",
                "kill -\"$@\" 2> /dev/null || :", "sh", name));
        to.forEach(it -> command.add(Long.toString(it.pid())));
        run(command);
    }

    /** A standby that follows it, by the name {@code standby}, with lines of its settings. */
    public Postgres standby(String... settings) throws IOException {
        Postgres standby = new Postgres(fresh(), freePort());
        run(standby.program("pg_basebackup", "--write-recovery-conf", "--checkpoint=fast",
                "--no-sync", "--wal-method=stream", "--dbname=host=127.0.0.1 port=" + port
                        + " user=" + USER + " application_name=standby"));
        standby.settle(settings);
        standby.start();
        return standby;
    }

    /** Makes a standby a server of its own, which can be written. */
    public void promote() throws SQLException {
        execute("SELECT pg_promote()");
    }

    /** A new, empty database; what {@code DATABASE_URL} says of it. */
    public String database() throws SQLException {
        return database("template1");
    }

    /** A new database like another one, to which nobody is connected. */
    public String database(String template) throws SQLException {
        String name = "d" + databases.incrementAndGet();
        execute("CREATE DATABASE " + name + " TEMPLATE " + template);
        return url(name);
    }

    /** What {@code DATABASE_URL} says of a database. */
    public String url(String database) {
        return "postgres://" + USER + "@127.0.0.1:" + port + "/" + database;
    }

    public int port() {
        return port;
    }

    /** Does something in the database that is always there, by which all others can be reached. */
    public void execute(String sql) throws SQLException {
        execute(url("postgres"), sql);
    }

    /** Does something in a database. */
    public static void execute(String url, String sql) throws SQLException {
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row that is found in a database. */
    public static String value(String url, String sql) throws SQLException {
        try (Connection connection = connect(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }

    /** A connection to a database. */
    public static Connection connect(String url) throws SQLException {
        DatabaseUrl parsed = DatabaseUrl.of(url);
        return driver().connect(parsed, parsed.properties());
    }

    /** Stops it; its files go with the JVM. */
    @Override
    public void close() throws IOException {
        if (process != null) {
            resume();
            stop(Stop.IMMEDIATE);
        }
    }
}
