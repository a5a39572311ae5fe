package stagecoach.migration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@link Migration} as a program: {@code --url JDBC_URL --user USER --schema NAME=FOLDER …}, the
 * password in the environment as {@code STAGECOACH_POSTGRES_PASSWORD}. A schema named several times
 * is made of several folders. Exits 0 when all is up to date, 1 with a sentence when not, 2 when
 * called wrongly.
 */
public final class MigrationMain {
    private static final String PASSWORD = "STAGECOACH_POSTGRES_PASSWORD";

    /** Kept reachable, or its level would be forgotten. */
    private static final Logger FLYWAY = Logger.getLogger("org.flywaydb");

    private MigrationMain() {}

    /** See the class. */
    public static void main(String[] args) {
        FLYWAY.setLevel(Level.WARNING);
        @Nullable String password = System.getenv(PASSWORD);
        @Nullable Arguments arguments = Arguments.parse(args);
        if (arguments == null || password == null) {
            System.err.println(
                    "usage: %s=… MigrationMain --url JDBC_URL --user USER --schema NAME=FOLDER …"
                            .formatted(PASSWORD));
            System.exit(2);
            return;
        }
        try {
            for (var result :
                    Migration.run(
                            arguments.url(), arguments.user(), password, arguments.schemas())) {
                System.out.printf("schema %s: %d applied%n", result.schema(), result.applied());
            }
        } catch (RuntimeException e) {
            System.err.println("error: the schemas are not up to date: " + e.getMessage());
            System.exit(1);
        }
    }

    private record Arguments(String url, String user, List<Schema> schemas) {
        static @Nullable Arguments parse(String[] args) {
            String url = "";
            String user = "";
            Map<String, List<Path>> folders = new LinkedHashMap<>();
            for (int i = 0; i < args.length; i += 2) {
                if (i + 1 == args.length) {
                    return null;
                }
                String value = args[i + 1];
                switch (args[i]) {
                    case "--url" -> url = value;
                    case "--user" -> user = value;
                    case "--schema" -> {
                        int equals = value.indexOf('=');
                        if (equals < 1) {
                            return null;
                        }
                        folders.computeIfAbsent(
                                        value.substring(0, equals), name -> new ArrayList<>())
                                .add(Path.of(value.substring(equals + 1)));
                    }
                    default -> {
                        return null;
                    }
                }
            }
            if (url.isEmpty() || user.isEmpty() || folders.isEmpty()) {
                return null;
            }
            return new Arguments(
                    url,
                    user,
                    folders.entrySet().stream()
                            .map(each -> new Schema(each.getKey(), each.getValue()))
                            .toList());
        }
    }
}
