package stagecoach.gateway.app.mailbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/** What the database does not say in time, or says too early. */
@GatewayTest
class UnsureTest {
    @Inject Scene scene;
    @Inject UnitOfWork unitOfWork;
    @Inject MailboxStore store;

    /** The next transaction that changes the ticket commits, but is not waited for so long. */
    private void letCommitTakeLongerThanItIsWaitedFor(Ticket ticket) {
        unitOfWork.execute(
                tx -> {
                    tx.execute("CREATE TABLE slow_commit (ticket uuid)");
                    tx.execute("INSERT INTO slow_commit VALUES (?1)", ticket.value());
                    tx.execute(
                            """
                            CREATE FUNCTION commit_slowly() RETURNS trigger LANGUAGE plpgsql AS $$
                            BEGIN
                                DELETE FROM slow_commit WHERE ticket = NEW.ticket;
                                IF FOUND THEN
                                    PERFORM pg_sleep(31);
                                END IF;
                                RETURN NULL;
                            END $$
                            """);
                    tx.execute(
                            """
                            CREATE CONSTRAINT TRIGGER commit_slowly AFTER UPDATE ON command
                                DEFERRABLE INITIALLY DEFERRED
                                FOR EACH ROW EXECUTE FUNCTION commit_slowly()
                            """);
                });
    }

    @Test
    void
            a_command_of_which_nobody_knows_whether_it_is_marked_as_sent_is_sent_in_the_same_session() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.aTicket();
        letCommitTakeLongerThanItIsWaitedFor(ticket);
        Scene.give(Scene.script(agent, ticket, Duration.ofMinutes(10)));
        await().atMost(StagecoachResource.PATIENCE.multipliedBy(2))
                .until(
                        () ->
                                machine.heard(Deliver.class).stream()
                                        .anyMatch(d -> d.command().ticket().equals(ticket)));
        assertThat(machine.isOpen()).isTrue();
        unitOfWork.execute(tx -> tx.execute("DROP TABLE slow_commit"));
        unitOfWork.execute(tx -> tx.execute("DROP FUNCTION commit_slowly CASCADE"));
    }

    @Test
    void a_machine_that_connects_while_its_command_is_judged_is_not_away() throws Exception {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        machine.await(Deliver.class);
        machine.drop();
        await().atMost(StagecoachResource.PATIENCE).until(() -> awaySince(ticket).isPresent());
        CompletableFuture<Optional<Instant>> judged = new CompletableFuture<>();
        try (var judge = Executors.newVirtualThreadPerTaskExecutor()) {
            unitOfWork.execute(
                    tx -> {
                        tx.execute(
                                "UPDATE session SET pod = gen_random_uuid(), lost_at = NULL WHERE agent = ?1",
                                agent.value());
                        judge.execute(() -> judged.complete(awaySince(ticket)));
                        await().atMost(StagecoachResource.PATIENCE).until(this::somebodyWaits);
                    });
            assertThat(judged.get(20, TimeUnit.SECONDS)).isEmpty();
        }
    }

    private Optional<Instant> awaySince(Ticket ticket) {
        return unitOfWork.run(tx -> store.awaySince(tx, ticket, Instant.EPOCH));
    }

    private boolean somebodyWaits() {
        return !unitOfWork
                .run(
                        tx ->
                                tx.rows(
                                        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FROM session s%FOR SHARE%'"))
                .isEmpty();
    }
}
