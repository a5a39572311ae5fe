package audit;

import java.util.List;
import java.util.stream.Collectors;

/** A row of the CSV. */
record Row(List<String> cells) {
    /** The first row: what the cells of the others are. */
    static final Row HEAD =
            new Row(
                    List.of(
                            "deployment",
                            "attempt",
                            "state",
                            "who",
                            "project",
                            "release",
                            "environment",
                            "machines",
                            "asked",
                            "started",
                            "ended",
                            "packages"));

    Row {
        cells = List.copyOf(cells);
    }

    /** As RFC 4180 has it. */
    String csv() {
        return cells.stream().map(Row::quoted).collect(Collectors.joining(",", "", "\r\n"));
    }

    /** People choose the names, and a spreadsheet would calculate what begins like a formula. */
    private static String quoted(String cell) {
        boolean calculates = !cell.isEmpty() && "=+-@\t\r".indexOf(cell.charAt(0)) >= 0;
        String text = calculates ? "'" + cell : cell;
        boolean plain = text.chars().allMatch(c -> c != ',' && c != '"' && c != '\r' && c != '\n');
        return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
