package stagecoach.migration;

import java.nio.file.Path;
import java.util.List;

/**
 * A schema and the folders of SQL files that make it. The files of all folders form one row of
 * versions: {@code V0001} to {@code V0099} are the runtime's, those from {@code V0100} on the
 * service's own.
 *
 * @param name of the schema in the database
 * @param folders with files named {@code V<number>__<what>.sql}
 */
public record Schema(String name, List<Path> folders) {
    public Schema {
        folders = List.copyOf(folders);
    }
}
