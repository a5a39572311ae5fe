package stagecoach.orchestrator.app.deployment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** What of deployments can be set. */
@ConfigMapping(prefix = "stagecoach.deployment")
public interface DeploymentSettings {
    /** Deployments under way at once, over all projects. */
    @WithDefault("20")
    int tasksMax();

    /** How often is looked who may start, though nobody has said that there is room. */
    @WithDefault("10s")
    Duration admissionEvery();

    /**
     * How long a run waits for machines at which it would fail; zero for not at all. Longer than
     * the longest pause after which a tentacle dials again.
     */
    @WithDefault("30s")
    Duration arrivalsWait();

    /**
     * How long a question to a person may stay open until the packages that were acquired before it
     * are looked after again.
     */
    @WithDefault("10m")
    Duration pauseTrust();
}
