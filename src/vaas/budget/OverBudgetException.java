package vaas.budget;

import java.io.IOException;

/** Says that there is no room for what a client sent or asked for; nothing has changed. */
public final class OverBudgetException extends IOException {
    private static final long serialVersionUID = 1;

    private final boolean forGood;

    public OverBudgetException(boolean forGood) {
        super(forGood ? "it needs more memory than this server has to give"
                : "others hold too much memory for now");
        this.forGood = forGood;
    }

    /** Whether it can never fit, so that asking again is of no use. */
    public boolean isForGood() {
        return forGood;
    }
}
