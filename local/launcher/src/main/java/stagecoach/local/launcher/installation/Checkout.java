package stagecoach.local.launcher.installation;

import java.nio.file.Files;
import java.nio.file.Path;
import stagecoach.local.launcher.program.TentacleProgram;

/**
 * A checkout of Stagecoach in which everything has been built.
 *
 * @param root the folder of {@code ./stagecoach}
 */
public record Checkout(Path root) {
    private static final String PROPERTY = "stagecoach.checkout";

    /**
     * The one named by the system property {@code stagecoach.checkout}, or else the one that
     * contains the working directory.
     *
     * @throws IllegalStateException with a sentence when there is none
     */
    public static Checkout find() {
        String given = System.getProperty(PROPERTY);
        Path start = Path.of(given == null ? "" : given).toAbsolutePath().normalize();
        for (Path at = start; at != null; at = at.getParent()) {
            if (Files.isRegularFile(at.resolve("local/launcher/pom.xml"))) {
                return new Checkout(at);
            }
        }
        throw new IllegalStateException(
                "%s is in no checkout of Stagecoach. Run ./stagecoach from one.".formatted(start));
    }

    /** The folder in which the local default of this checkout keeps everything. */
    public Path localFolder() {
        String given = System.getenv("STAGECOACH_HOME");
        return given == null || given.isBlank()
                ? root.resolve(".stagecoach")
                : Path.of(given).toAbsolutePath().normalize();
    }

    /**
     * The built tentacle.
     *
     * @throws IllegalStateException when it is not there
     */
    TentacleProgram tentacle() {
        return new TentacleProgram(built("tentacle/target/tentacle"));
    }

    /**
     * A built file or folder.
     *
     * @throws IllegalStateException when it is not there
     */
    public Path built(String path) {
        Path file = root.resolve(path);
        if (!Files.exists(file)) {
            throw new IllegalStateException(
                    "%s is not built. ./stagecoach builds it before it starts; by hand it is mvn package -DskipTests."
                            .formatted(path));
        }
        return file;
    }
}
