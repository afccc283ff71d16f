package vaas.memory.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * A statement, or several that are sent in one go and are one transaction; its parameters are
 * numbered as PostgreSQL numbers them. Each of several sees what others have committed before it.
 */
final class Sql {
    private static final Pattern PARAMETER = Pattern.compile("\\$(\\d+)");

    private final int parts;
    private final String text;
    private final List<Integer> order; // of the parameters' numbers in the text

    /** Makes something of a row. */
    interface Row<T> {
        T read(ResultSet at) throws SQLException;
    }

    Sql(String... statements) {
        String all = String.join(";\n", statements);
        Matcher parameters = PARAMETER.matcher(all);
        this.parts = statements.length;
        this.order = parameters.results().map(it -> Integer.parseInt(it.group(1))).toList();
        this.text = parameters.replaceAll("?");
    }

    /** Runs it, and reads the rows of the last of its statements. */
    <T> List<T> rows(Connection on, Row<T> row, Object... arguments) throws SQLException {
        try (PreparedStatement statement = prepare(on, arguments)) {
            boolean hasRows = statement.execute();
            for (int part = 1; part < parts; part++) {
                hasRows = statement.getMoreResults();
            }
            List<T> rows = new ArrayList<>();
            if (hasRows) {
                ResultSet at = statement.getResultSet();
                while (at.next()) {
                    rows.add(row.read(at));
                }
            }
            return rows;
        }
    }

    /** Runs it for what it changes; null. */
    Void run(Connection on, Object... arguments) throws SQLException {
        rows(on, at -> null, arguments);
        return null;
    }

    /** Runs it with one list of arguments after the other, in one go; tells how much changed. */
    int runAll(Connection on, List<Object[]> all) throws SQLException {
        try (PreparedStatement statement = on.prepareStatement(text)) {
            for (Object[] arguments : all) {
                bind(statement, arguments);
                statement.addBatch();
            }
            return IntStream.of(statement.executeBatch()).sum();
        }
    }

    // The driver keeps what it has prepared, by the text.
    private PreparedStatement prepare(Connection on, Object... arguments) throws SQLException {
        PreparedStatement statement = on.prepareStatement(text);
        bind(statement, arguments);
        return statement;
    }

    private void bind(PreparedStatement statement, Object[] arguments) throws SQLException {
        for (int i = 0; i < order.size(); i++) {
            Object argument = arguments[order.get(i) - 1];
            if (argument instanceof Instant time) {
                statement.setObject(i + 1, time.atOffset(ZoneOffset.UTC));
            } else if (argument instanceof String[] texts) {
                statement.setArray(i + 1,
                        statement.getConnection().createArrayOf("text", texts));
            } else {
                statement.setObject(i + 1, argument);
            }
        }
    }

    /** A time, or null. */
    static Instant time(ResultSet at, int column) throws SQLException {
        OffsetDateTime time = at.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
