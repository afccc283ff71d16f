package vaas.memory.sql;

import java.io.IOException;
import java.sql.SQLException;
import java.util.Set;
import vaas.memory.MemoryAwayException;
import vaas.memory.MemoryFullException;

/** What an error of the database means, by its SQLSTATE alone: the message holds texts. */
enum Trouble {
    /** Others were in the way; nothing has happened, and it may be done again at once. */
    CONFLICT,
    /** The connection is of no use, and what was under way may have happened. */
    AWAY,
    /** There is no room; nothing has happened. */
    FULL,
    /** Anything else; nothing has happened. */
    OTHER;

    /** A key, or an id, that is there already. */
    static final String DUPLICATE = "23505";

    private static final Set<String> CONFLICTS = Set.of("40001", "40P01");
    private static final String TOO_MANY_CONNECTIONS = "53300";
    /** SQLSTATE of a transaction that a standby refuses. */
    static final String READ_ONLY = "25006";
    /** Besides: a wait that was cut short, what only drivers say. */
    private static final Set<String> AWAYS =
            Set.of(TOO_MANY_CONNECTIONS, READ_ONLY, "57014", "99999");

    static Trouble of(SQLException e) {
        String state = state(e);
        if (CONFLICTS.contains(state)) {
            return CONFLICT;
        } else if (AWAYS.contains(state) || state.startsWith("08") || state.startsWith("57P")) {
            return AWAY;
        }
        return state.startsWith("53") ? FULL : OTHER;
    }

    /** Whether what was sent may have happened all the same: nothing was refused. */
    static boolean isUnheard(SQLException e) {
        return of(e) == AWAY && !isFull(e) && !state(e).equals(READ_ONLY);
    }

    /** Whether the database has no more connections to give, which tells nothing of others. */
    static boolean isFull(SQLException e) {
        return state(e).equals(TOO_MANY_CONNECTIONS);
    }

    /** The SQLSTATE; of a connection that is closed where the driver says none. */
    static String state(SQLException e) {
        String state = e.getSQLState();
        return state == null || !state.matches("[0-9A-Z]{5}") ? "08000" : state;
    }

    /** What callers hear of it. */
    static IOException told(SQLException e, String name) {
        String message = "SQLSTATE " + state(e) + " in \"" + name + "\"";
        return of(e) == FULL ? new MemoryFullException(message)
                : new MemoryAwayException(message, false);
    }
}
