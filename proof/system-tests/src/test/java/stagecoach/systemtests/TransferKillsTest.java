package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.LEAVE;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.local.launcher.demo.ocean.Gate;
import stagecoach.local.launcher.demo.ocean.WanRelay;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;
import stagecoach.local.launcher.installation.LocalMachines.Machine;

/**
 * SIGKILL of whoever gives, passes on or takes, in the middle of a transfer over the last hop.
 * Judged by the bytes that lie on machines, and by the lines that scripts left there.
 */
@InOneWhole
class TransferKillsTest {
    /** More than lies in the buffers of all connections on the way. */
    private static final int BYTES = 40_000_000;

    /** Read from a folder at the speed of a disk, so there must be much of it to have a middle. */
    private static final int BYTES_IN_FOLDER = 128_000_000;

    private static final long SLOWLY = 250_000;

    /** While processes start again, so that nothing is over before they are there. */
    private static final long HARDLY = 25_000;

    private static final Duration AT_ONCE = Duration.ofMillis(5);

    private static final String BARE = "killed-bare";
    private static final String NEAR = "killed-near";
    private static final String ISLE = "killed-isle";
    private static final String CACHE = "killed-cache";

    private Whole whole;
    private Traced traced;
    private Path folder;
    private Path share;
    private final List<WanRelay> lines = new ArrayList<>();
    private WanRelay toServer;
    private WanRelay toCache;

    @BeforeAll
    void start(Whole shared, @TempDir Path temporary) throws Exception {
        whole = shared;
        folder = temporary;
        traced = Traced.in(folder, whole);
        share = Files.createDirectory(folder.resolve("share"));
        toServer = line(whole.bytesUrl());
        URI listens = whole.startCache(CACHE);
        toCache = line(listens);
        whole.registerCache(CACHE, NEAR, at(toCache), listens);
        whole.start(
                List.of(
                        machine(BARE, Optional.of(at(toServer))),
                        machine(NEAR, Optional.empty()),
                        machine(ISLE, Optional.empty())));
        whole.apply(
                Files.writeString(folder.resolve("killed.yaml"), MANIFEST),
                Map.of("TRACES", traced.folderOfLines().toString(), "SHARE", share.toString()));
    }

    @AfterAll
    void stop() throws IOException {
        for (WanRelay line : lines) {
            line.close();
        }
    }

