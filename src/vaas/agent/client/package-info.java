/**
 * What calls to other servers over OkHttp have in common: bodies that are sent once, look-ups of
 * names and whatever else may never end within a time, event streams within bounds.
 */
package vaas.agent.client;
