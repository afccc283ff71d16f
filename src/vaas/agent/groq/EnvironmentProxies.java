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
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.Route;

/**
 * The proxies that an environment names as curl reads it: {@code https_proxy}, {@code http_proxy},
 * {@code all_proxy} and {@code no_proxy}, in lower case first. Never for loopback. Immutable.
 */
final class EnvironmentProxies extends ProxySelector implements Authenticator {
    static final String AUTHORIZATION = "Proxy-Authorization";

    private final Optional<HttpUrl> https;
    private final Optional<HttpUrl> http;
    private final List<String> direct; // names, or ends of names, without a dot before

    /** @throws IllegalArgumentException with the variable whose value is no proxy's address */
    EnvironmentProxies(Map<String, String> environment) {
        Optional<HttpUrl> all = proxy(environment, "all_proxy");
        https = proxy(environment, "https_proxy").or(() -> all);
        http = proxy(environment, "http_proxy").or(() -> all);
        direct = Stream.of(value(environment, "no_proxy").split("[,\\s]+"))
                .map(name -> name.toLowerCase(Locale.ROOT)
                        .replaceAll("^\\*?\\.|(?<=^[^:]{0,255}|]):[0-9]+$", "")
                        .replaceAll("[\\[\\]]", ""))
                .filter(name -> !name.isEmpty()).toList();
    }

    private static Optional<HttpUrl> proxy(Map<String, String> environment, String name) {
        String value = value(environment, name);
        if (value.isEmpty()) {
            return Optional.empty();
        }
        HttpUrl url = HttpUrl.parse(value.contains("://") ? value : "http://" + value);
        if (url == null || url.isHttps()) {
            throw new IllegalArgumentException(name.toUpperCase(Locale.ROOT)
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
        return List.of(proxy(HttpUrl.get(uri.toString())).map(url -> new Proxy(Proxy.Type.HTTP,
                InetSocketAddress.createUnresolved(url.host(), url.port())))
                .orElse(Proxy.NO_PROXY));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // the call fails, and says so
    }

    /** Shows a proxy that tunnels the user and password of its address, once. */
    @Override
    public Request authenticate(Route route, Response response) {
        Request request = response.request();
        return response.priorResponse() != null ? null : authorization(request.url())
                .map(value -> request.newBuilder().header(AUTHORIZATION, value).build())
                .orElse(null);
    }

    /** The user and password for the proxy towards a server. */
    Optional<String> authorization(HttpUrl server) {
        return proxy(server).filter(url -> !url.username().isEmpty())
                .map(url -> Credentials.basic(url.username(), url.password()));
    }

    private Optional<HttpUrl> proxy(HttpUrl server) {
        String host = server.host();
        boolean isDirect = host.equals("localhost") || host.endsWith(".localhost")
                || host.matches("127(\\.[0-9]+){3}|::1")
                || direct.stream().anyMatch(name -> name.equals("*")
                        || host.equals(name) || host.endsWith("." + name));
        return isDirect ? Optional.empty() : server.isHttps() ? https : http;
    }
}
