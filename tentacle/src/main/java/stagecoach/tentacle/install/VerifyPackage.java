package stagecoach.tentacle.install;

import java.io.IOException;
import stagecoach.tentacle.journal.Results;
import stagecoach.tentacle.packages.PackageStore;
import stagecoach.tentacle.packages.PackageStore.Held;
import stagecoach.vocabulary.packages.PackagePin;

/** Reads the whole package that the machine holds and compares it with its digest. */
final class VerifyPackage implements Behaviour {
    private final PackageStore store;

    VerifyPackage(PackageStore store) {
        this.store = store;
    }

    @Override
    public void apply(Installation installation) throws InstallFailed, IOException {
        if (installation.isUnpacked()) {
            return;
        }
        PackagePin pin = installation.command().pin();
        switch (store.find(pin)) {
            case Held.Verified verified -> installation.packageFile(verified.file());
            case Held.Absent _ ->
                    throw new InstallFailed(
                            Results.refused(
                                    "%s %s is not on this machine. Acquire it, then retry."
                                            .formatted(pin.id(), pin.version())));
            case Held.Purged purged ->
                    throw new InstallFailed(
                            "The machine's copy of %s %s had %s and was removed. Acquire it again, then retry."
                                    .formatted(pin.id(), pin.version(), purged.actual()));
        }
    }
}
