package vaas;

import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.opentest4j.TestAbortedException;
import vaas.api.RawClient;
import vaas.config.Setting;
import vaas.testing.Await;
import vaas.testing.ChildJvm;
import vaas.testing.Postgres;
import vaas.testing.Postgres.Stop;

/**
 * Does to several servers on a database what may befall them while clients chat, and counts what
 * was acknowledged, is missing, or is there twice. Run by {@code make bench BENCH=all}; takes the
 * names of troubles as its arguments, and does all without any. Not a test: it takes minutes.
 */
final class DatabaseAttack {
    private static final int SERVERS = 3;
    private static final int CLIENTS = 12;
    private static final int TRIES = 60;
    private static final List<String> SESSIONS = List.of("", "a", "b", "c");

    private final Postgres database;
    private final String url; // what the servers connect to
    private final String direct; // what is looked into
    private final List<Server> servers = new ArrayList<>();
    private final long begun = System.nanoTime();

    private DatabaseAttack(Postgres database, String url, String direct) {
        this.database = database;
        this.url = url;
        this.direct = direct;
    }

    private interface Trouble {
        void run() throws Exception;
    }

    public static void main(String[] args) throws Exception {
        Map<String, Trouble> all = new TreeMap<>();
        all.put("servers", () -> withLoad("servers", DatabaseAttack::killServers));
        all.put("database", () -> withLoad("database", DatabaseAttack::killDatabase));
        all.put("frozen", () -> withLoad("frozen", DatabaseAttack::freezeServer));
        all.put("hung", () -> withLoad("hung", DatabaseAttack::freezeDatabase));
        all.put("reset", () -> withLoad("reset", DatabaseAttack::reset));
        all.put("standby", DatabaseAttack::standby);
        all.put("pooler", DatabaseAttack::pooler);
        all.put("phases", DatabaseAttack::phases);
        all.put("overtaken", DatabaseAttack::overtaken);
        all.put("connections", DatabaseAttack::connections);
        all.put("altered", DatabaseAttack::altered);
        System.out.println("| trouble | seconds | acknowledged | missing | twice | in part"
                + " | out of order | rows wrong | places left | what callers got |");
        System.out.println("|---|---|---|---|---|---|---|---|---|---|");
        try {
            for (String name : args.length == 0 ? all.keySet() : List.of(args)) {
                all.get(name).run();
            }
        } catch (TestAbortedException e) { // there is no PostgreSQL
            System.out.println(e.getMessage().replaceFirst("Assumption failed: ", ""));
        }
        System.exit(0);
    }

    // Servers

    /** One of several, a process of its own. */
    private static final class Server {
        private final Map<String, String> settings;
        private volatile Process process;
        volatile URI at;

        Server(Map<String, String> settings) throws IOException {
            this.settings = settings;
            start();
        }

