package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import stagecoach.contracts.internal.Plan;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.release.PlanStore;
import stagecoach.orchestrator.deployment.Observation;
import stagecoach.orchestrator.needs.Roster;
import stagecoach.orchestrator.needs.Settled;
import stagecoach.orchestrator.release.PlaceConditions;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;

/** Sees the machines as they are now, for commands that may begin a run. */
@ApplicationScoped
public class Observations {
    private final CatalogStore catalog;
    private final PlanStore plans;
    private final DeploymentSettings settings;

    Observations(CatalogStore catalog, PlanStore plans, DeploymentSettings settings) {
        this.catalog = catalog;
        this.plans = plans;
        this.settings = settings;
    }

    /** The machines of an environment, at {@code now}. */
    public Observation of(Tx tx, EnvironmentId environment, Instant now) {
        return of(tx, roster(tx, environment), now);
    }

    /** The same, for whoever has seen the machines already. */
    Observation of(Tx tx, Roster roster, Instant now) {
        return new Observation(roster, now, settings.arrivalsWait(), settled(tx));
    }

    /** The machines alone, for all deployments to the environment. */
    Roster roster(Tx tx, EnvironmentId environment) {
        return catalog.roster(tx, environment);
    }

    /** Opens the plan only when a condition is asked for. */
    private Settled settled(Tx tx) {
        Map<Digest, PlaceConditions> opened = new HashMap<>();
        return (plan, step, place) ->
                opened.computeIfAbsent(
                                plan,
                                digest -> new PlaceConditions(plans.read(tx, digest, Plan.class)))
                        .leavesOut(step.name(), place);
    }
}
