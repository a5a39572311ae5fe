package stagecoach.orchestrator.app.absence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.progress.WaitingReason;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.channel.KafkaConnection;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.DeploymentId;

/** A deployment says who is away that it needs. */
@OrchestratorTest
class WhoIsAwayTest {
    @Inject AbsenceWatch watch;
    @Inject UnitOfWork unitOfWork;
    @Inject Clock clock;

    @ConfigProperty(name = "kafka.bootstrap.servers")
    String kafka;

    private final Phases phases = new Phases();
    private final List<KafkaConsumer<byte[], byte[]>> there = new ArrayList<>();

    @AfterEach
    void close() {
        there.forEach(KafkaConsumer::close);
        looks(() -> watch.sightings().others().size() == Neighbour.values().length);
        phases.close();
    }

    /** A service that has come: somebody listens in its group. */
    private void comes(Neighbour neighbour) {
        var consumer =
                new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                kafka,
                                ConsumerConfig.GROUP_ID_CONFIG,
                                neighbour.group()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer());
        there.add(consumer);
        consumer.subscribe(List.of("stagecoach.deployments"));
        looks(
                () -> {
                    var _ = consumer.poll(Duration.ofMillis(200));
                    return !watch.sightings().others().containsKey(neighbour);
                });
    }

    private void looks(Callable<Boolean> until) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            watch.look();
                            return until.call();
                        });
    }

    private static List<String> away(String deployment) {
        return Api.get("/deployments/" + deployment).jsonPath().getList("waitingFor.service");
    }

    @Test
    void a_phase_waits_for_the_services_that_it_needs_until_they_are_there() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var scripts = phases.awaitPhase(id, 1);
        looks(() -> away(id).size() == 2);
        var told = Api.get("/deployments/" + id).jsonPath();
        assertThat(told.getList("waitingFor.reason")).containsOnly("SERVICE_AWAY");
        assertThat(told.getList("waitingFor.service"))
                .containsExactly("step-runner", "agent-gateway");
        assertThat(told.getString("waitingFor[0].detail"))
                .startsWith("no step-runner is there since ");
        assertThat(told.getString("waitingFor[0].since")).isNotEmpty();

        comes(Neighbour.STEP_RUNNER);
        assertThat(away(id)).containsExactly("agent-gateway");
        comes(Neighbour.AGENT_GATEWAY);
        assertThat(away(id)).isEmpty();
        Phases.succeeds(scripts);

        var acquisition = phases.awaitPhase(id, 2);
        assertThat(away(id)).containsExactly("package-service");
        Phases.succeeds(acquisition);
        Phases.succeeds(phases.awaitPhase(id, 3));
        phases.awaitEnd(id, 1);
        assertThat(away(id)).isEmpty();
    }

    @Test
    void a_kafka_that_does_not_answer_is_told_and_what_was_decided_is_kept() throws Exception {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var scripts = phases.awaitPhase(id, 1);
        // A port at which nobody answers.
        var listeners = new Listeners(KafkaConnection.open("127.0.0.1:9"));
        var nowhere = new AbsenceWatch(listeners, clock, false);
        try {
            nowhere.look();
            nowhere.look();
        } finally {
            listeners.close();
        }
        var reasons = unitOfWork.run(tx -> new WhoIsAway(nowhere).of(tx, new DeploymentId(id)));
        assertThat(reasons).hasSize(1);
        assertThat(reasons.getFirst().reason()).isEqualTo("KAFKA_AWAY");
        assertThat(reasons.getFirst().detail())
                .startsWith("Kafka has not answered since ")
                .endsWith("what was decided is kept, and goes on by itself when it answers again");

        Phases.succeeds(scripts);
        for (int run = 2; run <= 3; run++) {
            Phases.succeeds(phases.awaitPhase(id, run));
        }
        phases.awaitEnd(id, 1);
        List<WaitingReason> afterwards =
                unitOfWork.run(tx -> new WhoIsAway(nowhere).of(tx, new DeploymentId(id)));
        assertThat(afterwards).isEmpty();
    }
}
