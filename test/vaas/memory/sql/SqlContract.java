package vaas.memory.sql;

import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import vaas.memory.Memory;
import vaas.memory.MemoryContract;

/** The contract, kept by one of the conversations in a real database. */
abstract class SqlContract extends MemoryContract {
    private final String conversation;
    private Tables tables;
    private SqlConversations server; // null before the first use
    private Memory memory;

    SqlContract(String conversation) {
        this.conversation = conversation;
    }

    @BeforeEach
    void makeTables() throws SQLException {
        tables = new Tables();
    }

    @Override
    protected final synchronized Memory memory() throws IOException {
        if (server == null) {
            server = tables.open();
            memory = server.use(conversation).memory();
        }
        return memory;
    }

    @Override
    protected final Memory reopened() throws IOException {
        close();
        server = null;
        return memory();
    }

    @AfterEach
    @Override
    protected final void close() throws IOException {
        if (server != null) {
            server.close();
        }
    }
}
