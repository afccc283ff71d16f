package vaas.agent.groq;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import vaas.json.Fields;
import vaas.json.Json;
import vaas.json.JsonException;

/**
 * An error in any of the shapes that servers give it: an object, a string or a list, below "error"
 * or at the top, with codes that are words or numbers. Immutable; tells no words but to
 * {@link Reason} and {@link ToolRefusals}.
 */
final class ModelError {
    static final int CHARS_MAX = 16 << 10;

    private static final Set<String> CODE_KEYS = Set.of(
            "code", "type", "status", "status_code", "statuscode", "error_code", "reason");
    /** What quotes the request, or the model. */
    private static final Set<String> QUOTING = Set.of("input", "failed_generation", "ctx", "body");
    private static final Pattern LOGGABLE = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
    /** Statuses by the codes that stand for them. */
    private static final Map<Integer, Pattern> STATUSES = Map.of(
            400, Pattern.compile("invalid_argument|invalid_request_error|bad_?request(_?error)?"),
            401, Pattern.compile("unauthenticated|unauthorized|auth\\w*_error|invalid_api_key"),
            403, Pattern.compile("permission_\\w+|forbidden"),
            404, Pattern.compile("not_?found(_?error)?"),
            429, Pattern.compile("resource_exhausted|rate_limit_\\w+|too_many_requests"),
            503, Pattern.compile("internal\\w*|\\w*server_?error|\\w*overloaded\\w*"
                    + "|\\w*unavailable\\w*|deadline_exceeded|\\w*timeout\\w*"));

    private final List<String> codes = new ArrayList<>(); // in lower case
    private final StringBuilder words = new StringBuilder(); // a line for each value
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

    /** The error that a 200 holds; empty if it holds none. Asked of every answer, so by loops. */
    static Optional<ModelError> within(Object json) {
        List<Object> found = new ArrayList<>();
        for (Object place : new Object[] {Fields.get(json, "error"), Fields.get(json, "errors"),
                Fields.get(json, "choices", "error"), Fields.get(json, "choices", "errors"),
                Fields.get(json, "choices", "message", "error"),
                Fields.get(json, "x_groq", "error"), isErrorItself(json) ? json : null}) {
            if (isSomething(place)) {
                found.add(place);
            }
        }
        return found.isEmpty() ? Optional.empty() : Optional.of(of(found));
    }

    private static boolean isErrorItself(Object json) {
        boolean answers = Fields.first(Fields.get(json, "choices")) != null;
        return any(json, it -> "error".equals(it) || "failed".equals(it), "object", "type",
                "status")
                || isSomething(Fields.get(json, "base_resp", "status_code"))
                || isSomething(Fields.get(json, "error_message"))
                || !answers && (json instanceof String
                || Fields.items(json).stream().anyMatch(item -> within(item).isPresent())
                || any(json, ModelError::isSomething, "detail", "message", "msg", "error_msg",
                        "error_message", "base_resp"));
    }

    private static boolean any(Object json, Predicate<Object> what, String... keys) {
        for (String key : keys) {
            if (what.test(Fields.get(json, key))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSomething(Object value) {
        return value instanceof Map<?, ?> map
                ? map.values().stream().anyMatch(ModelError::isSomething)
                : value instanceof List<?> list ? list.stream().anyMatch(ModelError::isSomething)
                : value != null && !value.equals(false) && !value.equals("") && !value.equals(0);
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
        } else if (value instanceof String text && text.startsWith("{")) {
            addQuoted(key, text);
        } else if (value instanceof String || value instanceof Number) {
            addLeaf(key, value.toString());
        }
    }

    // A router hands on, as text, what the server behind it said.
    private void addQuoted(String key, String text) {
        try {
            add(key, Json.read(text));
        } catch (JsonException e) {
            addLeaf(key, text);
        }
    }

    private void addLeaf(String key, String text) {
        String lower = text.toLowerCase(Locale.ROOT).replace('\n', ' ');
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
                    .append(key.equals("loc") ? '.' : '\n');
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

    /** The status that is meant: what a 200 names, and 429 where only the words say so. */
    int status(int sent) {
        int named = sent >= 300 ? sent
                : codes.stream().flatMap(ModelError::named).findFirst().orElse(sent);
        boolean mayBeRate = named < 300 || named == 400 || named >= 500;
        if (mayBeRate && cause() == Reason.RATE) {
            return 429;
        }
        return named == 429 && words.indexOf("request too large") >= 0 ? 413 : named;
    }

    private static Stream<Integer> named(String code) {
        return code.matches("[45][0-9]{2}") ? Stream.of(Integer.valueOf(code))
                : STATUSES.entrySet().stream().filter(it -> it.getValue().matcher(code).matches())
                        .map(Map.Entry::getKey);
    }

    /** Why a request was refused, by the status that is meant. */
    Reason reason(int status) {
        Reason cause = cause();
        return switch (status) {
            case 401, 403 -> cause == Reason.MODEL ? cause : Reason.KEY;
            case 404 -> cause == Reason.OTHER || cause == Reason.RATE ? Reason.ADDRESS : cause;
            case 413 -> Reason.TOO_LONG;
            case 429 -> Reason.OTHER;
            default -> status >= 300 && status < 400 ? Reason.ADDRESS
                    : cause == Reason.RATE || status > 500 && cause == Reason.KEY || status > 500
                            && cause == Reason.ADDRESS ? Reason.OTHER : cause;
        };
    }

    private Reason cause() {
        return Reason.byCode(codes).or(() -> Reason.byWords(words()))
                .orElse(aboutTools ? Reason.TOOLS : Reason.OTHER);
    }

    private static String loggable(String text) {
        return LOGGABLE.matcher(text).matches() ? text : "";
    }
}
