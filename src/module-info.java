/** A chat server with a memory that can be wiped, and the same parts as a library. */
@SuppressWarnings("requires-automatic") // okio has a stable name, but no descriptor
module vaas {
    requires java.logging;
    requires transitive java.sql; // for the connections of a driver
    requires transitive jdk.httpserver; // for the handler that Api makes
    requires okhttp3;
    requires okhttp3.sse;
    requires okio;
    requires tools.jackson.core;
    requires tools.jackson.jr.ob;

    exports vaas.agent;
    exports vaas.agent.groq;
    exports vaas.agent.mcp;
    exports vaas.api;
    exports vaas.budget;
    exports vaas.memory;
    exports vaas.memory.folder;
    exports vaas.memory.sql;
    exports vaas.metrics;

    exports vaas to java.logging; // which makes the program's log manager by its name
}
