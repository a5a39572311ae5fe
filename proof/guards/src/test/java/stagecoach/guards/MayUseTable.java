package stagecoach.guards;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The table "Who may use whom" of ARCHITECTURE.md. */
record MayUseTable(Map<String, Room> rooms) {
    /** A row: the packages of a room, and the rooms that they may use. */
    record Room(List<String> packages, List<String> mayUse) {}

    static MayUseTable read() {
        var rooms = new LinkedHashMap<String, Room>();
        boolean inside = false;
        for (String line : Sources.lines(Path.of("ARCHITECTURE.md"))) {
            if (line.startsWith("## ")) {
                inside = line.equals("## Who may use whom");
            } else if (inside && line.startsWith("| ") && line.contains("`stagecoach.")) {
                String[] cells = line.split("\\|", -1);
                rooms.put(
                        cells[1].strip(),
                        new Room(list(cells[2].replace("`", "")), list(cells[3])));
            }
        }
        return new MayUseTable(rooms);
    }

    private static List<String> list(String cell) {
        return Arrays.stream(cell.split(",", -1))
                .map(String::strip)
                .filter(item -> !item.isEmpty())
                .toList();
    }
}
