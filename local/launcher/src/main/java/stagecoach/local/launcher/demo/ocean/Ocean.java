package stagecoach.local.launcher.demo.ocean;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import stagecoach.local.launcher.demo.ocean.WanRelay.Purpose;

/**
 * The WAN between hq and the regions: a relay per region and purpose, and the tunnel that one
 * region hangs on.
 */
public final class Ocean implements AutoCloseable {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private final Map<String, Gate> gates = new LinkedHashMap<>();
    private final List<WanRelay> relays = new ArrayList<>();
    private volatile boolean closed;

    /** Whether {@code region} can be reached; open until {@link #hangOn} says otherwise. */
    public Gate gate(String region) {
        return gates.computeIfAbsent(region, name -> new Gate(true, Instant.now()));
    }

    /**
     * A relay through which {@code region} reaches {@code hq}; the base URL that its machines use.
     */
    public URI towardsHq(String region, Purpose purpose, URI hq) throws IOException {
        var relay = new WanRelay(region, purpose, gate(region), address(hq), true);
        relays.add(relay);
        return relayed(hq, relay);
    }

    /** A relay through which hq reaches something in {@code region}; the base URL that hq uses. */
    public URI towardsRegion(String region, Purpose purpose, URI inRegion) throws IOException {
        var relay = new WanRelay(region, purpose, gate(region), address(inRegion), false);
        relays.add(relay);
        return relayed(inRegion, relay);
    }

    /** From now on {@code region} is reached only while the file {@code tunnel} exists. */
    public void hangOn(String region, Path tunnel) {
        Gate gate = gate(region);
        Thread.ofVirtual()
                .name("tunnel-" + region)
                .start(
                        () -> {
                            while (!closed) {
                                boolean was = gate.open();
                                gate.set(Files.exists(tunnel), Instant.now());
                                if (was && !gate.open()) {
                                    relays.stream()
                                            .filter(r -> r.region().equals(region))
                                            .forEach(WanRelay::cut);
                                }
                                java.util.concurrent.locks.LockSupport.parkNanos(
                                        BETWEEN_LOOKS.toNanos());
                            }
                        });
    }

    public List<WanRelay> relays() {
        return List.copyOf(relays);
    }

    /** Bytes of control so far, both ways, all regions. */
    public long controlBytes() {
        return relays.stream()
                .filter(r -> r.purpose() == Purpose.CONTROL)
                .mapToLong(r -> r.bytesToHq() + r.bytesToRegion())
                .sum();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (WanRelay relay : relays) {
            relay.close();
        }
    }

    private static InetSocketAddress address(URI uri) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort());
    }

    private static URI relayed(URI uri, WanRelay relay) {
        return URI.create("%s://127.0.0.1:%d".formatted(uri.getScheme(), relay.port()));
    }
}