    private WanRelay line(URI to) throws IOException {
        var line =
                new WanRelay(
                        "killed",
                        Purpose.BYTES,
                        new Gate(true, Instant.now()),
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), to.getPort()),
                        true);
        lines.add(line);
        return line;
    }

    private static URI at(WanRelay line) {
        return URI.create("https://127.0.0.1:" + line.port());
    }

    /** Alone in the region and under the tag of its name. */
    private static Machine machine(String name, Optional<URI> bytes) {
        return new Machine(
                name,
                Optional.of(name),
                List.of("killed"),
                List.of(name),
                Optional.empty(),
                Optional.empty(),
                bytes,
                Optional.empty());
    }

    @Test
    void
            invariant_9_kills_of_server_and_gateway_in_the_middle_of_an_upload_and_of_a_collected_file_lose_no_byte_of_either()
                    throws Exception {
        Packed packed = pushed("Killed.Upload", BYTES);
        release("killed-upload");
        release("killed-collect");
        toServer.limit(SLOWLY);
        String upload = deploy("killed-upload");
        String collect = deploy("killed-collect");
        awaitMore(packed);

        for (String service : List.of("package-service", "agent-gateway")) {
            toServer.limit(HARDLY);
            whole.kill(service);
            whole.kill(service + "-2");
            assertThat(fileAt(BARE, packed)).as("killed too late").doesNotExist();
            assertThat(stateOf(collect)).as("killed too late").isEqualTo("RUNNING");
            whole.awaitAllReady();
            toServer.limit(SLOWLY);
            awaitMore(packed);
        }
        toServer.limit(Long.MAX_VALUE);

        traced.endsAs(upload, "SUCCEEDED");
        traced.endsAs(collect, "SUCCEEDED");
        assertThat(fileAt(BARE, packed)).hasSameBinaryContentAs(packed.file());
        assertThat(acquired(upload).path("bytes").asLong())
                .as("no byte of it came twice")
                .isEqualTo(packed.pin().size());
        assertThat(traced.of(upload)).containsExactly(upload + " use " + BARE);
        assertThat(traced.of(collect)).containsExactly(collect + " collect " + BARE);
        assertThat(collected(collect))
                .isEqualTo(Files.readString(folder.resolve("sum-" + collect)).split(" ", -1)[0]);
        assertOnlyRightBytes();
    }

    @Test
    void invariant_9_a_kill_of_a_cache_while_a_machine_reads_from_it_loses_no_byte()
            throws Exception {
        Packed packed = pushed("Killed.Near", BYTES);
        release("killed-near");
        toCache.limit(8 * SLOWLY);
        String id = deploy("killed-near");
        Whole.patiently().until(() -> begun(NEAR, packed) > BYTES / 20);

        whole.kill("cache-" + CACHE);
        assertThat(toCache.bytesToRegion()).as("killed too late").isLessThan(BYTES);
        toCache.limit(Long.MAX_VALUE);

        traced.endsAs(id, "SUCCEEDED");
        assertThat(fileAt(NEAR, packed)).hasSameBinaryContentAs(packed.file());
        assertThat(acquired(id).path("bytes").asLong())
                .as("no byte of it came twice")
                .isEqualTo(packed.pin().size());
        assertThat(traced.of(id)).containsExactly(id + " use " + NEAR);
        whole.awaitAllReady();
        assertOnlyRightBytes();
    }

    @Test
    void invariant_9_a_kill_of_a_machine_while_it_reads_a_shared_folder_loses_no_byte()
            throws Exception {
        Packed packed = pushed("Killed.Isle", BYTES_IN_FOLDER);
        release("killed-isle");
        long tentacle = whole.pidOf("tentacle-" + ISLE);
        String id = deploy("killed-isle");
        Path blob = share.resolve("blobs").resolve(sha512(packed));
        Path coming = share.resolve("incoming").resolve(sha512(packed));
        Whole.patiently()
                .pollInterval(AT_ONCE)
                .until(() -> Files.exists(coming) || Files.exists(blob));
        signal("STOP", tentacle);
        Whole.patiently().until(() -> Files.exists(blob));

        // It goes on for a moment at a time, so that it is seen in the middle.
        Whole.patiently()
                .pollInterval(AT_ONCE)
                .until(
                        () -> {
                            goOnForAMoment(tentacle);
                            return begun(ISLE, packed) > 0 || Files.exists(fileAt(ISLE, packed));
                        });
        long left = begun(ISLE, packed);
        assertThat(left).as("killed too late").isBetween(1L, packed.pin().size() - 1);
        whole.kill("tentacle-" + ISLE);

        traced.endsAs(id, "SUCCEEDED");
        assertThat(fileAt(ISLE, packed)).hasSameBinaryContentAs(packed.file());
        assertThat(acquired(id).path("servedBy").path("cache").asText()).isEqualTo("killed-share");
        assertThat(acquired(id).path("bytesResumed").asLong()).isEqualTo(left);
        assertThat(traced.of(id)).containsExactly(id + " use " + ISLE);
        whole.awaitAllReady();
        assertOnlyRightBytes();
    }

    private Packed pushed(String id, int bytes) throws IOException {
        Packed packed = Packed.of(folder, id, bytes);
        whole.api().push(packed.file());
        return packed;
    }

    private void release(String project) {
        whole.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
    }

    private String deploy(String project) {
        return whole.deploy(project, "1.0.0", Map.of("environment", "killed"));
    }

    /** Returns when both have moved on, the package to the machine and the file from it. */
    private void awaitMore(Packed packed) throws IOException {
        long there = begun(BARE, packed);
        long sent = toServer.bytesToHq();
        Whole.patiently()
                .until(
                        () ->
                                begun(BARE, packed) > there + SLOWLY / 2
                                        && toServer.bytesToHq() > sent + SLOWLY / 2);
    }

    private String stateOf(String deployment) {
        return whole.api().get("/deployments/" + deployment).path("state").asText();
    }

    /** How much of a package an unfinished fetch has on a machine. */
    private long begun(String machine, Packed packed) throws IOException {
        Path partial = whole.homeOf(machine).resolve("packages/.partial").resolve(sha512(packed));
        try {
            return Files.size(partial);
        } catch (java.nio.file.NoSuchFileException none) {
            return 0;
        }
    }

    private Path fileAt(String machine, Packed packed) {
        return whole.homeOf(machine).resolve("packages").resolve(sha512(packed));
    }

    private static String sha512(Packed packed) {
        return packed.pin().sha512().value();
    }

    /** What came of the one package at the one machine of a deployment. */
    private JsonNode acquired(String deployment) {
        JsonNode rows = whole.acquired(deployment).path("targets");
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    /** The SHA-512 of the one file that a deployment's script has collected. */
    private String collected(String deployment) throws Exception {
        String path = "/deployments/" + deployment + "/artifacts";
        Whole.patiently().until(() -> whole.api().list(path).size() == 1);
        MessageDigest digest = MessageDigest.getInstance("SHA-512");
        try (var into = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            whole.api()
                    .download(
                            path + "/" + whole.api().list(path).getFirst().path("id").asText(),
                            into);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** What lies under a digest, on machines, in the cache and in the folder, is what it says. */
    private void assertOnlyRightBytes() throws Exception {
        List<Path> places = new ArrayList<>();
        for (String machine : List.of(BARE, NEAR, ISLE)) {
            places.add(whole.homeOf(machine).resolve("packages"));
        }
        places.add(whole.blobsOf(CACHE));
        places.add(share.resolve("blobs"));
        for (Path place : places) {
            if (Files.exists(place)) {
                try (Stream<Path> files = Files.walk(place)) {
                    for (Path file : files.filter(each -> isOfDigest(place, each)).toList()) {
                        assertThat(digestOf(file)).as("%s", file).isEqualTo(nameOf(file));
                    }
                }
            }
        }
    }

    /** In hidden folders lies what is unfinished, or only told about a package. */
    private static boolean isOfDigest(Path place, Path file) {
        return nameOf(file).matches("[0-9a-f]{128}")
                && !place.relativize(file).toString().startsWith(".")
                && Files.isRegularFile(file);
    }

    private static String nameOf(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static String digestOf(Path file) throws Exception {
        MessageDigest digest = MessageDigest.getInstance("SHA-512");
        try (var into = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            Files.copy(file, into);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static void signal(String name, long process) throws IOException, InterruptedException {
        int exit =
                new ProcessBuilder("kill", "-" + name, Long.toString(process))
                        .inheritIO()
                        .start()
                        .waitFor();
        assertThat(exit).as("kill -%s %d", name, process).isZero();
    }

    /** By one process: between two the whole file may come. */
    private static void goOnForAMoment(long process) throws IOException, InterruptedException {
        int exit =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "kill -CONT %1$d; sleep 0.01; kill -STOP %1$d".formatted(process))
                        .inheritIO()
                        .start()
                        .waitFor();
        assertThat(exit).as("kill %d", process).isZero();
    }

    private static String use(String machine, String id) {
        return Traced.step(
                "use",
                "{ tags: [%s] }".formatted(machine),
                "packages: [{ id: %s }],".formatted(id),
                "test -f \"#{Stagecoach.Package[%s].Directory}/noise.bin\" && %s"
                        .formatted(id, LEAVE));
    }

    private static final String COLLECT =
            Traced.step(
                    "collect",
                    "{ tags: [%s] }".formatted(BARE),
                    "",
                    LEAVE,
                    "head -c %d /dev/urandom > big.bin".formatted(BYTES),
                    "sha512sum big.bin > \"#{Traces}/../sum-#{Stagecoach.Deployment.Id}\"",
                    "new_stagecoach_artifact big.bin");

    private static final String MANIFEST =
            """
            version: 1
            environments: { killed: {} }
            regions: { killed-bare: {}, killed-near: {}, killed-isle: {} }
            caches:
              killed-share: { kind: FOLDER, region: killed-isle, url: "file://${env:SHARE}" }
            projects:
            """
                    + Traced.project("killed-upload", use(BARE, "Killed.Upload"))
                    + Traced.project("killed-near", use(NEAR, "Killed.Near"))
                    + Traced.project("killed-isle", use(ISLE, "Killed.Isle"))
                    + Traced.project("killed-collect", COLLECT);
}
