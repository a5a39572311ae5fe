package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.OtherServices;
import stagecoach.gateway.app.test.Scene;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

@GatewayTest
class BytesTest {
    @Inject Scene scene;

    @ConfigProperty(name = "STAGECOACH_BYTES_PORT")
    int port;

    private HttpRequest.Builder read(Sha512 sha512) {
        return HttpRequest.newBuilder(
                URI.create("https://127.0.0.1:%d/packages/%s".formatted(port, sha512)));
    }

    private int status(Machine machine, Sha512 sha512) {
        return machine.send(read(sha512).build()).statusCode();
    }

    @Test
    void a_package_is_read_while_its_acquisition_is_open_and_only_by_its_machine() {
        byte[] bytes = new byte[3_000_000];
        new Random(7).nextBytes(bytes);
        Sha512 sha512 = OtherServices.running().blob(bytes);
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        assertThat(status(machine, sha512)).isEqualTo(403);
        Ticket ticket = Scene.aTicket();
        Scene.give(Scene.acquire(agent, ticket, sha512, bytes.length, new Source.Server()));
        session.await(Deliver.class);

        HttpResponse<byte[]> whole = machine.send(read(sha512).build(), BodyHandlers.ofByteArray());
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(bytes);
        assertThat(OtherServices.running().reader(sha512)).isEqualTo("agent=" + agent);
        HttpResponse<byte[]> rest =
                machine.send(
                        read(sha512).header("Range", "bytes=2999990-").build(),
                        BodyHandlers.ofByteArray());
        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body()).isEqualTo(Arrays.copyOfRange(bytes, 2_999_990, 3_000_000));
        HttpResponse<String> head =
                machine.send(
                        read(sha512).method("HEAD", HttpRequest.BodyPublishers.noBody()).build());
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.headers().firstValue("Content-Length")).contains("3000000");

        AgentId neighbour = Scene.anAgent();
        assertThat(status(scene.enrolled(neighbour), sha512)).isEqualTo(403);
        assertThat(status(scene.stranger(), sha512)).isEqualTo(403);
        assertThat(status(machine, Sha512.hashOf(new byte[] {9}))).isEqualTo(403);

        session.say(new Ended(ticket, Scene.exited(0)));
        session.await(Complete.class);
        assertThat(status(machine, sha512)).isEqualTo(403);
    }

    @Test
    void an_acquisition_whose_route_does_not_end_here_opens_nothing_here() {
        byte[] bytes = {1, 2, 3, 4};
        Sha512 sha512 = OtherServices.running().blob(bytes);
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        Scene.give(
                Scene.acquire(
                        agent,
                        Scene.aTicket(),
                        sha512,
                        4,
                        new Source.Cache(
                                new CacheId("eu-1"), "https://eu.example", Optional.empty())));
        session.await(Deliver.class);
        assertThat(status(machine, sha512)).isEqualTo(403);
    }

    @Test
    void what_the_server_does_not_hold_is_not_found_and_other_paths_are_explained() {
        Sha512 nowhere = Sha512.hashOf(new byte[] {5, 5});
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection session = machine.connect(agent);
        Scene.give(Scene.acquire(agent, Scene.aTicket(), nowhere, 4, new Source.Server()));
        session.await(Deliver.class);
        assertThat(status(machine, nowhere)).isEqualTo(404);
        var other =
                machine.send(
                        HttpRequest.newBuilder(
                                        URI.create("https://127.0.0.1:%d/other".formatted(port)))
                                .build());
        assertThat(other.statusCode()).isEqualTo(404);
        assertThat(other.body()).contains("/packages/");
    }
}
