package stagecoach.gateway.app.session;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.net.http.WebSocketHandshakeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentCertificateRenewed;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.TrustGateway;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.TentacleFrame.GatewayTrusted;
import stagecoach.contracts.agent.TentacleFrame.Hello;
import stagecoach.gateway.app.enrolment.GatewayIdentity;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

@GatewayTest
class RenewalTest {
    /** The close code of a machine that begins its next session at once. */
    private static final int COMES_BACK = 4410;

    @Inject Scene scene;
    @Inject UnitOfWork unitOfWork;
    @Inject GatewayIdentity identity;

    private static Optional<String> next(Machine.Connection session) {
        return session.await(Welcome.class).nextThumbprint();
    }

    private static void assertUnknown(Machine machine) {
        assertThatThrownBy(() -> machine.dial().join())
                .cause()
                .isInstanceOfSatisfying(
                        WebSocketHandshakeException.class,
                        e -> assertThat(e.getResponse().statusCode()).isEqualTo(403));
    }

    private static boolean isRenewal(AgentReport report) {
        return report instanceof AgentCertificateRenewed;
    }

    @Test
    void an_announced_certificate_is_trusted_beside_the_old_one_until_it_is_shown() {
        AgentId agent = Scene.anAgent();
        Machine old = scene.enrolled(agent);
        Machine young = old.renewed();
        assertUnknown(young);
        var announcing = old.announcing(agent, young.thumbprint());
        assertThat(next(announcing)).contains(young.thumbprint().value());
        announcing.hangUp(COMES_BACK);

        // The machine may have gone down before it heard the answer.
        var again = old.announcing(agent, young.thumbprint());
        assertThat(next(again)).contains(young.thumbprint().value());
        again.hangUp(COMES_BACK);

        var renewed = young.connect(agent);
        assertThat(next(renewed)).isEmpty();
        assertUnknown(old);
        var reports = Scene.reportsOf(agent, all -> all.stream().anyMatch(RenewalTest::isRenewal));
        assertThat(reports)
                .contains(
                        new AgentCertificateRenewed(
                                agent, young.thumbprint().value(), old.thumbprint().value()));
        // It came back at once, each time.
        assertThat(reports)
                .noneMatch(
                        report ->
                                report instanceof AgentHealthChanged changed
                                        && changed.state() == AgentHealth.UNAVAILABLE);
        assertThat(
                        given().header("Authorization", TestKeys.READ.bearer())
                                .get("/api/v1/agents/" + agent)
                                .<String>path("thumbprint"))
                .isEqualTo(young.thumbprint().value());
        renewed.hangUp();
    }

    @Test
    void the_last_of_several_announced_certificates_counts() {
        AgentId agent = Scene.anAgent();
        Machine old = scene.enrolled(agent);
        Machine first = old.renewed();
        Machine second = old.renewed();
        old.announcing(agent, first.thumbprint()).hangUp(COMES_BACK);
        old.announcing(agent, second.thumbprint()).hangUp(COMES_BACK);
        assertUnknown(first);
        second.connect(agent).hangUp();
        assertUnknown(old);
    }

    @Test
    void the_certificate_of_another_agent_cannot_be_announced() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Machine other = scene.enrolled(Scene.anAgent());
        var session = machine.announcing(agent, other.thumbprint());
        assertThat(next(session)).isEmpty();
        session.hangUp();
    }

    @Test
    void the_end_of_trust_and_another_enrolment_end_an_announced_certificate_too() {
        AgentId revoked = Scene.anAgent();
        Machine machine = scene.enrolled(revoked);
        Machine young = machine.renewed();
        machine.announcing(revoked, young.thumbprint()).hangUp(COMES_BACK);
        scene.revoke(revoked);
        assertUnknown(young);

        AgentId enrolledAnew = Scene.anAgent();
        Machine before = scene.enrolled(enrolledAnew);
        Machine announced = before.renewed();
        before.announcing(enrolledAnew, announced.thumbprint()).hangUp(COMES_BACK);
        Machine after = scene.stranger();
        assertThat(after.enrol(scene.token(enrolledAnew, Duration.ofMinutes(5))).statusCode())
                .isEqualTo(200);
        assertUnknown(announced);
        after.connect(enrolledAnew).hangUp();
    }

    @Test
    void an_announced_certificate_without_the_trust_in_its_agent_opens_nothing() {
        AgentId agent = Scene.anAgent();
        Machine young = scene.enrolled(agent).renewed();
        scene.revoke(agent);
        // As if a gateway process of before had taken the trust away, which knows of none.
        Scene.onVirtualThread(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE agent SET next_thumbprint = ?2 WHERE agent = ?1",
                                                agent.value(),
                                                young.thumbprint().value())));
        assertUnknown(young);
    }

    @Test
    void machines_that_can_are_told_which_gateways_to_trust_and_it_is_known_who_does() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        var connection = machine.dial().join();
        connection.say(
                new Hello(1, agent, "test", List.of(AgentCommand.GATEWAY_RENEWAL), 0, List.of()));
        List<String> said = connection.await(TrustGateway.class, _ -> true).thumbprints();
        assertThat(said)
                .doesNotHaveDuplicates()
                .hasSize(2)
                .startsWith(identity.thumbprint().value());
        assertThat(trustsGateways(agent)).isNull();
        connection.say(new GatewayTrusted(List.of("ab".repeat(32), said.getLast())));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> List.of(said.getLast()).equals(trustsGateways(agent)));
        connection.say(new GatewayTrusted(said));
        await().atMost(StagecoachResource.PATIENCE).until(() -> said.equals(trustsGateways(agent)));
        // Whoever is enrolled anew knows the gateway of the token alone.
        scene.enrolled(agent);
        assertThat(trustsGateways(agent)).isNull();

        AgentId older = Scene.anAgent();
        var session = scene.enrolled(older).connect(older);
        Ticket ticket = Scene.giveScript(older);
        session.await(Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
        assertThat(session.heard(TrustGateway.class)).isEmpty();
        session.hangUp();
    }

    private static @Nullable List<String> trustsGateways(AgentId agent) {
        return given().header("Authorization", TestKeys.READ.bearer())
                .get("/api/v1/agents/" + agent)
                .path("trustsGateways");
    }
}
