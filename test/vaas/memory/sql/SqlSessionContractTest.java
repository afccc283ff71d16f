package vaas.memory.sql;

/** A named conversation, which has a row only while it holds something, or somebody has a place. */
class SqlSessionContractTest extends SqlContract {
    SqlSessionContractTest() {
        super("Named.1");
    }
}
