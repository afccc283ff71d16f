package vaas.api;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.http.Accept;
import vaas.http.EntityTags;
import vaas.http.Problem;
import vaas.http.Request;
import vaas.http.Response;
import vaas.json.Json;
import vaas.memory.Conversations;
import vaas.memory.Export;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryRecord;
import vaas.memory.Page;
import vaas.memory.RefusedException;

/**
 * What is remembered, as JSON or as the lines of the file, and which conversations there are. A
 * conversation that was never used is an empty one, and so is one that is over its age: it is not
 * reset by being read.
 */
record ReadingBack(Conversations conversations, Budget budget) {
    private static final System.Logger LOG = System.getLogger(ReadingBack.class.getName());

    private static final String JSON = "application/json";
    private static final String LINES = "application/x-ndjson";
    private static final Pattern ID = Pattern.compile(
            "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}");
    private static final UUID LAST = new UUID(-1, -1); // behind every other
    private static final Pattern LIMIT = Pattern.compile("[1-9][0-9]{0,2}|1000");
    private static final int RECORDS = 20;
    private static final int SESSIONS = 100;
    private static final int ANSWER_BYTES_MAX = 4 << 20;
    /** What an export holds at a time. */
    private static final int EXPORT_BYTES = 64 << 10;
    private static final int AFTER_RECORDS = "],\"more\":false}".length();
    private static final Page NOTHING = new Page(List.of(), false);

    /** {@code GET /memory}. */
    Response memory(Request request) throws IOException {
        UUID before = request.query().value("before", ID, "the id of a message")
                .map(UUID::fromString).orElse(null);
        boolean lines = Accept.prefers(request.headers(), LINES, JSON);
        int limit = limit(request, lines ? 0 : RECORDS);
        EntityTags known = EntityTags.of(request.headers(), "If-None-Match");
        return reading(request, session(request), lease -> {
            boolean expired = lease.isExpired();
            // Before the page: who comes back with it must not miss what came in between.
            String tag = expired ? "empty" : lease.memory().latest(0).tag();
            Response answer = known.matchesWeakly(tag)
                    ? Response.of(304, "", new byte[0])
                    : !lines ? page(lease.conversation(), expired ? NOTHING
                            : lease.memory().before(before == null ? LAST : before, limit))
                    : expired ? Response.of(200, LINES, new byte[0])
                    : export(lease.memory().export(before, limit));
            return answer.with(Map.of("ETag", '"' + tag + '"'));
        });
    }

    /** {@code GET /memory/{message_id}}. */
    Response record(Request request) throws IOException {
        String id = request.lastSegment();
        if (!ID.matcher(id).matches()) {
            throw new Problem(422, "What stands behind /memory/ must be the id of a message.");
        }
        return reading(request, session(request), lease -> {
            Optional<MemoryRecord> found = lease.isExpired() ? Optional.empty()
                    : lease.memory().byMessageId(UUID.fromString(id));
            return charged(records("", List.of(found.orElseThrow(() ->
                    new Problem(404, "There is no such message in this conversation."))), ""));
        });
    }

    /** {@code GET /sessions}. */
    Response sessions(Request request) throws IOException {
        String after = request.query().value("after", Conversations.NAME,
                "what next said, or the id of a session").orElse(null);
        int limit = limit(request, SESSIONS);
        return reading(request, Conversations.SHARED, lease -> {
            Conversations.Listing listing = conversations.list(after, limit);
            return charged(Response.ok(Json.object(
                    "sessions", listing.conversations().stream().map(ReadingBack::row).toList(),
                    "next", listing.next().orElse(null))));
        });
    }

    private static Map<String, Object> row(Conversations.Summary summary) {
        return Json.object("session_id", summary.conversation(), "bytes", summary.bytes(),
                "last_activity", MemoryRecord.time(summary.lastActivity()));
    }

    private static int limit(Request request, int ifAbsent) throws Problem {
        return request.query().value("limit", LIMIT, "a whole number from 1 to 1000")
                .map(Integer::parseInt).orElse(ifAbsent);
    }

