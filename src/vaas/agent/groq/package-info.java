/**
 * The agent that asks a model over Groq's chat completions API, or any like it.
 *
 * <p><b>Life of a chat.</b> {@code GroqAgent} opens a share of the budget, reads the history and
 * with it the fence, and begins a {@code Chat}. That makes a {@code ChatRequest} and sends it by
 * {@code ModelCalls}, which tries up to three times and returns one {@code Completion}. Tool calls
 * are run, their results added, and the same request is sent again, at most four times. What is too
 * long for the model is begun again with half of the history, down to none. An answer is stored
 * under the fence; anything else becomes a sentence in {@code Failures}. The share is closed
 * whatever came of it.
 *
 * <p><b>Time.</b> One deadline is set when the chat begins, and everything ends by it: tries and
 * the pauses between them, look-ups of names, tools. What can't be made to end is left behind on a
 * thread of a {@code TimeLimiter}, which has a bounded number of them.
 *
 * <p><b>Heap.</b> A request is a list of {@code Piece}s: its head and tail are the agent's, its
 * history the memory's own bytes, and only the question and what tools said are the chat's. An
 * answer is charged before it is kept, segment by segment ({@code AnswerBody}).
 *
 * <p><b>Who owns what.</b> {@code GroqClient} has the connections and may serve many agents; each
 * has {@code ModelCalls} of its own, so that closing an agent cuts its chats and no others.
 * OkHttp does nothing here by itself: no retry, no redirect, no timeout but the deadline.
 *
 * <p>No lock is held while anything is waited for. Nothing here reads the environment: what the
 * sentences for callers call the settings is handed in as {@code SettingNames}.
 */
package vaas.agent.groq;
