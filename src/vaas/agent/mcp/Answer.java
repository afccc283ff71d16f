package vaas.agent.mcp;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Pattern;
import okhttp3.Response;
import vaas.agent.client.EventStream;
import vaas.budget.Budget;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;

/** The reading of one answer to one JSON-RPC request. Used by one thread. */
final class Answer implements EventStream.Reader {
    /** As bytes twice, and as chars of two bytes twice, the parser's and the text's. */
    private static final int HEAP_EACH = 6;
    /** So much may be skipped for each byte of an answer: progress, comments, log lines. */
    private static final int SKIPPED_FACTOR = 16;
    /** Escapes: a pair, half of one, and any other. */
    private static final Pattern ESCAPE = Pattern.compile("(?i)"
            + "\\\\u(d[89ab][0-9a-f]{2}\\\\ud[c-f][0-9a-f]{2}|(d[89a-f])[0-9a-f]{2}|[0-9a-f]{4})"
            + "|\\\\[^u]");

    private final Long id;
    private final Limit limit;
    private final Budget.Share share;
    private long event; // bytes since the last one
    private long all; // bytes
    private boolean streamed;
    private Map<String, Object> message;
    private IOException failure;

    /** The most that is read of an answer. */
    record Limit(long bytes, long values) {
        Limit less(long read) {
            return new Limit(bytes - read, values);
        }
    }

    /** @param id of the request; null if it is a notification, which is not answered */
    Answer(Long id, Limit limit, Budget.Share share) {
        this.id = id;
        this.limit = limit;
        this.share = share;
    }

    Map<String, Object> read(Response response) throws IOException {
        if (id == null && response.isSuccessful()) {
            return Map.of(); // and if it is a stream, it may never end
        }
        streamed = response.isSuccessful() && EventStream.isOne(response);
        if (streamed) {
            EventStream.read(response, this);
        } else {
            take(new String(EventStream.whole(response, this), StandardCharsets.UTF_8));
        }
        if (!response.isSuccessful()) {
            throw new McpException(response.code(), code(message));
        } else if (failure != null) {
            throw failure;
        } else if (message == null) {
            throw new McpException("the stream ended early");
        }
        return result(response.code());
    }

    private Map<String, Object> result(int status) throws IOException {
        Object result = message.get("result");
        Object error = message.get("error");
        boolean isOurs = message.get("id") instanceof Number number && number.longValue() == id;
        if (error != null && result == null && (isOurs || message.get("id") == null)) {
            throw new McpException(status, code(message));
        }
        Object type = Fields.get(result, "resultType");
        if (error != null || !isOurs || !(result instanceof Map<?, ?> map)) {
            throw new McpException("no answer to the request");
        } else if (!"complete".equals(type) && map.containsKey("resultType")) {
            throw new McpException("a result of another type");
        }
        return Fields.keyed(map);
    }

    private static int code(Map<String, Object> message) {
        return message != null && message.get("error") instanceof Map<?, ?> error
                && error.get("code") instanceof Integer code ? code : 0;
    }

    long bytes() {
        return all;
    }

    @Override
    public void count(long bytes) throws IOException {
        event += bytes;
        all += bytes;
        if (event > limit.bytes || all > limit.bytes * SKIPPED_FACTOR) {
            throw new McpException("the answer is too long");
        }
        share.take(bytes * HEAP_EACH + Budget.SMALL_BYTES);
        share.giveBack(Budget.SMALL_BYTES); // so it never takes what is kept free for small chats
    }

    @Override
    public boolean take(String data) {
        try {
            Map<String, Object> read = data.isBlank() && streamed ? Map.of("method", "")
                    : Json.read(mended(data), limit.values);
            message = read.containsKey("method") ? null : read;
        } catch (JsonException e) {
            failure = e;
        }
        boolean skipped = message == null && failure == null;
        if (skipped) {
            share.giveBack(event * HEAP_EACH);
            event = 0;
        }
        return skipped;
    }

    // Half of a pair can't be written again.
    private static String mended(String json) {
        return !json.contains("\\ud") && !json.contains("\\uD") ? json
                : ESCAPE.matcher(json).replaceAll(escape -> escape.group(2) == null
                        ? "$0" : "\\\\ufffd");
    }
}