    private static String session(Request request) throws Problem {
        return SessionId.of(request.query()).orElse(Conversations.SHARED);
    }

    private interface Use {
        Response read(Conversations.Lease lease) throws IOException;
    }

    /** A conversation stays in use until the answer is written. */
    private Response reading(Request request, String conversation, Use use) throws IOException {
        try {
            Conversations.Lease lease = conversations.use(conversation);
            return leased(lease, use).with(Map.of("Vary", "Accept")).whenEnded(lease::close);
        } catch (Problem | OverBudgetException e) {
            throw e;
        } catch (RefusedException e) {
            throw ProblemType.TOO_MANY_IN_USE.askAgain("Too many conversations are in use.");
        } catch (IOException e) {
            LOG.log(System.Logger.Level.ERROR, "id {0}: the memory can not be read: {1}",
                    request.logId(), e.toString());
            if (e instanceof MemoryAwayException) {
                throw ProblemType.MEMORY_AWAY.askAgain("The memory can't be reached for now.");
            }
            throw ProblemType.MEMORY_UNAVAILABLE.problem("The memory can't be read.");
        }
    }

    private static Response leased(Conversations.Lease lease, Use use) throws IOException {
        try {
            return use.read(lease);
        } catch (IOException | RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    private Response export(Export export) throws OverBudgetException {
        return charged(Math.min(EXPORT_BYTES, export.length()),
                Response.of(200, LINES, export.length(), export::writeTo)
                        .whenEnded(() -> close(export)));
    }

    private static void close(Closeable export) {
        try {
            export.close();
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "what was read could not be closed: {0}",
                    e.toString());
        }
    }

    // The memory bounds the text, and what stands around it counts as well.
    private Response page(String conversation, Page page) throws OverBudgetException {
        String start = "{\"session_id\":" + SessionId.json(conversation) + ",\"records\":[";
        List<MemoryRecord> records = page.records();
        int first = records.size();
        for (long bytes = start.length() + AFTER_RECORDS; first > 0; first -= 2) {
            bytes += length(records.get(first - 1)) + length(records.get(first - 2)) + 2;
            if (bytes > ANSWER_BYTES_MAX && first < records.size()) {
                break;
            }
        }
        return charged(records(start, records.subList(first, records.size()),
                "],\"more\":" + (page.more() || first > 0) + "}"));
    }

    /**
     * An answer of records between what stands before and behind them, both in ASCII. They are
     * written one by one once their lengths have been added up: their text is that of the memory,
     * and never copied.
     */
    private static Response records(String start, List<MemoryRecord> records, String end) {
        long length = start.length() + records.stream().mapToLong(ReadingBack::length).sum()
                + Math.max(0, records.size() - 1) + end.length();
        return Response.of(200, JSON, length, out -> {
            String before = start;
            for (MemoryRecord record : records) {
                write(before + head(record), out);
                record.json().writeTo(out);
                write(tail(record), out);
                before = ",";
            }
            write(records.isEmpty() ? start + end : end, out);
        });
    }

    private static long length(MemoryRecord record) {
        return head(record).length() + record.json().length() + tail(record).length();
    }

    private static String head(MemoryRecord record) {
        return "{\"message_id\":\"" + record.messageId() + "\",\"role\":\""
                + record.role().wireName() + "\",\"content\":";
    }

    private static String tail(MemoryRecord record) {
        return ",\"timestamp\":\"" + MemoryRecord.time(record.timestamp()) + "\"}";
    }

    private static void write(String ascii, OutputStream out) throws IOException {
        out.write(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private Response charged(Response answer) throws OverBudgetException {
        return charged(answer.length(), answer);
    }

    private Response charged(long bytes, Response answer) throws OverBudgetException {
        Budget.Share share = budget.share();
        try {
            share.take(bytes);
            return answer.whenEnded(share::close);
        } catch (OverBudgetException e) {
            share.close();
            answer.close();
            throw e;
        }
    }
}
