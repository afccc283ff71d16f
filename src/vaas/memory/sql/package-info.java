/**
 * Conversations in a PostgreSQL database, which several servers share, and nothing else.
 *
 * <p><b>Tables.</b> {@code Schema} has them: a conversation is a row, a turn another, with its
 * texts as JSON strings. The row of a named one comes with a place or a first turn, and goes with a
 * reset; that of the shared one stays.
 *
 * <p><b>Life of a chat.</b> In a named conversation, or with a key, {@code SqlPlace} takes a ticket
 * and waits until no smaller one of a living server is in its way. {@code Found} reads the history,
 * and with it the fence. {@code Insert} stores the turn by one statement, which is its commit
 * point: it changes the conversation's row if that is the one that was read, inserts the turn, and
 * removes the place. Three round trips; in the shared conversation without a key two; a key
 * costs one more. No connection and no lock is held in between.
 *
 * <p><b>What everything rests on.</b> The row lock that an update takes, and its condition on
 * generation and last id. Generations and tickets come from one sequence. Clocks, heartbeats and
 * places only spare models from being asked in vain: where they fail, one who is too late is fenced
 * or overtaken.
 *
 * <p><b>Locks.</b> In the heap: {@code Session.storing}, one writer of a conversation and server,
 * held while a commit is tried; all others are leaves. In the database, in this order: the advisory
 * lock of a conversation, under which places come and its row comes and goes with them, then the
 * row of the conversation; a reset of many takes rows in the order of their names.
 *
 * <p><b>When the database fails.</b> {@code Database} runs a statement again on a new connection,
 * as long as there is time, so each bears being run twice: a place is found again by its chat, a
 * turn by its id. Transactions of several round trips are not run again once their commit is under
 * way. A crash of the database empties the tables of places and servers, which are not logged;
 * whoever waits takes another place.
 */
package vaas.memory.sql;
