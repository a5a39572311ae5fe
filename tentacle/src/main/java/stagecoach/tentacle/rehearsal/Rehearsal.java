package stagecoach.tentacle.rehearsal;

import io.vertx.core.Vertx;
import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.trash.Trash;
import stagecoach.trust.Identity;

/**
 * Lets a tentacle, in a process of its own and with the Java options of this one, run a script and
 * fetch and install a package, through a gateway that is only played. It shows that the machine
 * can, and is what an AOT cache is trained with.
 */
public final class Rehearsal {
    private static final long SECONDS_MAX = 60;

    /** Writing an AOT cache takes its time on a busy machine. */
    private static final long ENDING_SECONDS_MAX = 180;

    private final Path folder;
    private final Optional<Path> aotCache;

    private Rehearsal(Path folder, Optional<Path> aotCache) {
        this.folder = folder;
        this.aotCache = aotCache;
    }

    /**
     * Performs it.
     *
     * @param aotCache the file that Java shall write its AOT cache to, if it shall
     * @return a sentence about how it went
     * @throws IOException if it did not go well
     */
    public static String perform(Vertx vertx, Optional<Path> aotCache)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("stagecoach-rehearsal-");
        try {
            return new Rehearsal(folder, aotCache.map(Path::toAbsolutePath)).perform(vertx);
        } finally {
            Trash.delete(folder);
        }
    }

    private String perform(Vertx vertx) throws IOException, InterruptedException {
        Instant begun = Instant.now();
        Home home = Home.open(folder.resolve("home"));
        Identity identity = Identity.loadOrCreate(folder.resolve("gateway"), "rehearsal");
        try (PlayedGateway gateway =
                PlayedGateway.open(vertx, identity, home.identity().thumbprint())) {
            URI endpoint = gateway.endpoint();
            home.enrolled(
                    new Settings(
                            PlayedGateway.AGENT,
                            endpoint,
                            Optional.of(endpoint),
                            identity.thumbprint()));
            Path log = folder.resolve("log");
            Process tentacle =
                    started(
                            new ProcessBuilder(commandLine(home))
                                    .redirectErrorStream(true)
                                    .redirectOutput(log.toFile()));
            try {
                gateway.played().get(SECONDS_MAX, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IOException(
                        "The rehearsal did not come to its end: %s. The tentacle said:%n%s"
                                .formatted(e.getMessage(), Files.readString(log)),
                        e);
            } finally {
                tentacle.destroy();
                if (!tentacle.waitFor(ENDING_SECONDS_MAX, TimeUnit.SECONDS)) {
                    tentacle.destroyForcibly();
                }
            }
            return "A script ran and a package was installed on this machine in %d ms.%s"
                    .formatted(
                            Duration.between(begun, Instant.now()).toMillis(), cacheSentence(log));
        }
    }

    private String cacheSentence(Path log) throws IOException {
        if (aotCache.isEmpty()) {
            return "";
        }
        if (!Files.exists(aotCache.get())) {
            throw new IOException(
                    "Java wrote no AOT cache. It said:%n%s".formatted(Files.readString(log)));
        }
        return " The AOT cache is in %s.".formatted(aotCache.get());
    }

    private List<String> commandLine(Home home) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        for (String option : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
            if (!option.startsWith("-XX:AOT")) {
                line.add(option);
            }
        }
        aotCache.ifPresent(file -> line.add("-XX:AOTCacheOutput=" + file));
        line.add("-cp");
        line.add(absolute(System.getProperty("java.class.path")));
        line.add("stagecoach.tentacle.TentacleMain");
        line.add("run");
        // Whoever rehearses as root has asked for that.
        line.add("--allow-root");
        line.add("--home");
        line.add(home.root().toString());
        return line;
    }

    /** With a locale that a tentacle takes, whatever this one was started with. */
    private static Process started(ProcessBuilder tentacle) throws IOException {
        tentacle.environment().put("LC_ALL", "C.UTF-8");
        return tentacle.start();
    }

    /** The cache holds the class path as it is given; a relative one would depend on the folder. */
    private static String absolute(String classPath) {
        List<String> paths = new ArrayList<>();
        for (String path : classPath.split(File.pathSeparator, -1)) {
            paths.add(Path.of(path).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, paths);
    }
}
