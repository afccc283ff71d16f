package vaas.agent.groq;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import okhttp3.Authenticator;
import okhttp3.Credentials;
import okhttp3.HttpUrl;

/**
 * The proxies that an environment names as curl reads it: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in lower case first. Never for loopback. Immutable.
 */
final class EnvironmentProxies extends ProxySelector {
    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final Optional<HttpUrl> https;
    private final Optional<HttpUrl> http;
    private final List<String> direct; // names, or ends of names, without a dot before

    /**
     * Reads them.
     *
     * @throws IllegalArgumentException with the variable, if its value is no address of a proxy
     */
    EnvironmentProxies(Map<String, String> environment) {
        https = proxy(environment, "https_proxy");
        http = proxy(environment, "http_proxy");
        direct = Stream.of(value(environment, "no_proxy").split("[,\\s]+"))
                .map(name -> name.toLowerCase(Locale.ROOT)
                        .replaceAll("^\\*?\\.|(?<=^[^:]{0,255}|]):[0-9]+$", "")
                        .replaceAll("[\\[\\]]", ""))
                .filter(name -> !name.isEmpty()).toList();
    }

    private static Optional<HttpUrl> proxy(Map<String, String> environment, String name) {
        String used = value(environment, name).isEmpty() ? "all_proxy" : name;
        String value = value(environment, used);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        HttpUrl url = HttpUrl.parse(value.contains("://") ? value : "http://" + value);
        if (url == null || url.isHttps()) {
            throw new IllegalArgumentException(used.toUpperCase(Locale.ROOT)
                    + " is not the address of a proxy such as http://host:3128");
        }
        boolean hasPort = value.matches(".*:[0-9]+/?");
        return Optional.of(hasPort ? url : url.newBuilder().port(1080).build()); // as curl
    }

    private static String value(Map<String, String> environment, String name) {
        String lower = environment.getOrDefault(name, "").strip();
        return lower.isEmpty()
                ? environment.getOrDefault(name.toUpperCase(Locale.ROOT), "").strip() : lower;
    }

    @Override
    public List<Proxy> select(URI uri) {
        String host = uri.getHost() == null ? HttpUrl.get(uri.toString()).host() : uri.getHost();
        Optional<HttpUrl> proxy = "https".equalsIgnoreCase(uri.getScheme()) ? https : http;
        if (proxy.isEmpty() || isDirect(host.toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", ""))) {
            return DIRECT;
        }
        return List.of(new Proxy(Proxy.Type.HTTP, InetSocketAddress.createUnresolved(
                proxy.get().host(), proxy.get().port())));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the call fails, and says so
    }

    private boolean isDirect(String host) {
        boolean loopback = host.equals("localhost") || host.endsWith(".localhost")
                || host.matches("127(\\.[0-9]+){3}|::1|0:0:0:0:0:0:0:1");
        return loopback || direct.stream().anyMatch(name -> name.equals("*")
                || host.equals(name) || host.endsWith("." + name));
    }

    /** Shows the user and password that stand in a proxy's address, once. */
    Authenticator authenticator() {
        return (route, response) -> {
            Optional<HttpUrl> proxy = Stream.of(https, http).flatMap(Optional::stream)
                    .filter(url -> !url.username().isEmpty()).findFirst();
            return proxy.isEmpty() || response.priorResponse() != null ? null
                    : response.request().newBuilder().header("Proxy-Authorization",
                            Credentials.basic(proxy.get().username(), proxy.get().password()))
                            .build();
        };
    }
}
