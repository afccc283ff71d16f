package vaas.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The parameters of a request's target, each at most once. Immutable. */
public final class Query {
    private final List<String[]> parameters; // name, value; as they came, decoded

    private Query(List<String[]> parameters) {
        this.parameters = parameters;
    }

    /** Splits a query whose percent-encodings are known to be complete; null for none. */
    public static Query of(String raw) {
        return new Query(raw == null ? List.of() : Stream.of(raw.split("&"))
                .filter(parameter -> !parameter.isEmpty()).map(Query::decoded).toList());
    }

    private static String[] decoded(String parameter) {
        int end = parameter.contains("=") ? parameter.indexOf('=') : parameter.length();
        return new String[] {decode(parameter.substring(0, end)),
            decode(parameter.substring(Math.min(end + 1, parameter.length())))};
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    /** A parameter's value, if it is there; 422 if it is empty or there twice. */
    public Optional<String> value(String name) throws Problem {
        List<String> values = parameters.stream().filter(it -> it[0].equals(name))
                .map(it -> it[1]).toList();
        if (values.size() > 1 || values.contains("")) {
            throw new Problem(422, "The query parameter " + name
                    + (values.size() > 1 ? " is given twice." : " is empty."));
        }
        return values.stream().findFirst();
    }

    /** The same for one that has to look so; 422 that says what is expected. */
    public Optional<String> value(String name, Pattern good, String expected) throws Problem {
        Optional<String> value = value(name);
        if (value.isPresent() && !good.matcher(value.get()).matches()) {
            throw new Problem(422, "The query parameter " + name + " must be " + expected + ".");
        }
        return value;
    }

    /** Refuses any other parameter: 422. */
    public void requireOnly(Set<String> names) throws Problem {
        if (!parameters.stream().allMatch(it -> names.contains(it[0]))) {
            throw new Problem(422, "There is a query parameter that is not known here.");
        }
    }
}
