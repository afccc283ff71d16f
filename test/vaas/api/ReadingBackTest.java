package vaas.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import vaas.api.RawClient.Answer;
import vaas.budget.Budget;
import vaas.http.Query;
import vaas.http.Request;
import vaas.http.Response;
import vaas.http.Route;
import vaas.memory.MemoryRecord;
import vaas.memory.folder.MemoryFolder;
import vaas.testing.Talk;

/** What is remembered, read back over the wire. */
@Timeout(60)
class ReadingBackTest extends ServedFixture {
    private static final String LINES = "Accept: application/x-ndjson";

    private List<String> texts(String query) throws IOException {
        List<String> texts = new ArrayList<>();
        for (Object record : (List<?>) page(query).get("records")) {
            texts.add((String) ((Map<?, ?>) record).get("content"));
        }
        return texts;
    }

    private Map<String, Object> page(String query) throws IOException {
        Answer answer = served.get("/memory" + query);
        assertEquals(200, answer.status(), answer.body());
        return answer.json();
    }

    private String etag(String query) throws IOException {
        return served.get("/memory" + query).header("ETag").orElseThrow();
    }

    private List<MemoryRecord> records() throws IOException {
        return served.memory.latest(1000).records();
    }

    @Test
    void aPageIsWhatTheTableSays() throws IOException {
        assertEquals("{\"session_id\":null,\"records\":[],\"more\":false}",
                served.get("/memory").body());
        served.say("a", "Gr\u00fc\u00dfe \\\" \\n");
        Map<String, Object> page = page("?session_id=a");
        assertEquals(List.of("session_id", "records", "more"), List.copyOf(page.keySet()));
        assertEquals("a", page.get("session_id"));
        Map<?, ?> question = (Map<?, ?>) ((List<?>) page.get("records")).get(0);
        assertEquals(List.of("message_id", "role", "content", "timestamp"),
                List.copyOf(question.keySet()));
        assertEquals("user", question.get("role"));
        assertEquals("Gr\u00fc\u00dfe \" \n", question.get("content"));
        assertTrue(question.get("timestamp").toString()
                .matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z"));
        Answer answer = served.get("/memory?session_id=a");
        assertEquals(Optional.of("application/json"), answer.header("Content-Type"));
        assertEquals(Optional.of("no-store"), answer.header("Cache-Control"));
        assertEquals(Optional.of("Accept"), answer.header("Vary"));
        assertEquals(Optional.of("Origin, Accept"), served.get("/memory",
                "Origin: http://localhost:1").header("Vary"));
    }

    @Test
    void pagesGoBackInWholeTurnsToTheBeginning() throws IOException {
        Talk.say(served.memory, 1, 11);
        assertEquals(Talk.turns(2, 11), texts(""), "20 by default");
        assertEquals(true, page("").get("more"));
        assertEquals(Talk.turns(10, 11), texts("?limit=3"), "an odd one counts as one more");
        assertEquals(Talk.turns(1, 11), texts("?limit=1000"));
        assertEquals(false, page("?limit=22").get("more"));
        UUID third = records().get(4).messageId();
        UUID unknown =
                new UUID(third.getMostSignificantBits(), third.getLeastSignificantBits() - 1);
        for (String before : List.of(third.toString(), third.toString().toUpperCase(),
                unknown.toString())) {
            assertEquals(Talk.turns(2, 2), texts("?limit=1&before=" + before));
            assertEquals(false, page("?limit=4&before=" + before).get("more"));
        }
        assertEquals(List.of(), texts("?before=00000000-0000-0000-0000-000000000000"));
        assertEquals(Talk.turns(2, 11), texts("?before=ffffffff-ffff-ffff-ffff-ffffffffffff"));
    }

    @Test
    void anAnswerHasFourMebibytesAndOneTurnAlwaysFits() throws IOException {
        String third = "x".repeat((4 << 20) / 3 - 10);
        for (int i = 0; i < 3; i++) {
            served.memory.insert(served.memory.latest(0), "q" + i, third);
        }
        Answer answer = served.get("/memory");
        assertTrue(answer.body().length() <= 4 << 20);
        assertEquals(4, ((List<?>) answer.json().get("records")).size());
        assertEquals(true, answer.json().get("more"));
        served.memory.insert(served.memory.latest(0), "long", third.repeat(4));
        assertEquals("long", texts("").get(0));
    }

    @Test
    void theTagIsTheStateOfTheConversation() throws IOException {
        assertEquals("\"empty\"", etag(""));
        served.chat("{\"message\":\"Hello\"}");
        String tag = etag("?limit=1");
        assertEquals('"' + records().get(1).messageId().toString() + '"', tag);
        for (Map.Entry<String, Integer> row : Map.of(tag, 304, "\"x\", W/" + tag, 304, "*", 304,
                "\"empty\"", 200, "\"x\"", 200, tag + " x", 400, "x", 400).entrySet()) {
            for (String accept : List.of("Accept: */*", LINES)) {
                Answer answer = served.get("/memory", accept, "If-None-Match: " + row.getKey());
                assertEquals(row.getValue(), answer.status(), row.getKey());
                assertEquals(row.getValue() == 400 ? Optional.empty() : Optional.of(tag),
                        answer.header("ETag"));
            }
        }
        try (RawClient client = served.client()) {
            Answer same = client.ask("GET /memory", "", "If-None-Match: " + tag);
            assertEquals("", same.body());
            assertEquals(Optional.empty(), same.header("Content-Length"));
            assertEquals(Optional.empty(), client.ask("HEAD /memory", "", "If-None-Match: " + tag)
                    .header("Content-Length"));
            assertEquals(Optional.of("Accept"), same.header("Vary"));
            assertEquals(200, client.ask("GET /memory", "").status(), "on the same connection");
        }
        served.close();
        served = Served.start(folder);
        assertEquals(tag, etag(""));
        served.ask("POST /reset-memory", "");
        assertEquals("\"empty\"", etag(""));
    }

    @Test
    void linesAreTheFileAsItIs() throws IOException {
        served.close();
        Path file = folder.resolve("memory.jsonl");
        Files.write(file, "damaged\n".getBytes(StandardCharsets.UTF_8));
        served = Served.start(folder);
        served.chat("{\"message\":\"Hello\"}", "Idempotency-Key: k");
        Talk.say(served.memory, 1, 3);
        String whole = Files.readString(file);
        Answer answer = served.get("/memory", LINES);
        assertEquals(whole, answer.body());
        assertTrue(whole.startsWith("damaged\n") && whole.contains("\"idempotency_key\":\"k\""));
        assertFalse(served.get("/memory").body().contains("idempotency_key"));
        assertEquals(Optional.of("application/x-ndjson"), answer.header("Content-Type"));
        Answer head = served.ask("HEAD /memory", "", LINES);
        assertEquals(answer.header("Content-Length"), head.header("Content-Length"));
        assertEquals(answer.header("ETag"), head.header("ETag"));
        List<String> lines = whole.lines().toList();
        assertEquals(lines.subList(7, 9),
                served.get("/memory?limit=1", LINES).body().lines().toList());
        assertEquals(lines.subList(3, 7), served.get("/memory?limit=4&before="
                + records().get(6).messageId(), LINES).body().lines().toList());
        Answer none = served.get("/memory?session_id=nobody", LINES);
        assertEquals(200, none.status());
        assertEquals(Optional.of("0"), none.header("Content-Length"));
    }

    @Test
    void aResetInMidExportBreaksItShortOfItsLength() throws IOException {
        for (int i = 0; i < 10; i++) {
            served.memory.insert(served.memory.latest(0), "q", "x".repeat(4_000_000));
        }
        try (RawClient client = served.client()) {
            client.send(RawClient.request("GET /memory", "", LINES));
            Answer head = client.readHead();
            assertEquals(200, served.ask("POST /reset-memory", "").status());
            assertTrue(client.readToEnd()
                    < Long.parseLong(head.header("Content-Length").orElseThrow()));
        }
        served.checkUsable();
    }

    @Test
    void theHeavierTypeIsSentAndJsonIfThereIsNone() throws IOException {
        for (String row : """
                lines application/x-ndjson
                lines application/x-ndjson, */*;q=0.1
                lines Application/X-NDJSON;q=0.2, application/json;q=0.1
                lines application/json;q=0, application/*
                lines application/x-ndjson;charset=utf-8;q=1, application/json;q=0.999
                json\s
                json */*
                json application/*
                json application/json, application/x-ndjson
                json application/x-ndjson;q=0.5, */*
                json application/x-ndjson;q=0
                json text/html
                json ;,;;,x
                """.lines().toList()) {
            String type = row.startsWith("lines") ? "application/x-ndjson" : "application/json";
            Answer answer = served.get("/memory", "Accept: " + row.substring(row.indexOf(' ')));
            assertEquals(Optional.of(type), answer.header("Content-Type"), row);
        }
        assertEquals(Optional.of("application/x-ndjson"), served.get("/memory",
                "Accept: text/html", LINES).header("Content-Type"), "in two lines");
    }

    @Test
    void oneRecordIsFoundByItsId() throws IOException {
        served.say("a", "Hello");
        MemoryRecord answer;
        try (var lease = served.folder.use("a")) {
            answer = lease.memory().latest(2).records().get(1);
        }
        String path = "/memory/" + answer.messageId();
        Answer found = served.get(path + "?session_id=a");
        assertEquals(200, found.status(), found.body());
        assertEquals("{\"message_id\":\"" + answer.messageId() + "\",\"role\":\"assistant\","
                + "\"content\":\"" + ScriptedAgent.ANSWER + "\",\"timestamp\":\""
                + MemoryRecord.time(answer.timestamp()) + "\"}", found.body());
        assertEquals(found.header("Content-Length"),
                served.ask("HEAD " + path + "?session_id=a", "").header("Content-Length"));
        Served.problem(404, served.get(path));
        Served.problem(404, served.get("/memory/" + new UUID(1, 1) + "?session_id=a"));
        for (String wrong : List.of("x", "1-1-1-1-1", answer.messageId() + "0", "%20")) {
            Served.problem(422, served.get("/memory/" + wrong + "?session_id=a"));
        }
        served.awaitMetric(
                "vaas_http_requests_total{route=\"/memory/{message_id}\",status=\"404\"} 2");
    }

    @Test
    void sessionsAreListedEachOnceInAnOrderThatStays() throws IOException {
        assertEquals("{\"sessions\":[],\"next\":null}", served.get("/sessions").body());
        served.chat("{\"message\":\"Hello\"}");
        List<String> names = List.of("a", "B", "c.d", "e", "f");
        for (String name : names) {
            served.say(name, "Hello");
        }
        Map<?, ?> first = (Map<?, ?>) ((List<?>) served.get("/sessions").json().get("sessions"))
                .get(0);
        assertEquals(List.of("session_id", "bytes", "last_activity"), List.copyOf(first.keySet()));
        assertTrue(first.get("last_activity").toString()
                .matches("[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z"));
        List<String> seen = new ArrayList<>();
        String after = "";
        for (Object next = ""; next != null; after = "&after=" + next) {
            Map<String, Object> page = served.get("/sessions?limit=2" + after).json();
            for (Object row : (List<?>) page.get("sessions")) {
                seen.add((String) ((Map<?, ?>) row).get("session_id"));
            }
            next = page.get("next");
        }
        assertEquals(names, seen.stream().sorted(String::compareToIgnoreCase).toList());
        assertEquals(seen.get(1), ((Map<?, ?>) ((List<?>) served.get("/sessions?after="
                + seen.get(0)).json().get("sessions")).get(0)).get("session_id"));
    }

    @Test
    void aMalformedQueryIs422AndAnUnknownParameterIsIgnored() throws IOException {
        String id = "/memory/" + new UUID(1, 1);
        for (String path : List.of("/memory?limit=0", "/memory?limit=1001", "/memory?limit=-1",
                "/memory?limit=", "/memory?limit=x", "/memory?limit=1&limit=1",
                "/memory?limit=99999999999999999999", "/memory?limit=%2b1", "/memory?before=",
                "/memory?before=x", "/memory?before=1-1-1-1-1", "/memory?session_id=",
                "/memory?session_id=.", "/memory?session_id=a&session_id=a", "/memory?session_id",
                id + "?session_id=a%2fb", "/sessions?limit=0", "/sessions?limit=1001",
                "/sessions?after=", "/sessions?after=a%20b", "/sessions?after=a&after=b")) {
            assertEquals(422, served.get(path).status(), path);
            assertEquals(422, served.ask("HEAD " + path, "").status(), path);
        }
        Served.problem(422, served.get("/memory?limit=0", LINES));
        for (String path : List.of("/memory?x&limit=7&x", "/memory?", "/memory?after=b c".replace(
                " ", "%20"), "/sessions?before=x&limit=1000", "/memory?Limit=0")) {
            assertEquals(200, served.get(path).status(), path);
        }
    }

    @Test
    void whatIsOverAgeIsShownAsEmpty() throws IOException {
        AtomicReference<Clock> clock = new AtomicReference<>(Clock.systemUTC());
        try (Served aging = Served.start(MemoryFolder.at(folder.resolve("aging"))
                .idle(Duration.ofHours(1)).clock(new Clock() {
                    @Override
                    public Instant instant() {
                        return clock.get().instant();
                    }

                    @Override
                    public ZoneId getZone() {
                        return ZoneOffset.UTC;
                    }

                    @Override
                    public Clock withZone(ZoneId zone) {
                        return this;
                    }
                }).open())) {
            aging.say("a", "Hello");
            aging.chat("{\"message\":\"Hello\"}");
            UUID id = aging.memory.latest(2).records().get(0).messageId();
            clock.set(Clock.offset(Clock.systemUTC(), Duration.ofHours(2)));
            for (String session : List.of("", "?session_id=a")) {
                Answer page = aging.get("/memory" + session);
                assertTrue(page.body().contains("\"records\":[],\"more\":false"), page.body());
                assertEquals(Optional.of("\"empty\""), page.header("ETag"));
                assertEquals("", aging.get("/memory" + session, LINES).body());
            }
            Served.problem(404, aging.get("/memory/" + id));
            assertEquals("{\"sessions\":[],\"next\":null}", aging.get("/sessions").body());
            assertEquals(412, aging.ask("POST /reset-memory", "", "If-Match: \"" + id + "\"")
                    .status());
        }
    }

    @Test
    void whoMayNotComeInReadsNothing() throws IOException {
        try (Served guarded = Served.start(folder.resolve("guarded"), "API_TOKEN", "t")) {
            for (String path : List.of("/memory", "/memory/" + new UUID(1, 1), "/sessions")) {
                Served.problem(401, guarded.get(path));
                Served.problem(403, guarded.get(path, "Origin: https://evil.com"));
                Served.problem(421, guarded.get(path, "Host: evil.com"));
                assertTrue(guarded.get(path, "Authorization: Bearer t").status() != 401);
            }
        }
    }

    @Test
    void whatIsReadCountsUntilItIsWritten() throws IOException {
        Budget budget = Budget.of(32 << 20, 4096);
        Talk.say(served.memory, 1, 2);
        ReadingBack reading = new ReadingBack(served.folder, budget);
        Request request = new Request("r", "r", Optional.empty(), "127.0.0.1",
                "/memory/" + records().get(0).messageId(), new Query(null),
                new Headers(), InputStream.nullInputStream());
        Headers lines = new Headers();
        lines.set("Accept", "application/x-ndjson");
        Request export = new Request("r", "r", Optional.empty(), "127.0.0.1", "/memory",
                new Query(null), lines, InputStream.nullInputStream());
        for (Route route : List.<Route>of(reading::memory, reading::record, reading::sessions,
                any -> reading.memory(export))) {
            try (Response answer = route.handle(request)) {
                ByteArrayOutputStream written = new ByteArrayOutputStream();
                answer.body().writeTo(written);
                assertEquals(answer.length(), written.size());
                assertTrue(budget.used() >= written.size());
            }
            assertEquals(0, budget.used());
        }
    }
}
