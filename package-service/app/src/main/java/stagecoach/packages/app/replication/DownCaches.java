package stagecoach.packages.app.replication;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.LongSupplier;
import stagecoach.trust.SilentServers;

/** Which caches did not answer at all. One that is put elsewhere is another. */
@Singleton
final class DownCaches extends SilentServers {
    @Inject
    DownCaches(ReplicationConfig config) {
        this(config.downFor(), System::nanoTime);
    }

    DownCaches(Duration remembered, LongSupplier nanoTime) {
        super(remembered, nanoTime);
    }
}
