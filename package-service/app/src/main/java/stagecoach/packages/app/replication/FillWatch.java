package stagecoach.packages.app.replication;

import java.util.List;
import java.util.Optional;
import stagecoach.vocabulary.identity.DeploymentId;

/** Whoever waits for a package to come into a cache. */
public interface FillWatch {
    /** So much of it is there. */
    void progress(long bytes);

    /** The deployments that wait now, each once, in the order in which they came. */
    List<DeploymentId> waiting();

    /** The deployment that alone waits, whose budget counts; several share none. */
    default Optional<DeploymentId> alone() {
        List<DeploymentId> all = waiting();
        return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }

    /** Whether nobody waits any more. */
    boolean abandoned();
}
