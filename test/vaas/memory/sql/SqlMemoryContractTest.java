package vaas.memory.sql;

import vaas.memory.Conversations;

/** The conversation that everybody shares, whose row is always there. */
class SqlMemoryContractTest extends SqlContract {
    SqlMemoryContractTest() {
        super(Conversations.SHARED);
    }
}
