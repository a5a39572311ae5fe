package stagecoach.gateway.app.session;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItems;

import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.AgentEnrolled;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.Goodbye;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.decider.StreamId;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.Ticket;

@GatewayTest
class EnrolmentTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @Inject Scene scene;
    @Inject GatewayIdentity identity;
    @Inject UnitOfWork unitOfWork;

    private static RequestSpecification as(TestKeys key) {
        return given().header("Authorization", key.bearer()).contentType("application/json");
    }

    private static void configure(Kind kind, String id, Optional<ConfigurationDocument> document) {
        TestEvents.publish(
                Channels.CONFIGURATION,
                StreamId.of("config", kind + ":" + id),
                document.isPresent() ? 1 : 2,
                new ConfigurationChanged(kind, id, document.isPresent() ? 1 : 2, document),
                EventAttributes.none());
    }

    private static int refusal(Machine machine) {
        var failure = new int[1];
        assertThatThrownBy(() -> machine.dial().join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> failure[0] = e.getResponse().statusCode());
        return failure[0];
    }

    @Test
    void a_token_comes_with_the_command_line_that_uses_it() {
        configure(
                Kind.ENVIRONMENT,
                "staging",
                Optional.of(
                        new ConfigurationDocument.Environment(
                                new EnvironmentId("staging"), "Staging")));
        AgentId agent = Scene.anAgent();
        String body =
                "{\"target\":{\"id\":\"%s\",\"environments\":[\"staging\"],\"tags\":[\"web\"],\"health\":{\"state\":\"HEALTHY\"},\"communication\":\"POLLING\"},\"validFor\":\"PT10M\"}"
                        .formatted(agent.bareId());
        var enrolment =
                await().atMost(StagecoachResource.PATIENCE)
                        .until(
                                () -> as(TestKeys.CONFIGURE).body(body).post("/api/v1/enrolments"),
                                answer -> answer.statusCode() == 201)
                        .then()
                        .extract();
        String token = enrolment.path("token");
        assertThat(token).endsWith("." + identity.thumbprint());
        assertThat(enrolment.<String>path("command"))
                .as("what is typed in the tentacle's folder; no list of processes shows the token")
                .startsWith("printf '%s\\n' '" + token + "' | sudo ./install.sh --gateway https://")
                .contains(" --bytes https://");
        Machine machine = scene.stranger();
        assertThat(machine.enrol(token).body()).contains(agent.value());
        var events = Scene.reportsOf(agent, reports -> !reports.isEmpty());
        assertThat(events)
                .first()
                .isInstanceOfSatisfying(
                        AgentEnrolled.class,
                        enrolled -> {
                            assertThat(enrolled.thumbprint())
                                    .isEqualTo(machine.thumbprint().value());
                            assertThat(((ConfigurationDocument.Target) enrolled.document()).id())
                                    .isEqualTo(agent.target().orElseThrow());
                        });
    }

    @Test
    void of_a_token_nothing_is_kept_but_its_hash() {
        AgentId agent = Scene.anAgent();
        String token = scene.token(agent, HOUR);
        assertThat(scene.stranger().enrol(token).statusCode()).isEqualTo(200);
        String secret = token.substring(0, token.indexOf('.'));
        List<String> kept =
                Scene.onVirtualThread(
                        () ->
                                unitOfWork.run(
                                        tx ->
                                                tx
                                                        .select(
                                                                """
                                                                SELECT CAST(e AS text) FROM enrolment e WHERE e.agent = ?1
                                                                UNION ALL
                                                                SELECT CAST(a AS text) FROM agent a WHERE a.agent = ?1
                                                                UNION ALL
                                                                SELECT convert_from(v.data, 'UTF8') FROM event v
                                                                WHERE v.type = 'stagecoach.AgentEnrolled.v1'
                                                                """,
                                                                agent.value())
                                                        .stream()
                                                        .map(row -> row.text(0))
                                                        .toList()));
        assertThat(kept).hasSizeGreaterThanOrEqualTo(3);
        assertThat(kept).anyMatch(row -> row.contains(Digest.of(token).value()));
        int part = 10;
        for (int at = 0; at + part <= secret.length(); at++) {
            String piece = secret.substring(at, at + part);
            assertThat(kept).noneMatch(row -> row.contains(piece));
        }
    }

    @Test
    void everything_that_is_wrong_with_an_enrolment_is_told_at_once() {
        as(TestKeys.CONFIGURE)
                .body(
                        "{\"target\":{\"id\":\"No Good\",\"tags\":[7],\"colour\":\"red\",\"communication\":\"LISTENING\"},\"validFor\":\"P90D\"}")
                .post("/api/v1/enrolments")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body(
                        "errors.pointer",
                        hasItems(
                                "/target/id",
                                "/target/tags/0",
                                "/target/colour",
                                "/target/communication",
                                "/target/environments",
                                "/validFor"));
        as(TestKeys.CONFIGURE)
                .body("{\"validFor\":\"PT1H\"}")
                .post("/api/v1/enrolments")
                .then()
                .statusCode(400);
    }

    @Test
    void an_environment_that_does_not_exist_is_refused_with_its_pointer() {
        as(TestKeys.CONFIGURE)
                .body("{\"target\":{\"id\":\"web-1\",\"environments\":[\"nowhere\"]}}")
                .post("/api/v1/enrolments")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/target/environments/0"));
    }

    @Test
    void without_the_right_to_configure_nobody_enrols() {
        as(TestKeys.READ)
                .body("{\"worker\":{\"id\":\"w\",\"workerPools\":[]}}")
                .post("/api/v1/enrolments")
                .then()
                .statusCode(403);
        given().contentType("application/json")
                .body("{}")
                .post("/api/v1/enrolments")
                .then()
                .statusCode(401);
    }

    @Test
    void a_wrong_an_expired_and_a_used_token_enrol_nobody() {
        AgentId agent = Scene.anAgent();
        String expired = scene.token(agent, Duration.ofMillis(-1));
        String good = scene.token(agent, HOUR);
        assertThat(scene.stranger().enrol("nonsense").statusCode()).isEqualTo(403);
        assertThat(scene.stranger().enrol(expired).body()).contains("expired");
        Machine first = scene.stranger();
        assertThat(first.enrol(good).statusCode()).isEqualTo(200);
        assertThat(scene.stranger().enrol(good).body()).contains("used already");
        // The answer may have been lost on its way to the machine that the token was used by.
        assertThat(first.enrol(good).statusCode()).isEqualTo(200);
        var events = Scene.reportsOf(agent, reports -> !reports.isEmpty());
        assertThat(events).hasSize(1);
    }

    @Test
    void a_token_that_was_left_over_ends_with_the_next_enrolment_and_with_the_trust() {
        AgentId agent = Scene.anAgent();
        String leftOver = scene.token(agent, HOUR);
        scene.enrolled(agent);
        assertThat(scene.stranger().enrol(leftOver).statusCode()).isEqualTo(403);
        String another = scene.token(agent, HOUR);
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/" + agent).then().statusCode(204);
        assertThat(scene.stranger().enrol(another).statusCode()).isEqualTo(403);
        assertThat(scene.stranger().enrol(scene.token(agent, HOUR)).statusCode()).isEqualTo(200);
    }

    @Test
    void a_token_goes_with_the_target_that_it_was_made_for_and_can_be_taken_back() {
        AgentId removed = Scene.anAgent();
        String left = scene.token(removed, Duration.ofMinutes(5));
        configure(Kind.TARGET, removed.bareId(), Optional.of(Scene.documentOf(removed)));
        configure(Kind.TARGET, removed.bareId(), Optional.empty());
        await().atMost(StagecoachResource.PATIENCE).until(() -> !scene.hasToken(removed));
        assertThat(scene.stranger().enrol(left).statusCode()).isEqualTo(403);
        // Who was faster than the removal's event has come by a token of before all the same.
        AgentId faster = Scene.anAgent();
        Machine machine = scene.enrolled(faster);
        TestEvents.publish(
                Channels.CONFIGURATION,
                StreamId.of("config", Kind.TARGET + ":" + faster.bareId()),
                1,
                new ConfigurationChanged(Kind.TARGET, faster.bareId(), 1, Optional.empty()),
                EventAttributes.none());
        // Until the event has come, it is let in.
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(() -> assertThat(refusal(machine)).isEqualTo(403));
        AgentId never = Scene.anAgent();
        String token = scene.token(never, Duration.ofMinutes(5));
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/" + never).then().statusCode(204);
        assertThat(scene.stranger().enrol(token).statusCode()).isEqualTo(403);
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/" + never).then().statusCode(404);
    }

    @Test
    void a_machine_that_says_endless_things_of_itself_can_be_revoked() {
        AgentId agent = Scene.anAgent();
        var connection = scene.enrolled(agent).dial().join();
        connection.say(new Hello(1, agent, "x".repeat(520_000), List.of(), 0, List.of()));
        connection.await(Welcome.class);
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/" + agent).then().statusCode(204);
        assertThat(connection.await(Goodbye.class).comeBack()).isFalse();
    }

    @Test
    void one_certificate_is_one_agent() {
        Machine machine = scene.enrolled(Scene.anAgent());
        AgentId other = Scene.anAgent();
        assertThat(machine.enrol(scene.token(other, HOUR)).statusCode()).isEqualTo(403);
    }

    @Test
    void a_certificate_that_nobody_enrolled_is_refused_at_the_upgrade() {
        assertThat(refusal(scene.stranger())).isEqualTo(403);
    }

    @Test
    void a_machine_that_claims_to_be_another_agent_is_sent_away() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        var connection = machine.dial().join();
        connection.say(new Hello(1, Scene.anAgent(), "test", List.of(), 0, List.of()));
        assertThat(connection.await(Goodbye.class).comeBack()).isFalse();
        connection.closedWith();
    }

    @Test
    void enrolling_anew_replaces_the_machine_and_cuts_its_session() {
        AgentId agent = Scene.anAgent();
        Machine old = scene.enrolled(agent);
        var session = old.connect(agent);
        Machine young = scene.enrolled(agent);
        session.closedWith();
        assertThat(refusal(old)).isEqualTo(403);
        young.connect(agent).hangUp();
    }

    @Test
    void what_the_earlier_machine_was_sent_is_not_sent_to_the_new_one() {
        AgentId agent = Scene.anAgent();
        var session = scene.enrolled(agent).connect(agent);
        Ticket sent = Scene.giveScript(agent);
        session.await(Deliver.class, deliver -> deliver.command().ticket().equals(sent));
        Machine young = scene.enrolled(agent);
        session.closedWith();
        var ended =
                Scene.reportsOf(
                                sent,
                                reports ->
                                        reports.stream().anyMatch(CommandEnded.class::isInstance))
                        .stream()
                        .filter(CommandEnded.class::isInstance)
                        .map(CommandEnded.class::cast)
                        .toList();
        assertThat(ended).hasSize(1);
        assertThat(ended.getFirst().result().outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(ended.getFirst().result().mayStillRun()).isTrue();
        Ticket next = Scene.giveScript(agent);
        var connection = young.connect(agent);
        connection.await(Deliver.class, deliver -> deliver.command().ticket().equals(next));
        assertThat(connection.heard(Deliver.class))
                .extracting(deliver -> deliver.command().ticket())
                .containsExactly(next);
    }

    @Test
    void a_revoked_agent_is_cut_and_refused() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        var session = machine.connect(agent);
        as(TestKeys.READ).delete("/api/v1/agents/" + agent).then().statusCode(403);
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/" + agent).then().statusCode(204);
        assertThat(session.await(Goodbye.class).comeBack()).isFalse();
        session.closedWith();
        assertThat(refusal(machine)).isEqualTo(403);
        var events =
                Scene.reportsOf(
                        agent,
                        reports -> reports.stream().anyMatch(AgentRevoked.class::isInstance));
        assertThat(events.getLast()).isInstanceOf(AgentRevoked.class);
        as(TestKeys.READ)
                .get("/api/v1/agents/" + agent)
                .then()
                .statusCode(200)
                .body("health.state", equalTo("UNKNOWN"))
                .body("thumbprint", equalTo(null));
        as(TestKeys.CONFIGURE).delete("/api/v1/agents/target:never").then().statusCode(404);
    }

    @Test
    void an_agent_whose_target_is_removed_is_revoked() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        var session = machine.connect(agent);
        configure(Kind.TARGET, agent.bareId(), Optional.of(Scene.documentOf(agent)));
        configure(Kind.TARGET, agent.bareId(), Optional.empty());
        assertThat(session.await(Goodbye.class).comeBack()).isFalse();
        assertThat(refusal(machine)).isEqualTo(403);
    }

    @Test
    void when_a_machine_was_seen_and_what_room_it_has_is_told_without_an_event_each_time() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        as(TestKeys.READ)
                .get("/api/v1/agents/" + agent)
                .then()
                .statusCode(200)
                .body("health.lastSeenAt", equalTo(null));
        var connection = machine.connect(agent);
        Instant welcomed = Instant.now();
        connection.say(new Health(2_000_000, Optional.empty()));
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () -> {
                            var told =
                                    as(TestKeys.READ)
                                            .get("/api/v1/agents/" + agent)
                                            .then()
                                            .statusCode(200)
                                            .extract();
                            assertThat(told.<Integer>path("health.freeDiskBytes"))
                                    .isEqualTo(2_000_000);
                            assertThat(Instant.parse(told.<String>path("health.lastSeenAt")))
                                    .isAfter(welcomed);
                        });
        connection.hangUp();
        assertThat(Scene.reportsOf(agent, reports -> Scene.healthsIn(reports).size() >= 2))
                .satisfies(
                        reports ->
                                assertThat(Scene.healthsIn(reports))
                                        .as("connected, gone")
                                        .containsExactly(
                                                AgentHealth.HEALTHY, AgentHealth.UNAVAILABLE));
        as(TestKeys.READ)
                .get("/api/v1/agents/" + agent)
                .then()
                .body("health.state", equalTo("UNAVAILABLE"))
                .body("health.freeDiskBytes", equalTo(2_000_000));
    }

    @Test
    void agents_are_listed_page_by_page() {
        AgentId agent = Scene.anAgent();
        scene.enrolled(agent);
        scene.enrolled(Scene.anAgent());
        String next =
                as(TestKeys.READ)
                        .get("/api/v1/agents?limit=1")
                        .then()
                        .statusCode(200)
                        .extract()
                        .path("next");
        assertThat(next).isNotNull();
        as(TestKeys.READ).get("/api/v1/agents?limit=500&cursor=" + next).then().statusCode(200);
        as(TestKeys.READ).get("/api/v1/agents?limit=0").then().statusCode(400);
    }
}
