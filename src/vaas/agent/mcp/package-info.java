/**
 * Tools from one MCP server over streamable HTTP.
 *
 * <p><b>A list.</b> {@code ToolList} has it read on a thread of its own when a chat finds it old:
 * page by page through {@code Transport}, then {@code ToolMapping} makes a {@code ServerTool} of
 * each that is fit. No chat waits for it. A reading that fails withdraws the tools, and lets the
 * transport find out anew how the server is to be spoken to.
 *
 * <p><b>A call</b> comes on a thread of the agent and is one request: {@code Transport} asks in the
 * version of the server, {@code Answer} reads within bounds and charges what it keeps to a share of
 * the budget, {@code CallResult} makes text and clip of it. Whatever goes wrong ends in one
 * sentence for the model and one line in the log, neither of which holds the server's words.
 *
 * <p><b>Time.</b> Each list and each call has one deadline for all its requests, redirects and a
 * new session included. An interrupt, as of a caller who has left, cuts the connection.
 *
 * <p><b>Locks.</b> One, held while the server is met or a session begun: those who find the old one
 * gone together wait for the first, no longer than they have time, and share what it gets.
 */
package vaas.agent.mcp;
