package stagecoach.orchestrator.app.absence;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.orchestrator.app.progress.WaitingReasons;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.process.Phase;

/**
 * A deployment under way waits for those that its phase needs and that are away: nothing is lost
 * meanwhile, but nothing would tell why it does not go on either.
 */
@ApplicationScoped
class WhoIsAway implements WaitingReasons {
    /** What was decided cannot be told to the other services. */
    private static final String KAFKA_AWAY = "KAFKA_AWAY";

    /** Nobody does what a service has to do. */
    private static final String SERVICE_AWAY = "SERVICE_AWAY";

    private final AbsenceWatch watch;

    WhoIsAway(AbsenceWatch watch) {
        this.watch = watch;
    }

    @Override
    public List<WaitingReason> of(Tx tx, DeploymentId deployment) {
        Sightings seen = watch.sightings();
        if (seen.isComplete()) {
            return List.of();
        }
        var reasons = new ArrayList<WaitingReason>();
        for (var row :
                tx.select(
                        """
                        SELECT p.phase FROM deployment d
                        LEFT JOIN deployment_phase p ON p.deployment = d.id AND p.ended_at IS NULL
                        WHERE d.id = ?1 AND d.state IN ('RUNNING', 'CANCELLING')""",
                        deployment.value())) {
            seen.kafkaAway().ifPresent(since -> reasons.add(kafka(since)));
            row.optionalText(0)
                    .map(Phase::valueOf)
                    .ifPresent(
                            phase -> {
                                for (Neighbour neighbour : neededIn(phase)) {
                                    seen.away(neighbour)
                                            .ifPresent(
                                                    since ->
                                                            reasons.add(service(neighbour, since)));
                                }
                            });
        }
        return reasons;
    }

    private static List<Neighbour> neededIn(Phase phase) {
        return switch (phase) {
            case PRE_ACQUISITION, DEPLOYMENT ->
                    List.of(Neighbour.STEP_RUNNER, Neighbour.AGENT_GATEWAY);
            case ACQUISITION -> List.of(Neighbour.PACKAGE_SERVICE, Neighbour.AGENT_GATEWAY);
        };
    }

    private static WaitingReason kafka(Instant since) {
        return new WaitingReason(
                KAFKA_AWAY,
                "Kafka has not answered since %s; what was decided is kept, and goes on by itself when it answers again"
                        .formatted(since),
                Map.of("since", since));
    }

    private static WaitingReason service(Neighbour neighbour, Instant since) {
        return new WaitingReason(
                SERVICE_AWAY,
                "no %s is there since %s; what it has to do waits for it"
                        .formatted(neighbour.service(), since),
                Map.of("service", neighbour.service(), "since", since));
    }
}
