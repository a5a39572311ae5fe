package stagecoach.local.launcher.demo;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import stagecoach.cli.client.Text;
import stagecoach.cli.manifest.Application;
import stagecoach.cli.manifest.ManifestReader;
import stagecoach.local.engines.FreePort;
import stagecoach.local.launcher.demo.ocean.Carried;
import stagecoach.local.launcher.demo.ocean.Gate.Change;
import stagecoach.local.launcher.demo.ocean.Ocean;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;
import stagecoach.local.launcher.installation.LocalMachines;
import stagecoach.local.launcher.installation.Patience;

/** The demo's geography: hq, an ocean, two regions with a cache and three machines each. */
final class World {
    static final List<String> REGIONS = List.of("eu", "us");
    static final int MACHINES_PER_REGION = 3;
    private static final String DARK_REGION = "us";

    private final LocalMachines stack;
    private final Ocean ocean = new Ocean();
    private final Machines machines;
    private final Path tunnel;
    private final Map<String, Integer> shopPorts = new LinkedHashMap<>();

    World(Path home, LocalMachines stack) {
        this.stack = stack;
        this.machines = new Machines(home.resolve("machines"), home.resolve("pids"));
        this.tunnel = home.resolve("tunnel-to-us");
    }

    Ocean ocean() {
        return ocean;
    }

    Machines machines() {
        return machines;
    }

    int shopPort(String machine) {
        return shopPorts.getOrDefault(machine, 0);
    }

    /** Starts caches and machines behind the ocean; afterwards one region is dark. */
    void connect() throws Exception {
        for (String path :
                List.of(
                        "/regions/eu",
                        "/regions/us",
                        "/environments/production",
                        "/worker-pools/hq")) {
            String name = path.substring(path.lastIndexOf('/') + 1);
            Patience.with(
                    () ->
                            stack.api()
                                    .put(
                                            path,
                                            JsonNodeFactory.instance
                                                    .objectNode()
                                                    .put("name", name)));
        }
        stack.startTentacle(
                new LocalMachines.Machine(
                        "worker-1",
                        Optional.empty(),
                        List.of(),
                        List.of(),
                        Optional.of("hq"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
        for (String region : REGIONS) {
            URI pull = ocean.towardsHq(region, Purpose.CACHE, stack.pullUrl());
            String cache = "cache-" + region;
            URI listens = stack.startCache(cache);
            URI push = ocean.towardsRegion(region, Purpose.CONTROL, listens);
            stack.registerCache(cache, region, listens, push, pull);
            URI agents = ocean.towardsHq(region, Purpose.CONTROL, stack.agentUrl());
            URI bytes = ocean.towardsHq(region, Purpose.BYTES, stack.bytesUrl());
            for (int i = 0; i < MACHINES_PER_REGION; i++) {
                String name = "web-" + (shopPorts.size() + 1);
                stack.startTentacle(web(name, region, agents, bytes));
                shopPorts.put(name, FreePort.find(1).getFirst());
            }
        }
        stack.awaitReady("tentacle-worker-1");
        for (String machine : shopPorts.keySet()) {
            stack.awaitReady("tentacle-" + machine);
        }
        Files.deleteIfExists(tunnel);
        ocean.hangOn(DARK_REGION, tunnel);
    }

    private static LocalMachines.Machine web(String name, String region, URI agents, URI bytes) {
        return new LocalMachines.Machine(
                name,
                Optional.of(region),
                List.of("production"),
                List.of("web"),
                Optional.empty(),
                Optional.of(agents),
                Optional.of(bytes),
                Optional.empty());
    }

    /** Applies the demo's manifest through the API. */
    void apply(Path manifest) throws Exception {
        var environment = new HashMap<String, String>();
        environment.put("DEMO_MACHINES", machines.folder().toString());
        environment.put("DEMO_PIDS", machines.pids().toString());
        environment.put("DEMO_TUNNEL", tunnel.toString());
        environment.put(
                "DEMO_JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
        shopPorts.forEach(
                (machine, port) ->
                        environment.put(
                                "DEMO_PORT_" + machine.toUpperCase(Locale.ROOT).replace('-', '_'),
                                Integer.toString(port)));
        var located =
                ManifestReader.read(manifest, name -> Optional.ofNullable(environment.get(name)));
        var application = new Application(stack.api(), located);
        Patience.with(
                () -> {
                    application.judge();
                    application.write();
                    return located;
                });
    }

    /** When the tunnel was first opened after {@code moment}. */
    Optional<Instant> openedSince(Instant moment) {
        return ocean.gate(DARK_REGION).changes().stream()
                .filter(change -> change.open() && change.at().isAfter(moment))
                .map(Change::at)
                .findFirst();
    }

    /**
     * When the first byte of a package left hq for a region since the relays last forgot theirs.
     */
    Optional<Instant> firstPackageByte() {
        return ocean.relays().stream()
                .filter(relay -> relay.purpose() != Purpose.CONTROL)
                .flatMap(relay -> relay.firstByteAt().stream())
                .min(Instant::compareTo);
    }

    /** The packages' bytes that have crossed so far, in one line. */
    String wanLine() {
        return Carried.by(ocean).packagesByRegion().entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(e -> "hq→%s %s".formatted(e.getKey(), Text.bytes(e.getValue())))
                .collect(Collectors.joining("  ", "WAN ", ""));
    }

    /** Ends what scripts started, and the ocean. */
    void end() throws IOException, InterruptedException {
        machines.endAll();
        ocean.close();
    }
}
