package vaas.http;

import com.sun.net.httpserver.Headers;

/**
 * A request that has been let in and read whole.
 *
 * @param id the same in the answer and in every log line about it
 */
public record Request(String id, String remoteAddress, Headers headers, byte[] body) {}
