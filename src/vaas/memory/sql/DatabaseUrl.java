package vaas.memory.sql;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where a PostgreSQL database is, and how to log in: {@code postgres://user:password@host/name?...}
 * as hosts hand it out, each part percent-encoded (RFC 3986), or the URL of the JDBC driver. Many
 * hosts have commas between them, an IPv6 address stands in brackets. Shows host and database only.
 * Immutable.
 */
public final class DatabaseUrl {
    private static final Pattern FORM = Pattern.compile(
            "(jdbc:postgresql|postgres(?:ql)?):(?://([^/?]*)/?|/?)([^?]*)(?:\\?(.*))?",
            Pattern.DOTALL);
    private static final Pattern HOST = Pattern.compile(
            "([\\p{L}\\p{N}._-]+|\\[[0-9A-Fa-f:.%]+])(?::(?=.{1,5}\\z)0*([1-9][0-9]*))?");
    private static final int PORT_MAX = 65535;
    private static final String USER = "user";
    private static final String PASSWORD = "password";
    /** Of several hosts, the one that can be written; looked for anew at once. */
    private static final Map<String, String> SEVERAL =
            Map.of("targetServerType", "primary", "hostRecheckSeconds", "1");

    private final String hosts;
    private final String name;
    private final Map<String, String> parameters; // user and password among them

    private DatabaseUrl(String hosts, String name, Map<String, String> parameters) {
        this.hosts = hosts;
        this.name = name;
        this.parameters = parameters;
    }

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if it can't be used; the message is a clause, such as "names
     *     no database", and quotes nothing
     */
    public static DatabaseUrl of(String text) {
        Matcher form = FORM.matcher(text.strip());
        require(form.matches(), "begins neither with postgres:// nor with jdbc:postgresql:");
        boolean jdbc = form.group(1).startsWith("jdbc");
        String authority = form.group(2) == null ? "" : form.group(2);
        int at = authority.lastIndexOf('@');
        require(!jdbc || at < 0, "has a user before its host, which a JDBC URL has behind a ?");
        String hosts = jdbc && authority.isEmpty() ? "localhost" : authority.substring(at + 1);
        require(Stream.of(hosts.split(",", -1)).allMatch(DatabaseUrl::isHost),
                "has no host, or none that can be one");
        require(!form.group(3).isEmpty(), "names no database");
        require(!form.group(3).matches("(?s).*[/@].*"), "has a / or an @ that is part of nothing:"
                + " in a password they are %2F and %40");
        Map<String, String> parameters = new TreeMap<>();
        if (form.group(4) != null) {
            addQuery(form.group(4), jdbc, parameters);
        }
        if (at >= 0) {
            addUser(authority.substring(0, at).split(":", 2), parameters);
        }
        return new DatabaseUrl(hosts, decoded(form.group(3)), parameters);
    }

    private static boolean isHost(String text) {
        Matcher host = HOST.matcher(text);
        return host.matches()
                && (host.group(2) == null || Integer.parseInt(host.group(2)) <= PORT_MAX);
    }

    private static void addQuery(String query, boolean jdbc, Map<String, String> parameters) {
        for (String parameter : query.split("&")) {
            String[] nameAndValue = parameter.split("=", 2);
            require(nameAndValue.length == 2, "has a parameter without a value");
            String value = nameAndValue[1];
            parameters.put(nameAndValue[0], decoded(jdbc ? value.replace('+', ' ') : value));
        }
    }

    private static void addUser(String[] userAndPassword, Map<String, String> parameters) {
        parameters.put(USER, decoded(userAndPassword[0]));
        if (userAndPassword.length > 1) {
            parameters.put(PASSWORD, decoded(userAndPassword[1]));
        }
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) { // which quotes it
            throw new IllegalArgumentException(
                    "has a % that is not followed by two hexadecimal digits; itself it is %25");
        }
    }

    private static void require(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** The same with a user and a password where it has none itself; empty ones are none. */
    public DatabaseUrl login(String user, String password) {
        Map<String, String> more = new TreeMap<>(parameters);
        Map.of(USER, user, PASSWORD, password).forEach((name, value) -> {
            if (!value.isEmpty()) {
                more.putIfAbsent(name, value);
            }
        });
        return new DatabaseUrl(hosts, name, more);
    }

    /** What a driver connects to; everything else is in the properties. */
    public String jdbc() {
        return "jdbc:postgresql://" + hosts + "/"
                + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** A copy of what a driver connects with: user, password, and the URL's own parameters. */
    public Properties properties() {
        Properties properties = new Properties();
        if (hosts.contains(",")) {
            properties.putAll(SEVERAL);
        }
        properties.putAll(parameters);
        return properties;
    }

    /** The names of the URL's own parameters, user and password apart. */
    Set<String> parameters() {
        Set<String> names = new TreeSet<>(parameters.keySet());
        names.removeAll(Set.of(USER, PASSWORD));
        return names;
    }

    /** Host and database only. */
    @Override
    public String toString() {
        return hosts + "/" + name;
    }
}
