package stagecoach.packages.app;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.local.engines.FreePort;
import stagecoach.packages.server.pull.CacheProtocol;
import stagecoach.packages.server.pull.PullStatus;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.trust.CacheCredential;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.trust.Thumbprint;
import stagecoach.vocabulary.packages.Sha512;

/** A regional cache as it is shipped: a process of its own, with a folder and a port. */
final class CacheProcess implements AutoCloseable {
    private static final Path JAR =
            Path.of("..", "cache", "target", "quarkus-app", "quarkus-run.jar");

    private final String name;
    private final Path folder;
    private final String grantPublicKey;
    private final int port;
    private final int nugetPort;
    private @Nullable Process process;

    private CacheProcess(String name, Path folder, String grantPublicKey) {
        this.name = name;
        this.folder = folder;
        this.grantPublicKey = grantPublicKey;
        var ports = FreePort.find(2);
        this.port = ports.getFirst();
        this.nugetPort = ports.getLast();
    }

    /** Starts one with an empty folder on a free port. */
    static CacheProcess start(String name, String grantPublicKey) {
        try {
            return start(
                    name, Files.createTempDirectory("stagecoach-" + name + "-"), grantPublicKey);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts one with this folder on a free port. */
    static CacheProcess start(String name, Path folder, String grantPublicKey) throws IOException {
        var cache = new CacheProcess(name, folder, grantPublicKey);
        cache.start();
        return cache;
    }

    /** Starts it again, with the same folder and port. */
    void start() throws IOException {
        Path log = folder.resolve("log");
        Files.deleteIfExists(log);
        var builder =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-jar",
                                JAR.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        var environment = builder.environment();
        environment.put("STAGECOACH_CACHE_DIR", folder.toString());
        environment.put("STAGECOACH_CACHE_NAME", name);
        environment.put("STAGECOACH_CACHE_PORT", Integer.toString(port));
        environment.put("STAGECOACH_CACHE_NUGET_PORT", Integer.toString(nugetPort));
        environment.put("STAGECOACH_GRANT_PUBLIC_KEY", grantPublicKey);
        environment.put(
                "STAGECOACH_CACHE_CREDENTIAL",
                CacheCredential.of(PackageServiceResource.TRUST, name));
        process = builder.start();
        await().atMost(StagecoachResource.PATIENCE).until(() -> ready(log).isPresent());
    }

    private static Optional<String> ready(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("READY "))
                .map(line -> line.substring(line.indexOf("https://")))
                .findFirst();
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

    String url() {
        return "https://127.0.0.1:%d".formatted(port);
    }

    /** Where it answers NuGet clients. */
    String nugetUrl() {
        return "http://127.0.0.1:%d".formatted(nugetPort);
    }

    Thumbprint thumbprint() throws IOException {
        return Thumbprint.parse(Files.readString(folder.resolve("identity/thumbprint")));
    }

    /** The file of a package that it holds. */
    Path file(Sha512 sha512) {
        return folder.resolve(
                "packages/blobs/" + sha512.hex().substring(0, 2) + "/" + sha512.hex());
    }

    /** How many bytes of a package wait for their rest. */
    long partialBytes(Sha512 sha512) throws IOException {
        Path partial = folder.resolve("packages/partial/" + sha512.hex());
        return Files.exists(partial) ? Files.size(partial) : 0;
    }

    /** Reads as a tentacle does. */
    HttpResponse<byte[]> read(Identity tentacle, Sha512 sha512, String grant) throws Exception {
        return send(
                tentacle, CacheProtocol.BLOBS + sha512.hex(), CacheProtocol.GRANT_HEADER, grant);
    }

    /** How a pull stands, asked as the server does. */
    PullStatus pull(Identity central, Sha512 sha512) throws Exception {
        String credential = CacheCredential.of(PackageServiceResource.TRUST, name);
        return PullStatus.parse(
                send(
                                central,
                                CacheProtocol.pullPath(sha512),
                                CacheProtocol.TRUST_HEADER,
                                credential)
                        .body());
    }

    private HttpResponse<byte[]> send(Identity shown, String path, String header, String value)
            throws Exception {
        try (var client =
                HttpClient.newBuilder()
                        .sslContext(shown.tls(PinnedTrust.exactly(thumbprint())))
                        .connectTimeout(Duration.ofSeconds(10))
                        .build()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create(url() + path)).header(header, value).build(),
                    BodyHandlers.ofByteArray());
        }
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
