package stagecoach.packages.app;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import stagecoach.local.engines.FreePort;
import stagecoach.runtime.test.StagecoachResource;

/** The package-service as it is shipped: a process of its own. */
final class CentralProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");

    private final Map<String, String> environment;
    private final Path log;
    private final int port = FreePort.find(1).getFirst();
    private @Nullable Process process;

    CentralProcess(Map<String, String> environment, Path log) {
        this.environment = Map.copyOf(environment);
        this.log = log;
    }

    /** Starts it, or starts it again, and returns when it is ready. */
    void start() throws IOException {
        var builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx192m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-jar",
                                JAR.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().putAll(environment);
        builder.environment().put("QUARKUS_HTTP_PORT", Integer.toString(port));
        process = builder.start();
        isAsked();
        await().atMost(StagecoachResource.PATIENCE).ignoreExceptions().until(this::ready);
    }

    /** From now on tests ask this one, of several. */
    void isAsked() {
        System.setProperty("quarkus.http.port", Integer.toString(port));
    }

    private boolean ready() throws Exception {
        return Http.send(Http.request("/q/health/ready")).statusCode() == 200;
    }

    /** Ends it as a power cut would. */
    void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
