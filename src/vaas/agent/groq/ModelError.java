package vaas.agent.groq;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import vaas.agent.groq.Completion.Reason;

/**
 * An error in any of the shapes that servers give it: an object, a string or a list, below "error"
 * or at the top, with codes that are words or numbers. Immutable; tells no words but to
 * {@link Cause}.
 */
final class ModelError {
    static final int CHARS_MAX = 16 << 10;

    private static final Set<String> CODE_KEYS = Set.of(
            "code", "type", "status", "status_code", "statuscode", "error_code", "reason");
    /** What quotes the request, or the model. */
    private static final Set<String> QUOTING = Set.of("input", "failed_generation", "ctx", "body");
    private static final Pattern LOGGABLE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    private static final Pattern HTTP_ERROR = Pattern.compile("[45][0-9]{2}");
    /** Statuses by the words that stand for them, where no number does. */
    private static final Map<String, Integer> NAMED = Map.ofEntries(
            Map.entry("invalid_argument", 400), Map.entry("invalid_request_error", 400),
            Map.entry("badrequesterror", 400), Map.entry("unauthenticated", 401),
            Map.entry("authentication_error", 401), Map.entry("invalid_api_key", 401),
            Map.entry("permission_denied", 403), Map.entry("permission_error", 403),
            Map.entry("not_found", 404), Map.entry("not_found_error", 404),
            Map.entry("notfounderror", 404), Map.entry("request_too_large", 413),
            Map.entry("resource_exhausted", 429), Map.entry("rate_limit_error", 429),
            Map.entry("rate_limit_exceeded", 429), Map.entry("too_many_requests", 429),
            Map.entry("internal", 500), Map.entry("server_error", 500),
            Map.entry("internal_server_error", 500), Map.entry("internalservererror", 500),
            Map.entry("overloaded_error", 503), Map.entry("unavailable", 503),
            Map.entry("service_unavailable", 503), Map.entry("deadline_exceeded", 504));

    private final List<String> codes = new ArrayList<>(); // in lower case
    private final StringBuilder words = new StringBuilder();
    private String code = "";
    private String type = "";
    private boolean aboutTools;

    private ModelError() {}

    /** Reads a refusal, wherever in it the error is. */
    static ModelError of(Object json) {
        ModelError error = new ModelError();
        error.add("", json);
        return error;
    }

    /** The error that a 200 holds; empty if it holds none. */
    static Optional<ModelError> within(Object json) {
        List<?> choices = Fields.items(Fields.get(json, "choices"));
        Object choice = choices.isEmpty() ? null : choices.get(0);
        Stream<Object> places = Stream.of(Fields.get(json, "error"), Fields.get(choice, "error"),
                Fields.get(Fields.get(choice, "message"), "error"),
                Fields.get(Fields.get(json, "x_groq"), "error"), Fields.get(json, "errors"),
                choices.isEmpty() && isErrorItself(json) ? json : null);
        List<Object> found = places.filter(ModelError::isSomething).toList();
        return found.isEmpty() ? Optional.empty() : Optional.of(of(found));
    }

    private static boolean isErrorItself(Object json) {
        boolean listed = Fields.items(json).stream().anyMatch(item -> within(item).isPresent());
        return listed || json instanceof String
                || "error".equals(Fields.get(json, "object"))
                || "error".equals(Fields.get(json, "type"))
                || Stream.of("detail", "message", "msg", "error_msg", "error_message", "base_resp")
                        .anyMatch(key -> isSomething(Fields.get(json, key)));
    }

    private static boolean isSomething(Object value) {
        return value != null && !value.equals(false) && !value.equals("")
                && !value.equals(Map.of()) && !value.equals(List.of()) && !value.equals(0);
    }

    private void add(String key, Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, item) -> {
                String lower = ((String) name).toLowerCase(Locale.ROOT);
                if (!QUOTING.contains(lower)) {
                    add(lower, item);
                }
            });
        } else if (value instanceof List<?> list) {
            list.forEach(item -> add(key, item));
        } else if (value instanceof String || value instanceof Number) {
            addLeaf(key, value.toString());
        }
    }

    private void addLeaf(String key, String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        if (CODE_KEYS.contains(key)) {
            codes.add(lower);
        }
        if (key.equals("code") && code.isEmpty()) {
            code = loggable(text);
        } else if (key.equals("type") && type.isEmpty()) {
            type = loggable(text);
        }
        aboutTools |= (key.equals("param") || key.equals("loc")) && lower.startsWith("tool");
        if (words.length() < CHARS_MAX) {
            words.append(lower, 0, Math.min(lower.length(), CHARS_MAX - words.length()))
                    .append(key.equals("loc") ? "." : "\n");
        }
    }

    /** The code as it came, fit for a log line; empty if there is none. */
    String code() {
        return code;
    }

    /** The type as it came, fit for a log line; empty if there is none. */
    String type() {
        return type;
    }

    /** What it says, in lower case; it may quote anything. */
    String words() {
        return words.toString();
    }

    /**
     * The status that is meant: what a 200 names, and 429 where only the words say so.
     *
     * @param sent the status of the answer
     */
    int status(int sent) {
        int named = sent < 300 ? named(sent) : sent;
        boolean mayBeRate = named < 300 || named == 400 || named >= 500;
        if (mayBeRate && cause().equals(Optional.of(Cause.RATE))) {
            return 429;
        }
        return named == 429 && words.indexOf("request too large") >= 0 ? 413 : named;
    }

    private int named(int otherwise) {
        Optional<Integer> number = codes.stream().filter(it -> HTTP_ERROR.matcher(it).matches())
                .map(Integer::valueOf).findFirst();
        return number.or(() -> codes.stream().filter(NAMED::containsKey).map(NAMED::get)
                .findFirst()).orElse(otherwise);
    }

    /**
     * Why a request was refused.
     *
     * @param status what {@link #status} gave
     */
    Reason reason(int status) {
        if (status >= 300 && status < 400) {
            return Reason.ADDRESS;
        }
        return switch (status) {
            case 401, 403 -> Cause.byCode(codes).equals(Optional.of(Cause.MODEL))
                    ? Reason.MODEL : Reason.KEY;
            case 404 -> cause().map(ModelError::reason)
                    .filter(reason -> reason != Reason.OTHER).orElse(Reason.ADDRESS);
            case 413 -> Reason.TOO_LONG;
            case 429 -> Reason.OTHER;
            default -> cause().filter(cause -> status <= 500 || cause == Cause.TOO_LONG
                    || cause == Cause.TOOLS).map(ModelError::reason).orElse(Reason.OTHER);
        };
    }

    private Optional<Cause> cause() {
        Optional<Cause> byCode = Cause.byCode(codes);
        if (byCode.isPresent()) {
            return byCode;
        }
        return Cause.byWords(words.toString())
                .or(() -> aboutTools ? Optional.of(Cause.TOOLS) : Optional.empty());
    }

    private static Reason reason(Cause cause) {
        return switch (cause) {
            case TOOL_USE -> Reason.TOOL_USE;
            case TOO_LONG -> Reason.TOO_LONG;
            case TOOLS -> Reason.TOOLS;
            case RATE -> Reason.OTHER;
            case MODEL -> Reason.MODEL;
            case KEY -> Reason.KEY;
            case ADDRESS -> Reason.ADDRESS;
        };
    }

    private static String loggable(String text) {
        return LOGGABLE.matcher(text).matches() ? text : "";
    }
}
