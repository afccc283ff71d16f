package vaas.agent.groq;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.ConnectionPool;
import okhttp3.ConnectionSpec;
import okhttp3.HttpUrl;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import vaas.agent.client.Caller;
import vaas.http.Workers;
import vaas.metrics.Metrics;

/**
 * The connections to a model API, which any number of agents may share. Whoever opened it closes
 * it. Safe for concurrent use.
 */
public final class GroqClient implements AutoCloseable {
    private static final Duration CONNECTION_IDLE = Duration.ofMinutes(5);
    private static final int PROXY_AUTHENTICATION = 407;
    /** Added to a status that OkHttp would not let through. */
    private static final int DISGUISE = 1000;

    private final Request target;
    private final Caller caller;
    private final ModelMetrics metrics;
    private final Set<ModelCalls> users = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    private GroqClient(Options options) {
        this.metrics = new ModelMetrics(options.metrics);
        Request.Builder request = new Request.Builder().url(options.baseUrl + "/chat/completions");
        options.apiKey.ifPresent(key -> request.header("Authorization", "Bearer " + key));
        // Where nothing is tunnelled, the request itself has to tell.
        options.proxies.authorization(HttpUrl.get(options.baseUrl))
                .filter(value -> !options.baseUrl.startsWith("https"))
                .ifPresent(value -> request.header(EnvironmentProxies.AUTHORIZATION, value));
        this.target = request.build();
        OkHttpClient.Builder settings = new OkHttpClient.Builder()
                .connectionPool(new ConnectionPool(options.connections,
                        CONNECTION_IDLE.toSeconds(), TimeUnit.SECONDS))
                .addNetworkInterceptor(GroqClient::disguise)
                .eventListenerFactory(call -> call.request().tag(Reuse.class))
                .proxySelector(options.proxies)
                .proxyAuthenticator(options.proxies);
        if (!target.isHttps()) { // nor is what a proxy or a redirect could lead to
            settings.connectionSpecs(List.of(ConnectionSpec.CLEARTEXT));
        }
        this.caller = new Caller(settings, Workers.timer("vaas-readers"));
    }

    /** Sets it up; no connection is made yet. */
    public static GroqClient open(Options options) {
        return new GroqClient(options);
    }

    /** Options with their defaults: Groq itself, without a key. */
    public static Options options() {
        return new Options();
    }

    /** Cuts the calls that are under way, whoever made them, and ends its connections. */
    @Override
    public void close() {
        closed = true;
        users.forEach(ModelCalls::close);
        caller.close();
    }

    /**
     * Does now what the first call would have to wait for, such as reading the certificates that
     * TLS trusts, which takes a fifth of a second; connects to nobody.
     */
    public void prepare() {
        caller.http();
    }

    /** The calls of one agent, to be closed with it. */
    ModelCalls calls() {
        ModelCalls calls = new ModelCalls(caller, target, metrics);
        users.add(calls);
        if (closed) {
            calls.close();
        }
        return calls;
    }

    void end(ModelCalls calls) {
        users.remove(calls);
        calls.close();
    }

    /** Where it leads to, for a log line. */
    String host() {
        return target.url().host();
    }

    static int status(Response response) {
        return response.code() % DISGUISE;
    }

    // OkHttp throws at a 407 that no proxy sent, as it does at a connection that breaks.
    private static Response disguise(Interceptor.Chain chain) throws IOException {
        Response response = chain.proceed(chain.request());
        return response.code() == PROXY_AUTHENTICATION
                ? response.newBuilder().code(DISGUISE + PROXY_AUTHENTICATION).build() : response;
    }

    /** How a client is set up. Not safe for concurrent use. */
    public static final class Options {
        public static final String BASE_URL = "https://api.groq.com/openai/v1";

        /** Not that of java.net.URI, which takes no underscore in a name, as Docker's have. */
        private static final Pattern URL = Pattern.compile("(?i)https?://"
                + "([a-z0-9._~-]+|\\[[0-9a-f:.]+])(:[0-9]{1,5})?(?<path>(/[^?#\\s]*)?)");
        private static final int CONNECTIONS = 1024;

        private String baseUrl = BASE_URL;
        private Optional<String> apiKey = Optional.empty();
        private int connections = CONNECTIONS;
        private Metrics metrics = new Metrics();
        private EnvironmentProxies proxies = new EnvironmentProxies(Map.of());

        private Options() {}

        /**
         * The server: any that knows the chat completions API. "/chat/completions" is added, and
         * to a bare origin "/openai/v1" before that, as Groq's own SDKs do.
         *
         * @param url absolute, http or https
         * @throws IllegalArgumentException with a clause about "it", if it is another kind of URL,
         *     or has a user, a query or a fragment
         */
        public Options baseUrl(String url) {
            baseUrl = checked(url.strip().replaceAll("/+$", ""));
            return this;
        }

        /** The key that is sent as bearer; visible ASCII, or {@link IllegalArgumentException}. */
        public Options apiKey(String key) {
            if (!key.matches("[!-~]+")) {
                throw new IllegalArgumentException("the key is empty or not visible ASCII");
            }
            apiKey = Optional.of(key);
            return this;
        }

        /** Idle connections to keep: as many as there may be chats at a time. 1,024 by default. */
        public Options connections(int atMost) {
            connections = atMost;
            return this;
        }

        /**
         * Proxies towards the server, by the names that curl reads in an environment:
         * {@code https_proxy}, {@code http_proxy}, {@code all_proxy} and {@code no_proxy}, in
         * lower or upper case. By default none; a server on loopback is never asked by one.
         *
         * @throws IllegalArgumentException with the name, if a value is no address of a proxy
         */
        public Options proxies(Map<String, String> environment) {
            proxies = new EnvironmentProxies(environment);
            return this;
        }

        /** Where calls and retries are counted; by default nowhere that could be seen. */
        public Options metrics(Metrics shared) {
            metrics = shared;
            return this;
        }

        /** Leaves the key out. */
        @Override
        public String toString() {
            return "GroqClient.Options[" + baseUrl + "]";
        }

        private static String checked(String url) {
            Matcher parts = URL.matcher(url);
            if (parts.matches() && HttpUrl.parse(url) != null) {
                return parts.group("path").isEmpty() ? url + "/openai/v1" : url;
            }
            throw new IllegalArgumentException("it is not a URL such as https://host/v1, without"
                    + " user, query or fragment");
        }
    }
}
