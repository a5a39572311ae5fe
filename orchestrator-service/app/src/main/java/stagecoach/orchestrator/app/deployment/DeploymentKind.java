package stagecoach.orchestrator.app.deployment;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.channel.Topic;
import stagecoach.contracts.deployment.DeploymentEvent;
import stagecoach.contracts.deployment.DeploymentEvent.DeploymentQueued;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.deployment.Deployment;
import stagecoach.orchestrator.deployment.DeploymentCommand;
import stagecoach.orchestrator.deployment.DeploymentDecider;
import stagecoach.orchestrator.deployment.Progress;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Run;

/** The streams of deployments, with the rows and slots that go with them in one transaction. */
@ApplicationScoped
public class DeploymentKind
        implements AggregateKind<Deployment, DeploymentCommand, DeploymentEvent> {
    private static final String NAME = "deployment";

    private final DeploymentDecider decider = new DeploymentDecider();
    private final Admission admission;
    private final Arrivals arrivals;

    DeploymentKind(Admission admission, Arrivals arrivals) {
        this.admission = admission;
        this.arrivals = arrivals;
    }

    /** The stream of a deployment. */
    public static StreamId streamOf(DeploymentId deployment) {
        return StreamId.of(NAME, deployment);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Decider<Deployment, DeploymentCommand, DeploymentEvent> decider() {
        return decider;
    }

    @Override
    public Class<DeploymentEvent> eventFamily() {
        return DeploymentEvent.class;
    }

    @Override
    public Topic topic() {
        return Channels.DEPLOYMENTS;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, Deployment state) {
        return switch (state) {
            case Deployment.Nothing() -> EventAttributes.none();
            case Deployment.Queued(var asked, var progress, var _) -> attributes(asked, progress);
            case Deployment.Staged(var asked, var progress) -> attributes(asked, progress);
            case Deployment.Running(var asked, var progress, var _) -> attributes(asked, progress);
            case Deployment.Cancelling cancelling ->
                    attributes(cancelling.asked(), cancelling.progress());
            case Deployment.Ended(var asked, var progress, var _) -> attributes(asked, progress);
        };
    }

    private static EventAttributes attributes(DeploymentQueued asked, Progress progress) {
        return new EventAttributes(
                Optional.of(asked.deployment()),
                Optional.of(asked.project()),
                Optional.of(asked.environment()),
                Optional.of(progress.runs()).filter(runs -> runs > 0).map(Run::new));
    }

    @Override
    public void inSameTransaction(
            Tx tx,
            StreamId stream,
            Deployment before,
            Deployment after,
            List<Recorded<DeploymentEvent>> events) {
        DeploymentRows.write(tx, new DeploymentId(stream.name()), events);
        InterruptionRows.write(tx, stream.name(), events);
        arrivals.follow(tx, before, after);
        admission.follow(tx, this, before, after, events.getLast());
    }
}
