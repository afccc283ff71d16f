package vaas.memory.file;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import vaas.budget.Budget;
import vaas.budget.OverBudgetException;
import vaas.json.JsonString;

/**
 * The present snapshot, read without a lock, and what its window costs. Only whoever has the right
 * to commit publishes; beside that, the budget may take the window away at any time, and a reader
 * that had to go to the file may put one back.
 */
final class Current implements AutoCloseable {
    private final AtomicReference<Snapshot> snapshot;
    private final Budget.Cache cost;
    private volatile boolean closed;

    Current(Snapshot first, Budget budget) {
        this.snapshot = new AtomicReference<>(first.with(first.window().givenUp()));
        this.cost = budget.cache(this::giveUp);
        refill(snapshot.get(), first.window());
    }

    Snapshot get() {
        return snapshot.get();
    }

    /** Says that the window has been of use. */
    void touch() {
        cost.touch();
    }

    /** Publishes a change that brings no turns. */
    void publish(UnaryOperator<Snapshot> change) {
        publish(change, List.of());
    }

    /**
     * Publishes a change.
     *
     * @param newer turns that come into the window with it, unless there is no room for them
     */
    void publish(UnaryOperator<Snapshot> change, List<FileTurn> newer) {
        boolean room = hold(newer);
        Snapshot before;
        Snapshot after;
        do {
            before = snapshot.get();
            Snapshot changed = change.apply(before);
            after = room ? changed : changed.with(changed.window().givenUp());
        } while (!snapshot.compareAndSet(before, after));
        // What is held is always the newer end of what was and what came.
        int dropped = before.window().turns().size() + newer.size() - after.window().turns().size();
        List<FileTurn> old = before.window().turns();
        release(old.subList(0, Math.min(dropped, old.size())));
        release(newer.subList(0, Math.max(0, dropped - old.size())));
        if (!newer.isEmpty()) {
            cost.touch(); // there is something to give up again
        }
    }

    /** Puts a window into a snapshot that has not changed since it was read. */
    void refill(Snapshot read, Window window) {
        if (hold(window.turns())) {
            boolean done = snapshot.compareAndSet(read, read.with(window));
            release((done ? read.window() : window).turns());
            cost.touch();
        }
        if (closed) { // by another thread, which may have come before
            giveUp();
        }
    }

    @Override
    public void close() {
        closed = true;
        giveUp();
        cost.close();
    }

    private void giveUp() {
        Snapshot before = snapshot.getAndUpdate(it -> it.with(it.window().givenUp()));
        release(before.window().turns());
    }

    private boolean hold(List<FileTurn> turns) {
        try {
            cost.hold(texts(turns), JsonString::length);
            return true;
        } catch (OverBudgetException e) {
            release(turns);
            return false;
        }
    }

    private void release(List<FileTurn> turns) {
        if (!turns.isEmpty()) {
            cost.release(texts(turns));
        }
    }

    private static List<JsonString> texts(List<FileTurn> turns) {
        List<JsonString> texts = new ArrayList<>(2 * turns.size());
        for (FileTurn turn : turns) {
            texts.add(turn.turn().question().json());
            texts.add(turn.turn().answer().json());
        }
        return texts;
    }
}
