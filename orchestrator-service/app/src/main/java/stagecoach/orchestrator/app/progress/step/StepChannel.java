package stagecoach.orchestrator.app.progress.step;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.StepState;
import stagecoach.contracts.steprun.StepRunEvent;
import stagecoach.contracts.steprun.StepRunEvent.StepFinished;
import stagecoach.contracts.steprun.StepRunEvent.StepRunCancelling;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepSkipped;
import stagecoach.contracts.steprun.StepRunEvent.StepStarted;
import stagecoach.contracts.steprun.StepRunEvent.StepTryFailed;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.inbox.Inbox;
import stagecoach.runtime.inbox.InboxEvent;
import stagecoach.vocabulary.identity.RunId;

/** Keeps the rows of steps by what the step-runner tells. */
@ApplicationScoped
public class StepChannel {
    /** The handler's name. */
    public static final String HANDLER = "orchestrator-progress-steps";

    private final Inbox inbox;

    StepChannel(Inbox inbox) {
        this.inbox = inbox;
    }

    @Incoming("progress-steps")
    Uni<Void> on(ConsumerRecords<String, byte[]> records) {
        return inbox.handle(HANDLER, records, StepRunEvent.class, StepChannel::onEvents);
    }

    /** Writes what events of one run tell. */
    public static void onEvents(Tx tx, List<InboxEvent<StepRunEvent>> events) {
        for (InboxEvent<StepRunEvent> event : events) {
            var rows = new StepRows(tx, RunId.parse(event.stream().name()));
            Instant at = event.at();
            switch (event.event()) {
                case StepRunStarted started -> rows.begin(started, at);
                case StepStarted step -> rows.started(step, at);
                case StepTryFailed failed -> rows.tryFailed(failed);
                case StepFinished finished -> rows.finished(finished, at);
                case StepSkipped skipped -> rows.skipped(skipped, at);
                case StepRunCancelling cancelling -> {}
                case StepRunEnded ended -> rows.settle(ended.results(), at);
            }
        }
    }

    /** The key of a pair's place. */
    static String placeOf(Pair pair) {
        return pair.target().map(Object::toString).orElse("");
    }

    /** Whether nothing more is expected. */
    static boolean ended(StepState state) {
        return state != StepState.PENDING && state != StepState.RUNNING;
    }
}
