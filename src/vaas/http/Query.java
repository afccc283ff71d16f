package vaas.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** The parameters of a request's target. Immutable. */
public final class Query {
    private final Map<String, List<String>> values = new HashMap<>();

    /** Splits a query whose percent-encodings are known to be complete; null for none. */
    public Query(String raw) {
        for (String parameter : raw == null ? new String[0] : raw.split("&")) {
            String[] parts = parameter.split("=", 2);
            if (!parameter.isEmpty()) {
                values.computeIfAbsent(decode(parts[0]), name -> new ArrayList<>())
                        .add(parts.length == 1 ? "" : decode(parts[1]));
            }
        }
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** A parameter's value, if it is there; 422 if it is there twice, or not as is expected. */
    public Optional<String> value(String name, Pattern good, String expected) throws Problem {
        List<String> found = values.getOrDefault(name, List.of());
        if (found.size() > 1) {
            throw new Problem(422, "The query parameter " + name + " is given twice.");
        } else if (!found.stream().allMatch(value -> good.matcher(value).matches())) {
            throw new Problem(422, "The query parameter " + name + " must be " + expected + ".");
        }
        return found.stream().findFirst();
    }

    /** Refuses any other parameter: 422. */
    public void requireOnly(Set<String> names) throws Problem {
        if (!names.containsAll(values.keySet())) {
            throw new Problem(422, "There is a query parameter that is not known here.");
        }
    }
}
