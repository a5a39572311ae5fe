package stagecoach.local.engines;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The folder that holds the built engines: {@code lib/} with every jar, and PostgreSQL's extracted
 * binaries beside it.
 *
 * @param folder usually {@code local/embedded/target/embedded}
 */
public record EngineHome(Path folder) {
    private static final String PROPERTY = "stagecoach.embedded.home";
    private static final Path BUILT = Path.of("local", "embedded", "target", "embedded");

    /**
     * The folder named by the system property {@code stagecoach.embedded.home}, or else the one
     * found by walking up from the working directory.
     *
     * @throws IllegalStateException when there is none, with the command that builds it
     */
    public static EngineHome find() {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            return in(Path.of(given));
        }
        Path start = Path.of("").toAbsolutePath();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(BUILT).resolve("lib"))) {
                return in(at.resolve(BUILT));
            }
        }
        throw new IllegalStateException(
                "the engines are not built: no %s above %s. Run mvn install -pl local/embedded in the checkout, or set -D%s."
                        .formatted(BUILT, start, PROPERTY));
    }

    /**
     * The given folder.
     *
     * @throws IllegalStateException when it holds no {@code lib} folder
     */
    public static EngineHome in(Path folder) {
        if (!Files.isDirectory(folder.resolve("lib"))) {
            throw new IllegalStateException(
                    "%s holds no built engines. Run mvn install -pl local/embedded in the checkout."
                            .formatted(folder));
        }
        return new EngineHome(folder.toAbsolutePath().normalize());
    }

    Path lib() {
        return folder.resolve("lib");
    }

    Path postgresBinaries() {
        return folder.resolve("postgres");
    }
}
