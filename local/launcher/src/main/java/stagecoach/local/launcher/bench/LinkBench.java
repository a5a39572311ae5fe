package stagecoach.local.launcher.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import stagecoach.cli.ExitCode;
import stagecoach.cli.watch.DeploymentWatch;
import stagecoach.cli.watch.Screen;
import stagecoach.local.launcher.demo.ocean.Ocean;
import stagecoach.local.launcher.demo.ocean.WanRelay;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.wire.StagecoachJson;

/**
 * What crosses the link into each region when a release with several packages is deployed to
 * several machines there: counted on the line, headers and encryption and all.
 */
public final class LinkBench {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final String PROJECT = "bench";

    private final LocalMachines stack;
    private final Path folder;

    /** On {@code stack}, with its packages in {@code folder}. */
    public LinkBench(LocalMachines stack, Path folder) {
        this.stack = stack;
        this.folder = folder;
    }

    /** How much there is of everything. */
    public record Question(int regions, int targets, int packages, int packageMegabytes) {}

    /**
     * What was found.
     *
     * @param packageBytes of all packages together
     * @param links one for each region
     * @param ratio what crossed all links to packages for caches and machines, to what had to: all
     *     packages once for each region
     */
    public record Answer(long packageBytes, List<Link> links, double ratio) {}

    /**
     * What went from hq into a region.
     *
     * @param toCache packages for its cache
     * @param toTargets packages for its machines, through the server
     * @param control all else: sessions, commands, orders
     */
    public record Link(String region, long toCache, long toTargets, long control) {}

    /** Deploys once and counts. */
    public Answer run(Question question) throws Exception {
        try (var ocean = new Ocean()) {
            long packageBytes = prepare(question, ocean);
            Map<Purpose, Map<String, Long>> before = counted(ocean, question);
            deploy();
            Map<Purpose, Map<String, Long>> after = counted(ocean, question);
            List<Link> links = new ArrayList<>();
            long crossed = 0;
            for (String region : regions(question)) {
                var link =
                        new Link(
                                region,
                                between(before, after, Purpose.CACHE, region),
                                between(before, after, Purpose.BYTES, region),
                                between(before, after, Purpose.CONTROL, region));
                crossed += link.toCache() + link.toTargets();
                links.add(link);
            }
            return new Answer(
                    packageBytes,
                    links,
                    (double) crossed / ((double) packageBytes * question.regions()));
        }
    }

    private static List<String> regions(Question question) {
        List<String> regions = new ArrayList<>();
        for (int number = 1; number <= question.regions(); number++) {
            regions.add("region-" + number);
        }
        return regions;
    }

    private static Map<Purpose, Map<String, Long>> counted(Ocean ocean, Question question) {
        var counted = new EnumMap<Purpose, Map<String, Long>>(Purpose.class);
        for (Purpose purpose : Purpose.values()) {
            var byRegion = new HashMap<String, Long>();
            for (String region : regions(question)) {
                byRegion.put(
                        region,
                        ocean.relays().stream()
                                .filter(relay -> relay.purpose() == purpose)
                                .filter(relay -> relay.region().equals(region))
                                .mapToLong(WanRelay::bytesToRegion)
                                .sum());
            }
            counted.put(purpose, byRegion);
        }
        return counted;
    }

    private static long between(
            Map<Purpose, Map<String, Long>> before,
            Map<Purpose, Map<String, Long>> after,
            Purpose purpose,
            String region) {
        return of(after, purpose, region) - of(before, purpose, region);
    }

    private static long of(
            Map<Purpose, Map<String, Long>> counted, Purpose purpose, String region) {
        return counted.getOrDefault(purpose, Map.of()).getOrDefault(region, 0L);
    }

    /** Sets everything up; how many bytes the packages have. */
    private long prepare(Question question, Ocean ocean) throws Exception {
        put("/environments/production", Map.of("name", "production"));
        put("/projects/" + PROJECT, Map.of("name", PROJECT));
        List<Map<String, Object>> steps = new ArrayList<>();
        long bytes = 0;
        for (int number = 1; number <= question.packages(); number++) {
            String id = BenchPackage.ID + number;
            Path nupkg = BenchPackage.pack(folder, id, question.packageMegabytes());
            bytes += Files.size(nupkg);
            stack.api().push(nupkg);
            steps.add(
                    Map.of(
                            "name",
                            "package-" + number,
                            "kind",
                            "PACKAGE",
                            "runOn",
                            Map.of("tags", List.of("bench")),
                            "package",
                            Map.of(
                                    "feed",
                                    "built-in",
                                    "id",
                                    id,
                                    "acquisitionLocation",
                                    "EXECUTION_TARGET")));
        }
        put("/projects/" + PROJECT + "/process", Map.of("steps", steps));
        for (String region : regions(question)) {
            settle(region, question.targets(), ocean);
        }
        for (String region : regions(question)) {
            for (int number = 1; number <= question.targets(); number++) {
                stack.awaitReady("tentacle-" + machine(region, number));
            }
        }
        stack.api().post("/projects/" + PROJECT + "/releases", Map.of("version", "1.0.0"));
        return bytes;
    }

    private void settle(String region, int targets, Ocean ocean) throws Exception {
        put("/regions/" + region, Map.of("name", region));
        URI pull = ocean.towardsHq(region, Purpose.CACHE, stack.pullUrl());
        String cache = "cache-" + region;
        URI listens = stack.startCache(cache);
        URI push = ocean.towardsRegion(region, Purpose.CONTROL, listens);
        stack.registerCache(cache, region, listens, push, pull);
        URI agents = ocean.towardsHq(region, Purpose.CONTROL, stack.agentUrl());
        URI bytes = ocean.towardsHq(region, Purpose.BYTES, stack.bytesUrl());
        for (int number = 1; number <= targets; number++) {
            stack.startTentacle(
                    new LocalMachines.Machine(
                            machine(region, number),
                            Optional.of(region),
                            List.of("production"),
                            List.of("bench"),
                            Optional.empty(),
                            Optional.of(agents),
                            Optional.of(bytes),
                            Optional.empty()));
        }
    }

    private static String machine(String region, int number) {
        return region + "-" + number;
    }

    private void deploy() throws Exception {
        JsonNode made =
                stack.api()
                        .postOnce(
                                "/deployments",
                                Map.of(
                                        "project",
                                        PROJECT,
                                        "release",
                                        "1.0.0",
                                        "environment",
                                        "production"),
                                UUID.randomUUID().toString());
        var quiet =
                new Screen(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                        false);
        DeploymentWatch.Ended ended =
                new DeploymentWatch(stack.api(), quiet, made.path("id").asText())
                        .follow(Optional.of(PATIENCE));
        if (ended.exit() != ExitCode.SUCCEEDED) {
            throw new IllegalStateException(
                    "the measured deployment should have succeeded: "
                            + ended.deployment().path("failure").asText());
        }
    }

    private void put(String path, Map<String, Object> body) {
        stack.api().put(path, StagecoachJson.mapper().valueToTree(body));
    }
}
