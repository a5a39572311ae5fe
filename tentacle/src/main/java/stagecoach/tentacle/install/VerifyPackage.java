package stagecoach.tentacle.install;

import java.io.IOException;
import java.nio.file.Path;
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
        installation.packageFile(verified(store, installation.command().pin()));
    }

    /** The file of a package that the machine holds, read and compared just now. */
    static Path verified(PackageStore store, PackagePin pin) throws InstallFailed, IOException {
        return switch (store.find(pin)) {
            case Held.Verified verified -> verified.file();
            case Held.Absent _ ->
                    throw new InstallFailed(
                            Results.refused(
                                    "%s %s is not on this machine. Acquire it, then retry."
                                            .formatted(pin.id(), pin.version())));
            case Held.Purged purged ->
                    throw new InstallFailed(
                            "The machine's copy of %s %s had %s and was removed. Acquire it again, then retry."
                                    .formatted(pin.id(), pin.version(), purged.actual()));
        };
    }
}
