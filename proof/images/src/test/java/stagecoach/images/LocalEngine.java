package stagecoach.images;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerLaunchException;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;
import stagecoach.local.launcher.images.Engine;

/** Whether containers can be built and run here, with nothing from outside. */
public final class LocalEngine {
    private static final Duration ANSWER_MAX = Duration.ofSeconds(60);
    private static final String HOW_TO = "docs/how-to/build-images.md says what to do";

    private LocalEngine() {}

    /**
     * What is missing, in a sentence; empty if images can be built on {@code base} and run on this
     * computer's own network, where broker and database are.
     */
    public static Optional<String> missingFor(String base) throws Exception {
        Engine engine;
        try {
            engine = Engine.find(path());
        } catch (Engine.NoEngine none) {
            return Optional.of(none.getMessage());
        }
        if (!engine.has(base)) {
            return Optional.of(
                    "the engine has no image %s, and a test asks no registry; %s"
                            .formatted(base, HOW_TO));
        }
        if (System.getProperty("api.version") == null) {
            spokenApi().ifPresent(version -> System.setProperty("api.version", version));
        }
        if (!DockerClientFactory.instance().isDockerAvailable()) {
            return Optional.of(
                    "Testcontainers finds no engine (for podman, set DOCKER_HOST to its socket); "
                            + HOW_TO);
        }
        return reaches(base);
    }

    /** Each daemon refuses what is newer than itself, and what is much older. */
    private static Optional<String> spokenApi() {
        try {
            Process docker =
                    new ProcessBuilder("docker", "version", "--format", "{{.Server.APIVersion}}")
                            .start();
            try (var said = docker.inputReader(StandardCharsets.UTF_8)) {
                return said.lines().filter(line -> line.matches("1\\.\\d+")).findFirst();
            }
        } catch (IOException podmanAlone) {
            return Optional.empty();
        }
    }

    /** The environment's. */
    public static String path() {
        return System.getenv().getOrDefault("PATH", "");
    }

    /** A container that is started as the others will be knocks at a port of this computer. */
    private static Optional<String> reaches(String base) throws IOException {
        try (var door = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var knock = new GenericContainer<>(DockerImageName.parse(base))) {
            knock.withImagePullPolicy(image -> false)
                    .withNetworkMode("host")
                    .withStartupCheckStrategy(
                            new OneShotStartupCheckStrategy().withTimeout(ANSWER_MAX))
                    .withCommand(
                            "bash",
                            "-c",
                            "exec 3<>/dev/tcp/127.0.0.1/%d".formatted(door.getLocalPort()));
            knock.start();
            return Optional.empty();
        } catch (ContainerLaunchException e) {
            return Optional.of(
                    "the engine runs no container in the network of this computer: "
                            + deepest(e).getMessage());
        }
    }

    private static Throwable deepest(Throwable of) {
        Throwable at = of;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at;
    }
}
