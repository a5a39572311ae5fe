package stagecoach.packages.app.transfer;

import io.quarkus.logging.Log;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.index.PostgresIndex;
import stagecoach.packages.app.upstream.Deadline;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.ingest.NuspecReader;
import stagecoach.packages.server.ingest.PackageRefusedException;
import stagecoach.packages.server.nuget.FlatContainer;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.vocabulary.identity.FeedId;

/**
 * Reads from stored packages what was not kept of them when they came. It begins at every start,
 * and is over at once where nothing is missing. What it reads is kept for good, so that it believes
 * no package that was not compared with its digest.
 */
@Singleton
public class DetailsBackfill {
    private static final int AT_ONCE_MAX = 50;

    /** Nobody waits for it, and a large package takes its time to be compared or brought back. */
    private static final Duration PATIENCE = Duration.ofHours(1);

    private final PostgresIndex index;
    private final FlatContainer packages;
    private final StoreCheck store;
    private @Nullable Thread thread;

    DetailsBackfill(PostgresIndex index, FlatContainer packages, StoreCheck store) {
        this.index = index;
        this.packages = packages;
        this.store = store;
    }

    void start(@Observes StartupEvent event) {
        thread = Thread.ofVirtual().name("details-backfill").start(this::begin);
    }

    @PreDestroy
    void stop() {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void begin() {
        try {
            run();
        } catch (TemporaryFailure away) {
            Log.warn("What packages say of themselves is read at the next start.", away);
        }
    }

    /**
     * Reads what is missing; what cannot be read is told in the log and tried at the next start.
     */
    public void run() {
        Optional<PackageEntry> last = Optional.empty();
        List<PackageEntry> entries = index.withoutDetails(last, AT_ONCE_MAX);
        while (!entries.isEmpty() && !Thread.currentThread().isInterrupted()) {
            entries.forEach(this::read);
            last = Optional.of(entries.getLast());
            entries = index.withoutDetails(last, AT_ONCE_MAX);
        }
    }

    private void read(PackageEntry entry) {
        var pin = entry.pin();
        try {
            Optional<String> damaged =
                    store.checkForReaders(FeedId.BUILT_IN, pin, Deadline.in(PATIENCE));
            if (damaged.isPresent()) {
                Log.warnf(
                        "What a stored package depends on is not read. id=%s version=%s cause=%s",
                        pin.id(), pin.version(), damaged.get());
                return;
            }
            Optional<byte[]> nuspec = packages.nuspec(pin.id(), pin.version());
            if (nuspec.isPresent()) {
                index.describe(entry, NuspecReader.read(nuspec.get()).details());
            }
        } catch (IOException | PackageRefusedException unreadable) {
            Log.warnf(
                    unreadable,
                    "A stored package does not say what it depends on. id=%s version=%s",
                    pin.id(),
                    pin.version());
        } catch (InterruptedException e) {
            // The server is being stopped.
            Thread.currentThread().interrupt();
        }
    }
}
