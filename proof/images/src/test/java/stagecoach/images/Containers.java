package stagecoach.images;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Bind;
import com.github.dockerjava.api.model.Capability;
import com.github.dockerjava.api.model.HostConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.startupcheck.OneShotStartupCheckStrategy;
import org.testcontainers.utility.DockerImageName;
import picocli.CommandLine;
import stagecoach.local.launcher.images.Image;
import stagecoach.local.launcher.images.ImagesCommand;
import stagecoach.local.launcher.installation.Checkout;

/**
 * Images of this checkout under a tag of their own, and containers of them as pods would be: a user
 * without rights, no capability, a root file system that cannot be written to, {@code /tmp}, and
 * volumes. All of it goes when this is closed.
 */
public final class Containers implements AutoCloseable {
    private static final String PREFIX = "stagecoach-proof";
    private static final long MEGABYTE = 1024L * 1024;
    private static final Duration ONE_SHOT_MAX = Duration.ofMinutes(2);

    private final String tag = "t" + UUID.randomUUID();
    private final Map<String, GenericContainer<?>> running = new LinkedHashMap<>();
    private final Deque<String> volumes = new ArrayDeque<>();
    private final Checkout checkout = Checkout.find();

    /** Builds all images. */
    public void build(String base) {
        var said = new StringWriter();
        var line = new CommandLine(new ImagesCommand(checkout, LocalEngine.path()));
        line.setOut(new PrintWriter(said, true));
        line.setErr(new PrintWriter(said, true));
        int exit = line.execute("--base", base, "--tag", tag, "--prefix", PREFIX);
        System.out.print(said);
        assertThat(exit).as(said.toString()).isZero();
    }

    /**
     * What a container is given.
     *
     * @param megabytes of memory
     * @param mounts {@code FOLDER_OR_VOLUME:PATH[:ro]}
     */
    public record Given(
            int megabytes,
            Map<String, String> environment,
            List<String> mounts,
            List<String> arguments) {}

    /** A new volume, empty. */
    public String volume(String name) {
        String volume = "%s-%s-%s".formatted(PREFIX, tag, name);
        DockerClientFactory.lazyClient().createVolumeCmd().withName(volume).exec();
        volumes.add(volume);
        return volume;
    }

    /** Starts one that goes on. */
    public GenericContainer<?> start(String name, String image, Given given) {
        GenericContainer<?> container = container(image, given);
        running.put(name, container);
        container.start();
        return container;
    }

    /** Runs one to its end, which must be good; what it said. */
    public String run(String image, Given given) {
        try (GenericContainer<?> container = container(image, given)) {
            container.withStartupCheckStrategy(
                    new OneShotStartupCheckStrategy().withTimeout(ONE_SHOT_MAX));
            container.start();
            return container.getLogs();
        }
    }

    // Closed by whoever started it.
    @SuppressWarnings("resource")
    private GenericContainer<?> container(String image, Given given) {
        var name = DockerImageName.parse("%s/%s:%s".formatted(PREFIX, image, tag));
        return new GenericContainer<>(name)
                .withImagePullPolicy(any -> false)
                .withNetworkMode("host")
                .withEnv(given.environment())
                .withTmpFs(Map.of("/tmp", "exec,mode=1777"))
                .withCommand(given.arguments().toArray(String[]::new))
                .withCreateContainerCmdModifier(
                        create -> {
                            HostConfig host = create.getHostConfig();
                            assertThat(host).isNotNull();
                            host.withReadonlyRootfs(true)
                                    .withInit(true)
                                    .withCapDrop(Capability.ALL)
                                    .withSecurityOpts(List.of("no-new-privileges"))
                                    .withMemory(given.megabytes() * MEGABYTE)
                                    .withBinds(
                                            given.mounts().stream()
                                                    .map(Bind::parse)
                                                    .toArray(Bind[]::new));
                        });
    }

    /** The last lines of all that run, for whoever wonders. */
    public String tails() {
        return running.entrySet().stream()
                .map(each -> each.getKey() + ":\n" + tail(each.getValue().getLogs()))
                .collect(Collectors.joining("\n"));
    }

    private static String tail(String log) {
        List<String> lines = log.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 25), lines.size()));
    }

    @Override
    public void close() {
        var names = new ArrayList<>(running.keySet()).reversed();
        for (String name : names) {
            running.get(name).stop();
        }
        var client = DockerClientFactory.lazyClient();
        volumes.forEach(each -> client.removeVolumeCmd(each).exec());
        for (Image image : Image.allIn(checkout.root())) {
            String name = "%s/%s:%s".formatted(PREFIX, image.name(), tag);
            try {
                client.removeImageCmd(name).exec();
            } catch (NotFoundException notBuilt) {
                System.out.println(name + " was not built");
            }
        }
    }
}