        void start() throws IOException {
            boolean offline = !settings.containsKey("GROQ_BASE_URL");
            ProcessBuilder builder = new ProcessBuilder(ChildJvm.command(List.of(), Main.class,
                    offline ? new String[] {"--offline"} : new String[0]));
            Arrays.stream(Setting.values()).map(Setting::name)
                    .forEach(builder.environment()::remove);
            builder.environment().putAll(settings);
            File log = new File("build/attack.log");
            process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log)).start();
            String line = new BufferedReader(new InputStreamReader(
                    process.getInputStream(), StandardCharsets.UTF_8)).readLine();
            if (line == null) {
                throw new IOException("the server did not start");
            }
            at = URI.create(line.replaceFirst(".* listens on ([^,]*),.*", "$1"));
        }

        void kill() {
            process.destroyForcibly().onExit().join();
        }

        void signal(String name) throws Exception {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
        }

        RawClient.Answer ask(String what, String body, String... headers) throws IOException {
            try (RawClient client = RawClient.to(at)) {
                return client.ask(what, body, headers);
            }
        }

        RawClient.Answer say(String session, String text, String... headers) throws IOException {
            return ask("POST /chat", "{\"message\":\"" + text + "\",\"session_id\":"
                    + (session.isEmpty() ? "null" : '"' + session + '"') + "}", headers);
        }
    }

    private Server server(Map<String, String> more) throws IOException {
        Map<String, String> settings = new TreeMap<>(Map.of("PORT", "0", "DATABASE_URL", url,
                "MEMORY_DIR", "build/attack", "DATABASE_DRIVER", Postgres.jar().toString()));
        settings.putAll(more);
        Server server = new Server(settings);
        servers.add(server);
        return server;
    }

    private void end() throws Exception {
        for (Server server : servers) {
            server.signal("CONT");
            server.kill();
        }
    }

    // Load

    /** Clients that chat by way of all servers, and ask again where they have a key. */
    private final class Load {
        final Map<String, String> acknowledged = new ConcurrentHashMap<>(); // ids by question
        final Map<String, AtomicInteger> got = new ConcurrentHashMap<>();
        private final String name;
        private final List<Thread> clients = new ArrayList<>();
        private volatile boolean over;

        Load(String name) {
            this.name = name;
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                Thread thread = new Thread(() -> run(client));
                clients.add(thread);
                thread.start();
            }
        }

        private void run(int client) {
            Random random = new Random(client);
            for (int n = 0; !over; n++) {
                chat(name + "-" + client + "-" + n, random);
            }
        }

        private void chat(String question, Random random) {
            String session = SESSIONS.get(random.nextInt(SESSIONS.size()));
            int tries = random.nextInt(4) == 0 ? 1 : TRIES; // without a key, once
            for (int i = 0; i < tries; i++) {
                Server server = servers.get(random.nextInt(servers.size()));
                try {
                    RawClient.Answer answer = tries == 1 ? server.say(session, question)
                            : server.say(session, question, "Idempotency-Key: " + question);
                    count(answer);
                    if (answer.status() == 200) {
                        if (answer.json().get("message_id") != null) {
                            acknowledged.put(question, answer.json().get("message_id").toString());
                        }
                        return;
                    }
                } catch (IOException e) {
                    got.computeIfAbsent("cut", it -> new AtomicInteger()).incrementAndGet();
                }
                LockSupport.parkNanos(200_000_000);
            }
            got.computeIfAbsent("no answer", it -> new AtomicInteger()).incrementAndGet();
        }

        private void count(RawClient.Answer answer) {
            String what = answer.status() == 200 ? "200" + (answer.json().get("remembered")
                    .equals(true) ? "" : " not remembered")
                    : answer.status() + " " + answer.json().get("type").toString()
                            .replace("/docs#", "");
            got.computeIfAbsent(what, it -> new AtomicInteger()).incrementAndGet();
        }

        void end() throws InterruptedException {
            over = true;
            for (Thread client : clients) {
                client.join();
            }
        }
    }

    private static void withLoad(String name, Attack attack) throws Exception {
        try (Postgres database = Postgres.own()) {
            String url = database.database();
            new DatabaseAttack(database, url, url).underLoad(name, attack);
        }
    }

    private interface Attack {
        void on(DatabaseAttack attacked) throws Exception;
    }

    private void underLoad(String name, Attack attack) throws Exception {
        underLoad(name, () -> direct, attack);
    }

    private interface Place {
        String url() throws SQLException;
    }

    private void underLoad(String name, Place looked, Attack attack) throws Exception {
        try {
            for (int i = 0; i < SERVERS; i++) {
                server(Map.of());
            }
            Load load = new Load(name);
            attack.on(this);
            pause(2000);
            load.end();
            row(name, load, looked.url());
        } finally {
            end();
        }
    }

    private void row(String name, Load load, String looked) throws SQLException {
        Map<String, String> there = new TreeMap<>();
        int twice = 0;
        int unordered = 0;
        try (Connection connection = Postgres.connect(looked);
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT session_id, answer_id,"
                        + " trim('\"' from convert_from(question, 'UTF8')),"
                        + " convert_from(answer, 'UTF8') FROM vaas_turn"
                        + " ORDER BY session_id, answer_id")) {
            String session = "";
            int before = 0;
            while (rows.next()) {
                before = session.equals(rows.getString(1)) ? before : 0;
                session = rows.getString(1);
                twice += there.put(rows.getString(3), rows.getString(2)) == null ? 0 : 1;
                boolean inOrder = rows.getString(4).contains(
                        "sent " + Math.min(before, 20) + " remembered");
                unordered += session.isEmpty() || inOrder ? 0 : 1;
                before += 2;
            }
        }
        boolean resets = load.got.keySet().stream().anyMatch(it -> it.contains("not rem"));
        long missing = load.acknowledged.entrySet().stream()
                .filter(it -> !it.getValue().equals(there.get(it.getKey()))).count();
        System.out.println("| " + name + " | " + (System.nanoTime() - begun) / 1_000_000_000
                + " | " + load.acknowledged.size()
                + " | " + (resets ? "(reset) " : "") + missing + " | " + twice + " | "
                + Postgres.value(looked, "SELECT count(*) FROM vaas_turn WHERE question IS NULL"
                        + " OR answer IS NULL OR question_id IS NULL")
                + " | " + unordered + " | "
                + Postgres.value(looked, "SELECT count(*) FROM vaas_conversation c LEFT JOIN"
                        + " (SELECT session_id, 2 * count(*) n, max(answer_id::text) last"
                        + " FROM vaas_turn GROUP BY 1) t USING (session_id)"
                        + " WHERE records <> coalesce(n, 0) OR last_id::text"
                        + " IS DISTINCT FROM last")
                + " | " + Postgres.value(looked, "SELECT count(*) FROM vaas_place")
                + " | " + new TreeMap<>(load.got) + " |");
    }

    private static void pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    // Troubles under load

    private void killServers() throws Exception {
        for (int i = 0; i < 5; i++) {
            pause(3000);
            servers.get(i % SERVERS).kill();
            pause(1000);
            servers.get(i % SERVERS).start();
        }
        pause(6000);
    }

    private void killDatabase() throws Exception {
        for (int i = 0; i < 5; i++) {
            pause(3000);
            database.stop(Stop.KILL);
            pause(1000);
            database.start();
        }
        pause(3000);
    }

    private void freezeServer() throws Exception {
        pause(3000);
        servers.get(0).signal("STOP");
        pause(20_000);
        servers.get(0).signal("CONT");
        pause(5000);
    }

    private void freezeDatabase() throws Exception {
        pause(3000);
        database.pause();
        pause(20_000);
        database.resume();
        pause(5000);
    }

    private void reset() throws Exception {
        for (int i = 0; i < 30; i++) {
            pause(300);
            String session = SESSIONS.get(i % SESSIONS.size());
            servers.get(i % SERVERS).ask("POST /reset-memory?" + (i % 10 == 9 ? "all=true"
                    : session.isEmpty() ? "" : "session_id=" + session), "");
        }
    }

    private static void standby() throws Exception {
        try (Postgres primary = Postgres.own("synchronous_standby_names = 'standby'",
                "synchronous_commit = local")) {
            String name = primary.database().replaceFirst(".*/", "");
            try (Postgres standby = primary.standby("wal_receiver_status_interval = 1")) {
                String both = "postgres://" + Postgres.USER + "@127.0.0.1:" + primary.port()
                        + ",127.0.0.1:" + standby.port() + "/" + name
                        + "?targetServerType=primary";
                primary.execute("ALTER SYSTEM SET synchronous_commit = on");
                primary.execute("SELECT pg_reload_conf()");
                Await.until(() -> "sync".equals(Postgres.value(primary.url("postgres"),
                        "SELECT sync_state FROM pg_stat_replication")));
                new DatabaseAttack(primary, both, standby.url(name)).underLoad("standby",
                        attacked -> {
                            pause(5000);
                            primary.stop(Stop.KILL);
                            pause(1000);
                            standby.promote();
                            pause(8000);
                        });
            }
        }
    }

    /** PgBouncer in transaction mode, where it is installed; its own databases' port is free. */
    private static void pooler() throws Exception {
        try (Postgres database = Postgres.own()) {
            String direct = database.database();
            Path folder = Files.createTempDirectory("vaas-pooler");
            int port = database.port() + 1;
            Files.writeString(folder.resolve("users"), "\"" + Postgres.USER + "\" \"\"\n");
            Files.writeString(folder.resolve("ini"), "[databases]\n* = host=127.0.0.1 port="
                    + database.port() + "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = "
                    + port + "\nauth_type = trust\nauth_file = " + folder.resolve("users")
                    + "\npool_mode = transaction\ndefault_pool_size = 4\nunix_socket_dir =\n"
                    + "ignore_startup_parameters = extra_float_digits\n");
            new ProcessBuilder("chmod", "-R", "a+rX", folder.toString()).start().waitFor();
            Process pooler = new ProcessBuilder("pgbouncer", "-q", "-u", "nobody",
                    folder.resolve("ini").toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("log").toFile()).start();
            try {
                pause(1000);
                String url = direct.replace(":" + database.port(), ":" + port)
                        + "?prepareThreshold=0";
                new DatabaseAttack(database, url, direct).underLoad("pooler", attacked -> {
                    pause(4000);
                    attacked.servers.get(0).kill();
                    pause(2000);
                    attacked.servers.get(0).start();
                    pause(6000);
                });
            } finally {
                pooler.destroy();
                System.err.print(Files.readString(folder.resolve("log")));
            }
        }
    }

    // Troubles of one chat

    /** A server is killed while a statement of its chat waits in the database. */
    private static void phases() throws Exception {
        try (Postgres database = Postgres.own()) {
            String root = database.database();
            String name = root.replaceFirst(".*/", "");
            database.execute("CREATE ROLE plain LOGIN");
            database.execute("ALTER DATABASE " + name + " OWNER TO plain");
            String plain = root.replace(Postgres.USER + "@", "plain@");
            DatabaseAttack attack = new DatabaseAttack(database, plain, root);
            try {
                attack.server(Map.of()).say("p", "zero");
                Postgres.execute(root, "GRANT ALL ON SCHEMA public TO plain");
                Postgres.execute(plain, "CREATE FUNCTION slow() RETURNS boolean LANGUAGE plpgsql"
                        + " VOLATILE AS 'BEGIN PERFORM pg_advisory_xact_lock_shared(42);"
                        + " RETURN true; END'");
                Postgres.execute(plain, "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql"
                        + " AS 'BEGIN PERFORM slow(); RETURN NEW; END'");
                attack.phase("place", "CREATE TRIGGER s BEFORE INSERT ON vaas_place"
                        + " FOR EACH ROW EXECUTE FUNCTION slowly()",
                        "DROP TRIGGER s ON vaas_place");
                attack.phase("history", "ALTER TABLE vaas_turn ENABLE ROW LEVEL SECURITY,"
                        + " FORCE ROW LEVEL SECURITY; CREATE POLICY s ON vaas_turn USING (slow())",
                        "DROP POLICY s ON vaas_turn; ALTER TABLE vaas_turn DISABLE ROW LEVEL"
                                + " SECURITY, NO FORCE ROW LEVEL SECURITY");
                attack.phase("commit", "CREATE TRIGGER s BEFORE INSERT ON vaas_turn"
                        + " FOR EACH ROW EXECUTE FUNCTION slowly()",
                        "DROP TRIGGER s ON vaas_turn");
            } finally {
                attack.end();
            }
        }
    }

    private void phase(String name, String slow, String quick) throws Exception {
        Server killed = server(Map.of());
        try (Connection holder = Postgres.connect(direct)) {
            Postgres.execute(url, slow);
            holder.createStatement().execute("SELECT pg_advisory_lock(42)");
            FutureTask<RawClient.Answer> chat = new FutureTask<>(
                    () -> killed.say("p", name, "Idempotency-Key: " + name));
            new Thread(chat).start();
            Await.until(() -> !"0".equals(Postgres.value(direct, "SELECT count(*) FROM pg_locks"
                    + " WHERE locktype = 'advisory' AND objid = 42 AND NOT granted")));
            killed.kill();
            holder.createStatement().execute("SELECT pg_advisory_unlock(42)");
        }
        Postgres.execute(url, quick);
        long start = System.nanoTime();
        RawClient.Answer other = servers.get(0).say("p", "after " + name);
        long millis = (System.nanoTime() - start) / 1_000_000;
        RawClient.Answer again = servers.get(0).say("p", name, "Idempotency-Key: " + name);
        Await.until(() -> "0".equals(
                Postgres.value(direct, "SELECT count(*) FROM vaas_place")));
        long removed = (System.nanoTime() - start) / 1_000_000;
        System.out.println("killed in " + name + ": another's chat " + other.status() + " after "
                + millis + " ms; asked again with its key " + again.status() + ", replayed "
                + again.header("Idempotency-Replayed").orElse("no") + "; turns of it "
                + Postgres.value(direct, "SELECT count(*) FROM vaas_turn WHERE"
                        + " convert_from(question, 'UTF8') = '\"" + name + "\"'")
                + ", its place gone after " + removed + " ms");
    }

    /** A server stands still while a model answers it, for longer than it is believed alive. */
    private static void overtaken() throws Exception {
        try (Postgres database = Postgres.own()) {
            String url = database.database();
            DatabaseAttack attack = new DatabaseAttack(database, url, url);
            AtomicReference<CountDownLatch> gate = new AtomicReference<>(new CountDownLatch(1));
            AtomicInteger calls = new AtomicInteger();
            HttpServer model = HttpServer.create(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            model.setExecutor(Executors.newCachedThreadPool());
            model.createContext("/", exchange -> {
                String asked = new String(exchange.getRequestBody().readAllBytes(),
                        StandardCharsets.UTF_8);
                calls.incrementAndGet();
                try {
                    gate.get().await();
                } catch (InterruptedException e) {
                    return;
                }
                byte[] answer = ("{\"id\":\"x\",\"object\":\"chat.completion\",\"model\":\"m\","
                        + "\"choices\":[{\"index\":0,\"finish_reason\":\"stop\",\"message\":"
                        + "{\"role\":\"assistant\",\"content\":\"sent "
                        + (asked.split("\"role\"").length - 1) + "\"}}]}")
                        .getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(200, answer.length);
                exchange.getResponseBody().write(answer);
                exchange.close();
            });
            model.start();
            try {
                Map<String, String> settings = Map.of("GROQ_BASE_URL", "http://127.0.0.1:"
                        + model.getAddress().getPort(), "GROQ_API_KEY", "x");
                Server frozen = attack.server(settings);
                Server other = attack.server(settings);
                FutureTask<RawClient.Answer> chat = new FutureTask<>(
                        () -> frozen.say("o", "first", "Idempotency-Key: k"));
                new Thread(chat).start();
                Await.until(() -> calls.get() == 1);
                frozen.signal("STOP");
                CountDownLatch held = gate.getAndSet(new CountDownLatch(0));
                long start = System.nanoTime();
                RawClient.Answer second = other.say("o", "second");
                long millis = (System.nanoTime() - start) / 1_000_000;
                RawClient.Answer repeat = other.say("o", "first", "Idempotency-Key: l");
                pause(Math.max(0, 20_000 - millis));
                held.countDown();
                frozen.signal("CONT");
                RawClient.Answer first = chat.get();
                System.out.println("frozen 20 s in mid-chat: another's " + second.status()
                        + " after " + millis + " ms and " + repeat.status() + "; its own "
                        + first.status() + " " + first.body() + "; the model was asked "
                        + calls.get() + " times; in order: " + Postgres.value(url,
                                "SELECT string_agg(convert_from(question, 'UTF8') || ' '"
                                        + " || convert_from(answer, 'UTF8'), ', '"
                                        + " ORDER BY answer_id) FROM vaas_turn"));
            } finally {
                attack.end();
                model.stop(0);
            }
        }
    }

    /** Far more connections are allowed than the database has. */
    private static void connections() throws Exception {
        try (Postgres database = Postgres.own("max_connections = 20")) {
            String url = database.database();
            DatabaseAttack attack = new DatabaseAttack(database, url, url);
            try {
                Server server = attack.server(Map.of("DATABASE_CONNECTIONS", "999"));
                Map<String, Integer> got = new TreeMap<>();
                long longest = 0;
                for (int round = 0; round < 3; round++) {
                    List<FutureTask<String>> all = new ArrayList<>();
                    for (int i = 0; i < 100; i++) {
                        String session = "s" + i;
                        FutureTask<String> task = new FutureTask<>(() -> {
                            RawClient.Answer answer = server.say(session, "hi");
                            return answer.status() + " " + answer.json().get("type");
                        });
                        all.add(task);
                        new Thread(task).start();
                    }
                    long start = System.nanoTime();
                    for (FutureTask<String> task : all) {
                        got.merge(task.get(), 1, Integer::sum);
                    }
                    longest = Math.max(longest, (System.nanoTime() - start) / 1_000_000);
                }
                System.out.println("999 connections where there are 20: " + got
                        + ", the slowest round of 100 in " + longest + " ms; health "
                        + server.ask("GET /health", "").status());
            } finally {
                attack.end();
            }
        }
    }

    /** Somebody has altered a table. */
    private static void altered() throws Exception {
        List<List<String>> all = List.of(
                List.of("ALTER TABLE vaas_turn RENAME question TO q",
                        "ALTER TABLE vaas_turn RENAME q TO question"),
                List.of("ALTER TABLE vaas_turn ALTER question TYPE text"
                        + " USING convert_from(question, 'UTF8')",
                        "ALTER TABLE vaas_turn ALTER question TYPE bytea"
                                + " USING convert_to(question, 'UTF8')"),
                List.of("ALTER TABLE vaas_place RENAME fingerprint TO f",
                        "ALTER TABLE vaas_place RENAME f TO fingerprint"),
                List.of("ALTER TABLE vaas_conversation ALTER generation TYPE text",
                        "ALTER TABLE vaas_conversation ALTER generation TYPE bigint"
                                + " USING generation::bigint"),
                List.of("ALTER TABLE vaas_turn ADD mark integer",
                        "ALTER TABLE vaas_turn DROP mark"),
                List.of("ALTER TABLE vaas_server RENAME TO other",
                        "ALTER TABLE other RENAME TO vaas_server"),
                List.of("ALTER SEQUENCE vaas_sequence RENAME TO other",
                        "ALTER SEQUENCE other RENAME TO vaas_sequence"),
                List.of("UPDATE vaas_turn SET question = NULL",
                        "UPDATE vaas_turn SET question = '\"x\"'"),
                List.of("UPDATE vaas_turn SET answer = '\\xff'",
                        "UPDATE vaas_turn SET answer = '\"x\"'"),
                List.of("DROP TABLE vaas_audit", "SELECT 1"));
        try (Postgres database = Postgres.own()) {
            String url = database.database();
            DatabaseAttack attack = new DatabaseAttack(database, url, url);
            try {
                Server server = attack.server(Map.of());
                server.say("a", "hi");
                for (List<String> each : all) {
                    Postgres.execute(url, each.get(0));
                    pause(2500); // the server tells that it is alive meanwhile
                    String altered = attack.tried(server);
                    Postgres.execute(url, each.get(1));
                    pause(2500);
                    System.out.println(each.get(0) + ": " + altered + "; mended: "
                            + attack.tried(server));
                }
            } finally {
                attack.end();
            }
        }
    }

    private String tried(Server server) throws IOException {
        List<String> statuses = new ArrayList<>();
        RawClient.Answer named = server.say("a", "hi");
        statuses.add("chat " + named.status() + " " + (named.status() == 200 ? ""
                : named.json().get("type")));
        statuses.add("shared " + server.say("", "hi").status());
        statuses.add("read " + server.ask("GET /memory?session_id=a", "").status());
        statuses.add("reset " + server.ask("POST /reset-memory?session_id=x", "").status());
        statuses.add("health " + server.ask("GET /health", "").status());
        return String.join(", ", statuses);
    }
}
