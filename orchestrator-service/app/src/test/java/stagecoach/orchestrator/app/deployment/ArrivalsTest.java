package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.deployment.DeploymentEvent.ArrivalsAwaited;
import stagecoach.contracts.run.PhaseWork;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;

/** Who learns that a machine has changed. */
@OrchestratorTest
class ArrivalsTest {
    @Inject UnitOfWork unitOfWork;

    private Phases phases;

    @BeforeEach
    void listen() {
        phases = new Phases();
    }

    @AfterEach
    void stop() {
        phases.close();
    }

    /** A shop that waits for its second machine. */
    private String waiting(Shop shop) {
        shop.process(
                """
                {"steps": [{"name": "start", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                  "unavailableTargets": "WAIT", "waitFor": "PT2H",
                  "script": {"syntax": "BASH", "body": "./start"}}]}""");
        shop.release("1.0.0");
        Machines.leaves(shop.web(2));
        String id = shop.deploy("1.0.0");
        phases.await(id, ArrivalsAwaited.class, _ -> true);
        return id;
    }

    private static void takeOutOfService(Shop shop) {
        Api.expect(
                200,
                Api.put(
                        "/targets/" + shop.web(2),
                        "{\"environments\": [\"%s\"], \"tags\": [\"web\"], \"region\": \"eu\", \"disabled\": true}"
                                .formatted(shop.environment())));
    }

    private void finish(String deployment, Shop shop) {
        var deploy = phases.awaitPhase(deployment, 1);
        assertThat(((PhaseWork.Steps) deploy.work()).assignments().getFirst().places())
                .extracting(place -> place.target().orElseThrow().value())
                .containsExactly(shop.web(1));
        Phases.succeeds(deploy);
        phases.awaitEnd(deployment, 1);
    }

    @Test
    void who_waits_finds_out_even_if_the_process_that_changed_the_machine_died_before_it_told() {
        var shop = Shop.open(2);
        String id = waiting(shop);
        unitOfWork.execute(
                tx -> tx.execute("UPDATE target SET disabled = true WHERE id = ?1", shop.web(2)));
        finish(id, shop);
    }

    @Test
    void a_target_concerns_the_deployments_to_its_environments_and_a_worker_those_to_all() {
        var shop = Shop.open(2);
        var other = Shop.open(2);
        String id = waiting(shop);
        String elsewhere = waiting(other);
        var target = AgentId.of(new TargetId(shop.web(1)));
        var here = Set.of(new EnvironmentId(shop.environment()));
        assertThat(concerned(target, here)).contains(id).doesNotContain(elsewhere);
        assertThat(concerned(target, Set.of())).isEmpty();
        assertThat(concerned(AgentId.of(new WorkerId("hq-1")), Set.of())).contains(id, elsewhere);
        takeOutOfService(shop);
        takeOutOfService(other);
        finish(id, shop);
        finish(elsewhere, other);
    }

    private List<String> concerned(AgentId agent, Set<EnvironmentId> environments) {
        return unitOfWork.run(
                tx ->
                        Arrivals.concerned(tx, agent, environments).stream()
                                .map(row -> row.text(0))
                                .toList());
    }
}
