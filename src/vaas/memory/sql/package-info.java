/** Conversations in a PostgreSQL database, which several servers share. */
package vaas.memory.sql;
