package vaas.http;

import com.sun.net.httpserver.Headers;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Who may come in, decided from the head of a request alone, before any of its body is read.
 *
 * <p>A server on loopback is open to every page in the browsers of its machine: such a page can
 * send a reset without reading the answer, and with DNS rebinding it can read answers too. The
 * first shows in Origin and Sec-Fetch-Site, the second in Host.
 */
public final class Guard {
    private static final Pattern AUTHORITY =
            Pattern.compile("([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+])(:[0-9]{0,5})?");
    private static final Pattern ORIGIN = Pattern.compile("https?://" + AUTHORITY.pattern());
    private static final Pattern USUAL_PORT =
            Pattern.compile("^(http://.*):80$|^(https://.*):443$");
    private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    private static final Pattern IPV4 = Pattern.compile(OCTET + "(\\." + OCTET + "){3}");

    private final byte[] token; // empty for none
    private final Set<String> origins;
    private final Set<String> hosts;
    /** Rebinding needs a name, so who serves others may be asked by address, as probes do. */
    private final boolean anyAddress;

    /**
     * Lets in who shows the token (visible ASCII; empty for none), from pages of these origins and
     * of loopback, and asks for one of these hosts, of loopback, or of where the server listens.
     */
    public Guard(String token, Set<String> origins, Set<String> hosts,
            List<InetAddress> addresses) {
        this.token = token.getBytes(StandardCharsets.US_ASCII);
        this.origins = origins.stream().map(Guard::serial).collect(Collectors.toUnmodifiableSet());
        this.hosts = hosts.stream().map(Guard::normal)
                .collect(Collectors.toCollection(HashSet::new));
        addresses.forEach(address -> this.hosts.add(literal(address)));
        this.anyAddress = addresses.stream().anyMatch(address -> !address.isLoopbackAddress());
    }

    /** Refuses a request for a name that is not ours: 421, or 400 if it can't be told. */
    void checkHost(Headers headers, URI target) throws Problem {
        List<String> values = headers.getOrDefault("Host", List.of());
        if (values.size() != 1) {
            throw new Problem(400, "Exactly one Host header is expected.");
        }
        String inTarget = target.getRawAuthority();
        if (!isOurs(values.get(0)) || inTarget != null && !isOurs(inTarget)) {
            throw new Problem(421, "This host name is not served here: see ALLOWED_HOSTS.");
        }
    }

    /**
     * Refuses what a page of another origin sends: 403. A cross-site request from an origin that is
     * allowed by name passes, or no page could use that setting; browsers call even localhost and
     * 127.0.0.1 two sites.
     */
    void checkOrigin(Headers headers) throws Problem {
        boolean crossSite = headers.getOrDefault("Sec-Fetch-Site", List.of()).stream()
                .anyMatch(site -> FieldValue.trim(site).equalsIgnoreCase("cross-site"));
        if (allowedOrigin(headers).isEmpty() && (crossSite || headers.containsKey("Origin"))) {
            throw new Problem(403, "This origin is not allowed: see ALLOWED_ORIGINS.");
        }
    }

    /** The origin that a page has and that is allowed, to be named in the answer. */
    Optional<String> allowedOrigin(Headers headers) {
        List<String> values = headers.getOrDefault("Origin", List.of());
        return values.size() == 1
                && (isAllowedOrigin(values.get(0)) || isOwnPage(values.get(0), headers))
                ? Optional.of(values.get(0)) : Optional.empty();
    }

    /** Refuses a request without the token, if one is wanted: 401. */
    void checkToken(Headers headers) throws Problem {
        if (token.length > 0 && !hasToken(headers.getOrDefault("Authorization", List.of()))) {
            throw new Problem(401, "Send the token: Authorization: Bearer <API_TOKEN>.")
                    .with("WWW-Authenticate", "Bearer realm=\"vaas\"");
        }
    }

    private boolean hasToken(List<String> values) {
        String scheme = "Bearer ";
        if (values.size() != 1 || !values.get(0).regionMatches(true, 0, scheme, 0,
                scheme.length())) {
            return false;
        }
        byte[] shown = FieldValue.trim(values.get(0).substring(scheme.length()))
                .getBytes(StandardCharsets.UTF_8);
        return MessageDigest.isEqual(token, shown); // in constant time
    }

    private boolean isAllowedOrigin(String origin) {
        Matcher parts = ORIGIN.matcher(origin);
        return origins.contains(serial(origin))
                || parts.matches() && isLoopback(normal(parts.group(1)));
    }

    // As browsers write it: in lower case, without the port that is usual (RFC 6454 section 6.2).
    private static String serial(String origin) {
        return USUAL_PORT.matcher(origin.toLowerCase(Locale.ROOT)).replaceFirst("$1$2");
    }

    // The page has come from where its request goes: what the server has shown, it listens to.
    private static boolean isOwnPage(String origin, Headers headers) {
        Matcher page = ORIGIN.matcher(origin);
        Matcher host = AUTHORITY.matcher(headers.getOrDefault("Host", List.of("")).get(0));
        String usual = origin.startsWith("https") ? ":443" : ":80"; // a proxy may speak TLS for us
        return page.matches() && host.matches()
                && normal(page.group(1)).equals(normal(host.group(1)))
                && port(page, usual).equals(port(host, usual));
    }

    private static String port(Matcher authority, String usual) {
        String port = authority.group(2);
        return port == null || port.equals(":") ? usual : port;
    }

    private boolean isOurs(String authority) {
        Matcher parts = AUTHORITY.matcher(authority);
        if (!parts.matches()) {
            return false;
        }
        String name = normal(parts.group(1));
        return isLoopback(name) || hosts.contains(name) || anyAddress && isAddress(name);
    }

    // Literals only, never a lookup: what a name resolves to is what a rebinding page controls.
    private static boolean isLoopback(String name) {
        return name.equals("localhost") || name.equals("[0:0:0:0:0:0:0:1]")
                || name.startsWith("127.") && isAddress(name);
    }

    private static boolean isAddress(String name) {
        return name.startsWith("[") || IPV4.matcher(name).matches();
    }

    /** One spelling for a name with or without its last dot, and for an IPv6 address. */
    private static String normal(String host) {
        if (!host.startsWith("[")) {
            String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
            return name.toLowerCase(Locale.ROOT);
        }
        try {
            return literal(InetAddress.getByName(host)); // never looked up, for its brackets
        } catch (UnknownHostException e) {
            return ""; // matches nothing
        }
    }

    /** As it stands in a URL. */
    static String literal(InetAddress address) {
        String text = address.getHostAddress().replaceFirst("%.*", "");
        return text.contains(":") ? "[" + text + "]" : text;
    }
}
