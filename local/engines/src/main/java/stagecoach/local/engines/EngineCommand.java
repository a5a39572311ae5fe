package stagecoach.local.engines;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The exact command line that starts an engine, with the little memory that suits a laptop.
 *
 * @param command program and arguments
 * @param environment variables to add to the caller's own
 */
public record EngineCommand(List<String> command, Map<String, String> environment) {
    /** The line that an engine prints when it serves begins with this. */
    public static final String READY = "READY ";

    /** The environment variable that carries PostgreSQL's password. */
    public static final String POSTGRES_PASSWORD = "STAGECOACH_POSTGRES_PASSWORD";

    /** The superuser of the embedded PostgreSQL. */
    public static final String POSTGRES_USER = "postgres";

    /** The one database of the embedded PostgreSQL. */
    public static final String POSTGRES_DATABASE = "stagecoach";

    private static final String PARENT = "-Dstagecoach.parent=";

    public EngineCommand {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The broker on {@code port}, its controller on {@code controllerPort}, both on 127.0.0.1. */
    public static EngineCommand kafka(EngineHome home, Path data, int port, int controllerPort) {
        return new EngineCommand(
                java(
                        home,
                        List.of("-Xmx128m"),
                        "stagecoach.local.embedded.KafkaEngine",
                        data.toString(),
                        Integer.toString(port),
                        Integer.toString(controllerPort)),
                Map.of());
    }

    /** The database server on 127.0.0.1; a first start sets the password, later ones need it. */
    public static EngineCommand postgres(EngineHome home, Path data, int port, String password) {
        return new EngineCommand(
                java(
                        home,
                        List.of(
                                // The first extraction of the binaries needs this much.
                                "-Xmx160m",
                                "-Dstagecoach.postgres.binaries=" + home.postgresBinaries()),
                        "stagecoach.local.embedded.PostgresEngine",
                        data.toString(),
                        Integer.toString(port)),
                Map.of(POSTGRES_PASSWORD, password));
    }

    /** The same, but the engine ends when the process {@code pid} is gone. */
    public EngineCommand endingWith(long pid) {
        List<String> bound = new ArrayList<>(command);
        bound.add(1, PARENT + pid);
        return new EngineCommand(bound, environment);
    }

    private static List<String> java(
            EngineHome home, List<String> flags, String main, String... arguments) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(flags);
        line.add("-XX:+UseSerialGC");
        line.add("-XX:TieredStopAtLevel=1");
        line.add("--enable-native-access=ALL-UNNAMED");
        line.add("--sun-misc-unsafe-memory-access=allow");
        line.add("-cp");
        line.add(home.lib().resolve("*").toString());
        line.add(main);
        line.addAll(List.of(arguments));
        return line;
    }
}
