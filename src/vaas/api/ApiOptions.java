package vaas.api;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import vaas.budget.Budget;
import vaas.http.Guard;
import vaas.metrics.Metrics;

/**
 * How an {@link Api} serves, by name: {@code Api.options().port(0).token("secret")}. What is not
 * named has a default that is safe on one machine. Not safe for concurrent use; may be used again
 * and changed afterwards.
 */
public final class ApiOptions {
    public static final int PORT_MAX = 65535;

    /** The largest body that one message fills and that still fits in a memory record. */
    public static final int BODY_BYTES_MAX = 32 << 20;

    private String token = "";
    private Set<String> origins = Set.of();
    private Set<String> hosts = Set.of();
    InetAddress address = InetAddress.getLoopbackAddress();
    int port = 8080;
    int bodyBytesMax = 20 << 20;
    int chatsMax = 1024;
    Duration grace = Duration.ofSeconds(10);
    Duration patience = Duration.ofSeconds(180);
    Duration silence = Duration.ofSeconds(5); // after which a stream begins with a comment
    Duration pause = Duration.ofMillis(900); // in a stream: something comes every second
    Budget budget = Budget.ofThisProcess();
    Metrics metrics = new Metrics();

    ApiOptions() {}

    /** Where to listen, by default on loopback; beyond that, set a {@link #token}. */
    public ApiOptions address(InetAddress where) {
        address = where;
        return this;
    }

    /** The port to listen on, by default 8080; 0 picks a free one. */
    public ApiOptions port(int number) {
        require(number >= 0 && number <= PORT_MAX, "port", number);
        port = number;
        return this;
    }

    /** What every request but that for health has to show as its bearer token; empty for none. */
    public ApiOptions token(String secret) {
        token = secret;
        return this;
    }

    /** Origins of browsers' pages that are let in, such as https://a.example, besides loopback. */
    public ApiOptions origins(Set<String> allowed) {
        origins = Set.copyOf(allowed);
        return this;
    }

    /** Names in the Host header that are served, without ports, besides those of loopback. */
    public ApiOptions hosts(Set<String> allowed) {
        hosts = Set.copyOf(allowed);
        return this;
    }

    /** Greatest length of a request's body, 1 to 32 MiB, by default 20 MiB. */
    public ApiOptions bodyBytesMax(int bytes) {
        require(bytes > 0 && bytes <= BODY_BYTES_MAX, "bodyBytesMax", bytes);
        bodyBytesMax = bytes;
        return this;
    }

    /** Chats at a time, at least 1, by default 1024; more get 503. */
    public ApiOptions chatsMax(int chats) {
        require(chats > 0, "chatsMax", chats);
        chatsMax = chats;
        return this;
    }

    /** How long running requests may take to finish at {@link Api#close}, by default 10 s. */
    public ApiOptions grace(Duration patience) {
        grace = patience;
        return this;
    }

    /**
     * How long a client may take nothing of its answer, by default 180 s, before it is cut; counted
     * for each piece of at most 16 KiB, so what flows, however slowly, is not cut. Less than 60 s
     * hits good clients: the kernel lets a writer go on when a third of its buffer is free.
     */
    public ApiOptions patience(Duration ofOneWrite) {
        patience = ofOneWrite;
        return this;
    }

    /** What clients may cost; a program has one budget for all. By default one of its own. */
    public ApiOptions budget(Budget ofTheProgram) {
        budget = ofTheProgram;
        return this;
    }

    /** Where requests are counted, and what {@code GET /metrics} tells. */
    public ApiOptions metrics(Metrics ofTheProgram) {
        metrics = ofTheProgram;
        return this;
    }

    /** Leaves the token out. */
    @Override
    public String toString() {
        return "ApiOptions[" + address + ":" + port + "]";
    }

    Guard guard() {
        return new Guard(token, origins, hosts, List.of(address));
    }

    private static void require(boolean holds, String name, int value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " can't be " + value);
        }
    }
}
