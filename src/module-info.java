/** A chat server with a memory that can be wiped, and the same parts as a library. */
module vaas {
    requires tools.jackson.core;
    requires tools.jackson.jr.ob;

    exports vaas.memory;
}
