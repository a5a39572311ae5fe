package stagecoach.tentacle.session;

import java.io.IOException;
import java.util.Optional;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;

/** What the tentacle can tell of its machine. */
final class MachineHealth {
    private static final long FREE_BYTES_MIN = 256L << 20;

    private MachineHealth() {}

    static TentacleFrame.Health of(Home home) throws IOException {
        long free = home.freeBytes();
        return new TentacleFrame.Health(
                free,
                free < FREE_BYTES_MIN
                        ? Optional.of(
                                "only %d MiB are free on %s".formatted(free >> 20, home.root()))
                        : Optional.empty());
    }
}
