package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Sees the machines as they are now, for commands that may begin a run. */
@ApplicationScoped
public class Observations {
    private final CatalogStore catalog;
    private final DeploymentSettings settings;

    Observations(CatalogStore catalog, DeploymentSettings settings) {
        this.catalog = catalog;
        this.settings = settings;
    }

    /** The machines of an environment, at {@code now}. */
    public Observation of(Tx tx, EnvironmentId environment, Instant now) {
        return new Observation(catalog.roster(tx, environment), now, settings.arrivalsWait());
    }
}
