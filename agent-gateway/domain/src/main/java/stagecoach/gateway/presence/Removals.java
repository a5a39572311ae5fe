package stagecoach.gateway.presence;

import java.util.List;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.contracts.agent.Removal.RemovedRelease;

/**
 * What machines tell of removals, cut to a size that fits into any event, so that nothing a machine
 * says can keep the gateway from telling of it.
 */
final class Removals {
    private static final int REASON_MAX = 500;
    private static final int DIRECTORY_MAX = 1_000;

    private Removals() {}

    static Removal bounded(Removal told) {
        List<RemovedPackage> packages = told.packages().stream().limit(Removal.NAMED_MAX).toList();
        List<RemovedRelease> releases =
                told.releases().stream()
                        .limit((long) Removal.NAMED_MAX - packages.size())
                        .map(Removals::bounded)
                        .toList();
        return new Removal(
                told.number(),
                told.at(),
                told.deployment(),
                told.rule(),
                cut(told.reason(), REASON_MAX),
                packages,
                releases,
                told.count(),
                told.bytes());
    }

    private static RemovedRelease bounded(RemovedRelease release) {
        return new RemovedRelease(
                release.id(),
                release.version(),
                cut(release.directory(), DIRECTORY_MAX),
                release.bytes());
    }

    private static String cut(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max);
    }
}
