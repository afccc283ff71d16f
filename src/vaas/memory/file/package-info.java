/**
 * One conversation in one file.
 *
 * <p><b>Files.</b> {@code memory.jsonl}: a JSON object a line ({@link vaas.memory.line.RecordLine}
 * has the form), appended only; a turn is two lines, and several may be written by one call.
 * {@code memory.jsonl.new} beside it is what will take its place: empty for a reset, the newer part
 * for a rewrite; found at opening it is a crash's leftover, and wiped. The shared conversation's
 * file is always there; that of a named one comes with its first turn, and a reset removes its
 * name. Downsides of the form: text is found by reading, a turn can't be taken out of the middle,
 * and the file grows until a limit cuts its beginning.
 *
 * <p><b>Life of a turn.</b> {@code Draft} writes both lines, but for ids and times, and the turn
 * joins the open batch of the {@code Journal}. Whoever began the batch takes the right to commit:
 * fills ids and times in and appends all in it under the write lock, then syncs with no lock held.
 * Then a new {@code Snapshot} is published, and only now is the turn seen by readers and
 * acknowledged. A reset that comes before the append has the turn neither seen nor stored.
 *
 * <p><b>Reading.</b> The newest turns come from the snapshot's window, without a lock and without
 * the disk. All else opens the file under the read lock and reads on without it, up to the
 * snapshot's end: what lies before is never changed. Where a file is replaced meanwhile, one looks
 * again ({@code HistoryReader.stable}), or is left the old file to its end ({@code RecordStream}),
 * which is wiped behind its last reader.
 *
 * <p><b>Locks, in the order in which they are taken.</b>
 * <ol>
 *   <li>{@code HistoryReader.refilling}: one reads the tail for all that wait for it
 *   <li>{@code FileMemory.replacing}: resets and rewrites, one at a time; the audit's lock is taken
 *       under none but this
 *   <li>{@code Journal.commit}, a fair semaphore: the right to write, to sync or to replace the
 *       file; held while the disk works, and, where a full disk makes a reset cut in place, while
 *       it counts
 *   <li>{@code Journal.lock}, read and write: the file and the open batch; never held while the
 *       disk syncs, and never while a model thinks
 *   <li>monitors of {@code Keys}, {@code FileVersion}, {@code Damage} and of the budget: leaves,
 *       under which no other lock is taken
 * </ol>
 *
 * <p><b>Commit points.</b> A turn: the return of the sync. A reset: the rename of the empty file,
 * or the removal of the name (where neither can be done, the cut in place), {@code Reset.run}; of
 * all: the rename of their folder, {@code ResetAll}, beside which each memory is held still by its
 * {@code Suspension}. A rewrite: the rename of the
 * newer part, {@code Rewrite.swap}. A restore: the rename of the copy, {@code Restorer.restore}.
 *
 * <p><b>What a crash leaves.</b> In an append: nothing, or a part of the turn's lines, which
 * {@code Tail} cuts at opening; a turn that is whole, acknowledged or not, stays. In a reset or a
 * rewrite: the old file or the new one, whole, and perhaps {@code memory.jsonl.new}. With a backup:
 * a second name of the old file; of a reset that was not committed, the next opening that knows the
 * backups takes it back.
 *
 * <p><b>When the disk fails.</b> A write: what got there is cut off again, the memory is as before;
 * of several turns each is then tried by itself.
 * A sync: what the kernel still holds can't be trusted, so writes are refused until a reset or
 * reopening; so too when another program has changed, replaced or removed the file, which is looked
 * at before each sync. A reset always works: where no new file can be made, the old one is cut.
 */
package vaas.memory.file;
