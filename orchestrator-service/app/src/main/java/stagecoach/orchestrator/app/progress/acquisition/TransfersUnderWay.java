package stagecoach.orchestrator.app.progress.acquisition;

import java.time.Instant;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import stagecoach.contracts.agent.LogEntry.TransferProgress;
import stagecoach.orchestrator.app.progress.acquisition.AcquisitionRows.HolderKind;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.packages.PackagePin;

/** How far packages have come, the last word on each; rows are written in one order. */
public final class TransfersUnderWay {
    private final Map<Transfer, TransferProgress> last =
            new TreeMap<>(
                    Comparator.comparing(Transfer::deployment)
                            .thenComparing(Transfer::pinName)
                            .thenComparing(Transfer::kind)
                            .thenComparing(Transfer::holder));

    private record Transfer(String deployment, String pinName, HolderKind kind, String holder) {}

    /** Takes a report. */
    public void add(TransferProgress progress) {
        PackagePin pin = progress.pin();
        String name = pin.id().lower() + " " + pin.version();
        progress.target()
                .ifPresent(
                        target ->
                                keep(
                                        new Transfer(
                                                progress.deployment().value(),
                                                name,
                                                HolderKind.TARGET,
                                                target.value()),
                                        progress));
        progress.cache()
                .ifPresent(
                        cache ->
                                keep(
                                        new Transfer(
                                                progress.deployment().value(),
                                                name,
                                                HolderKind.CACHE,
                                                cache.value()),
                                        progress));
    }

    private void keep(Transfer transfer, TransferProgress progress) {
        last.merge(transfer, progress, (one, other) -> one.bytes() > other.bytes() ? one : other);
    }

    /** Writes them; what has ended already stays as it is. */
    public void write(Tx tx, Instant now) {
        last.forEach(
                (transfer, progress) ->
                        AcquisitionRows.progressed(
                                tx,
                                transfer.deployment(),
                                progress.pin(),
                                transfer.kind(),
                                transfer.holder(),
                                progress.bytes(),
                                now));
    }
}
