package stagecoach.orchestrator.app.catalog.machine;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Listening;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.catalog.CatalogStore;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.EnvironmentId;

@OrchestratorTest
class MachineTest {
    @Inject UnitOfWork unitOfWork;
    @Inject CatalogStore store;

    @Test
    void a_machine_that_enrols_is_a_target_and_its_health_is_told() {
        Api.put("/environments/enrolled", "{}");
        Api.put("/regions/eu", "{}");
        Machines.web("enrolled-1", "enrolled", "eu");
        var target = Api.expect(200, Api.get("/targets/enrolled-1"));
        assertThat(target.getList("environments")).containsExactly("enrolled");
        assertThat(target.getList("tags")).containsExactly("web");
        assertThat(target.getString("thumbprint")).isEqualTo("ab".repeat(32));
        assertThat(target.getString("health.checkedAt")).isNotNull();
        assertThat(target.getString("communication")).isEqualTo("POLLING");
        Machines.leaves("enrolled-1");
        try (var topic = TestEvents.consume(Channels.CONFIGURATION)) {
            var told =
                    topic.until(
                            ConfigurationKind.streamOf(Kind.TARGET, "enrolled-1"),
                            events -> !events.isEmpty());
            assertThat(told.getFirst().envelope().causation())
                    .contains("agent-target:enrolled-1/1");
        }
    }

    @Test
    void what_was_told_of_a_target_can_be_sent_back_and_its_health_stays() {
        Api.put("/environments/sent-back", "{}");
        Api.put("/regions/eu", "{}");
        Machines.web("sent-back-1", "sent-back", "eu");
        String told = Api.get("/targets/sent-back-1").asString();
        Api.expect(200, Api.put("/targets/sent-back-1", told));
        assertThat(Api.get("/targets/sent-back-1").asString()).isEqualTo(told);
        Api.expect(
                200,
                Api.put(
                        "/targets/sent-back-1",
                        "{\"environments\": [\"sent-back\"], \"tags\": [\"db\"], \"disabled\": true}"));
        var changed = Api.get("/targets/sent-back-1").jsonPath();
        assertThat(changed.getString("health.state")).isEqualTo("HEALTHY");
        assertThat(changed.getBoolean("disabled")).isTrue();
        assertThat(changed.getString("region")).isNull();
    }

    @Test
    void the_roster_has_the_environments_targets_and_all_workers_as_they_are() {
        Api.put("/environments/roster", "{}");
        Api.put("/regions/eu", "{}");
        Api.put("/worker-pools/roster", "{}");
        Machines.web("roster-1", "roster", "eu");
        Machines.worker("roster-w", "roster");
        Machines.leaves("roster-1");
        Api.expect(201, Api.put("/targets/roster-2", "{\"environments\": [\"roster\"]}"));
        var roster = unitOfWork.run(tx -> store.roster(tx, new EnvironmentId("roster")));
        assertThat(roster.targets())
                .extracting(target -> target.id().value(), target -> target.health().state())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("roster-1", AgentHealth.UNAVAILABLE),
                        org.assertj.core.groups.Tuple.tuple("roster-2", AgentHealth.UNKNOWN));
        assertThat(roster.workers())
                .anySatisfy(
                        worker -> {
                            assertThat(worker.id().value()).isEqualTo("roster-w");
                            assertThat(worker.health().state()).isEqualTo(AgentHealth.HEALTHY);
                        });
    }

    @Test
    void a_machine_that_listens_is_registered_and_its_certificate_is_told_as_it_is_by_now() {
        Api.put("/environments/dialled", "{}");
        String registered = "cd".repeat(32);
        String body =
                """
                {"environments": ["dialled"], "communication": "LISTENING",
                 "address": "Web-1.Example:10933", "thumbprint": "%s"}"""
                        .formatted(registered);
        Api.expect(201, Api.put("/targets/dialled-1", body));
        var target = Api.get("/targets/dialled-1").jsonPath();
        assertThat(target.getString("communication")).isEqualTo("LISTENING");
        assertThat(target.getString("address")).isEqualTo("web-1.example:10933");
        assertThat(target.getString("thumbprint")).isEqualTo(registered);
        try (var topic = TestEvents.consume(Channels.CONFIGURATION)) {
            var told =
                    topic.until(
                            ConfigurationKind.streamOf(Kind.TARGET, "dialled-1"),
                            events -> !events.isEmpty());
            assertThat(told.getFirst().event(ConfigurationEvent.class))
                    .isInstanceOfSatisfying(
                            ConfigurationChanged.class,
                            changed ->
                                    assertThat(
                                                    ((ConfigurationDocument.Target)
                                                                    changed.document()
                                                                            .orElseThrow())
                                                            .listening())
                                            .contains(
                                                    new Listening(
                                                            "web-1.example:10933", registered)));
        }

        // What the gateway tells of it later changes nothing of what was registered since.
        Api.expect(200, Api.put("/targets/dialled-1", body.replace("10933", "10934")));
        Machines.registered("dialled-1", "dialled", "web-1.example:10933", registered);
        target = Api.get("/targets/dialled-1").jsonPath();
        assertThat(target.getString("address")).isEqualTo("web-1.example:10934");
        assertThat(target.getString("thumbprint")).isEqualTo("ab".repeat(32));
        String told = Api.get("/targets/dialled-1").asString();
        Api.expect(200, Api.put("/targets/dialled-1", told));
        assertThat(Api.get("/targets/dialled-1").asString()).isEqualTo(told);

        Api.expect(200, Api.put("/targets/dialled-1", "{\"environments\": [\"dialled\"]}"));
        target = Api.get("/targets/dialled-1").jsonPath();
        assertThat(target.getString("communication")).isEqualTo("POLLING");
        assertThat(target.getString("address")).isNull();
    }
}
