package stagecoach.orchestrator.app.progress.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.LogEntry.Output;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;

@OrchestratorTest
class LogRetentionTest {
    /** As the pod has it, whose own rounds must not find anything old that is not yet to go. */
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);

    @Inject UnitOfWork unitOfWork;

    @Inject LogRetention retention;

    private static String deployment() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        return shop.deploy("1.0.0");
    }

    private void write(String deployment, Ticket ticket, long chunk, String line) {
        TestEvents.publish(
                new Output(
                        ticket,
                        AgentId.of(new TargetId("l-1")),
                        new CommandContext(
                                new DeploymentId(deployment),
                                new ProjectId("shop"),
                                new EnvironmentId("production"),
                                new Run(3),
                                Optional.empty(),
                                Optional.of(new TargetId("l-1"))),
                        chunk,
                        List.of(new OutputLine(now, OutputKind.OUT, line))));
    }

    private static List<String> lines(String deployment) {
        return Api.get("/deployments/" + deployment + "/logs").jsonPath().getList("items.text");
    }

    private static void awaitLines(String deployment, String... lines) {
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(() -> assertThat(lines(deployment)).containsExactly(lines));
    }

    private int forget(String deployment, Instant endedAt, int rowsMax) {
        return unitOfWork.run(
                tx -> {
                    tx.execute(
                            "UPDATE deployment SET ended_at = ?2 WHERE id = ?1",
                            deployment,
                            endedAt);
                    return retention.forget(tx, now, rowsMax);
                });
    }

    @Test
    void output_goes_ninety_days_after_its_deployment_has_ended_and_its_numbers_stay_taken() {
        String old = deployment();
        String open = deployment();
        var ticket = new Ticket(UUID.randomUUID());
        write(old, ticket, 1, "one");
        write(old, ticket, 2, "two");
        write(open, new Ticket(UUID.randomUUID()), 1, "goes on");
        awaitLines(old, "one", "two");
        awaitLines(open, "goes on");

        forget(old, now.minus(Duration.ofDays(89)), 1);
        assertThat(lines(old)).containsExactly("one", "two");
        Instant longAgo = now.minus(Duration.ofDays(91));
        assertThat(forget(old, longAgo, 1)).isEqualTo(1);
        assertThat(lines(old)).containsExactly("two");
        forget(old, longAgo, 10);
        assertThat(lines(old)).isEmpty();
        assertThat(forget(old, longAgo, 10)).isZero();
        assertThat(lines(open)).containsExactly("goes on");

        write(old, new Ticket(UUID.randomUUID()), 1, "taken up again");
        awaitLines(old, "taken up again");
        assertThat(
                        Api.get("/deployments/" + old + "/logs")
                                .jsonPath()
                                .getList("items.seq", Integer.class))
                .containsExactly(3);
    }
}
