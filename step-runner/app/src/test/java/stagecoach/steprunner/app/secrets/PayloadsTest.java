package stagecoach.steprunner.app.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.steprunner.app.StepRunnerTest;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Ticket;

@StepRunnerTest
class PayloadsTest {
    private static final DeploymentId DEPLOYMENT = new DeploymentId("7f3k9qzm");

    @Inject UnitOfWork unitOfWork;
    @Inject Payloads payloads;

    private static CommandPayload asking(String url) {
        return new CommandPayload.Http(
                url,
                "GET",
                List.of(200),
                Optional.empty(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2),
                List.of());
    }

    /**
     * Guards: two pods that heard of two ends of one step at once both began its next place; the
     * second one's payload failed on the first one's, and the event that it handled was parked.
     */
    @Test
    void who_decides_the_same_second_finds_the_payload_and_is_not_failed_by_it() {
        var ticket = new Ticket(UUID.randomUUID());
        unitOfWork.execute(tx -> payloads.keep(tx, ticket, DEPLOYMENT, asking("http://a/")));
        unitOfWork.execute(tx -> payloads.keep(tx, ticket, DEPLOYMENT, asking("http://a/")));

        List<ReadPayloads.Entry> kept = unitOfWork.run(tx -> payloads.read(tx, List.of(ticket)));
        assertThat(kept)
                .singleElement()
                .satisfies(one -> assertThat(one.payload()).isEqualTo(asking("http://a/")));
    }
}
