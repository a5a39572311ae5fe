package stagecoach.packages.app.acquisition;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.packages.app.acquisition.OpenAcquisitions.Waiter;
import stagecoach.packages.app.replication.FillWatch;
import stagecoach.packages.app.transfer.Flights.Flight;
import stagecoach.runtime.logs.LogPublisher;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;

/** Tells deployments now and then how far their packages have come; lost without harm. */
@Singleton
class ProgressTold {
    private static final long EVERY_NANOS = Duration.ofSeconds(1).toNanos();

    private final LogPublisher logs;

    ProgressTold(LogPublisher logs) {
        this.logs = logs;
    }

    /** A watch over one transfer, for all that wait for it. */
    FillWatch of(CacheId cache, Flight<Waiter> flight) {
        return new FillWatch() {
            private long toldAt = System.nanoTime();

            @Override
            public void progress(long bytes) {
                if (System.nanoTime() - toldAt >= EVERY_NANOS) {
                    toldAt = System.nanoTime();
                    tell(cache, flight.waiting(), bytes);
                }
            }

            @Override
            public List<DeploymentId> waiting() {
                return flight.waiting().stream().map(Waiter::deployment).distinct().toList();
            }

            @Override
            public boolean abandoned() {
                return flight.abandoned();
            }
        };
    }

    private void tell(CacheId cache, List<Waiter> waiting, long bytes) {
        var entries = new LinkedHashMap<Object, LogEntry>();
        for (Waiter waiter : waiting) {
            entries.put(
                    waiter.deployment(),
                    new TransferProgress(
                            waiter.deployment(),
                            waiter.pinned().pin(),
                            Optional.empty(),
                            Optional.of(cache),
                            bytes));
        }
        var _ =
                logs.publish(List.copyOf(entries.values()))
                        .exceptionally(
                                e -> {
                                    Log.debug("Progress could not be told.", e);
                                    return null;
                                });
    }
}
