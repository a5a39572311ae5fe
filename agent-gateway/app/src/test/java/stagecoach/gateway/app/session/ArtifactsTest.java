package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import javax.net.ssl.SSLSocket;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.EntryRefused;
import stagecoach.contracts.agent.AgentReport.Refusal;
import stagecoach.contracts.agent.Artifact;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.contracts.channel.Channels;
import stagecoach.decider.StreamId;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.OtherServices;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;

/** Files that scripts have collected are taken from who runs the script, while it does. */
@GatewayTest
@Timeout(180)
class ArtifactsTest {
    @Inject Scene scene;

    @ConfigProperty(name = "STAGECOACH_BYTES_PORT")
    int port;

    private AgentId agent;
    private Machine machine;
    private Ticket ticket;
    private Connection session;

    /** A machine that runs a script. */
    private void running() {
        agent = Scene.anAgent();
        machine = scene.enrolled(agent);
        session = machine.connect(agent);
        ticket = Scene.aTicket();
        Scene.give(Scene.script(agent, ticket, "new_stagecoach_artifact f"));
        session.await(Deliver.class);
        session.say(new Started(ticket));
    }

    private HttpResponse<String> send(Machine from, Ticket to, Digest sha256, BodyPublisher body) {
        return from.send(
                HttpRequest.newBuilder(
                                URI.create(
                                        "https://127.0.0.1:%d/artifacts/%s/%s"
                                                .formatted(port, to, sha256)))
                        .expectContinue(true)
                        .PUT(body)
                        .build());
    }

    private HttpResponse<String> send(Machine from, byte[] bytes) {
        return send(from, ticket, Digest.of(bytes), BodyPublishers.ofByteArray(bytes));
    }

    private List<String> kept() {
        return OtherServices.running().artifacts().keySet().stream()
                .filter(path -> path.startsWith(ticket.toString()))
                .toList();
    }

    @Test
    void a_file_is_handed_on_whole_as_often_as_it_comes_and_the_end_names_it() {
        running();
        byte[] bytes = new byte[3_000_000];
        new Random(7).nextBytes(bytes);
        String path = "%s/%s?deployment=0123abcd".formatted(ticket, Digest.of(bytes));
        for (int time = 0; time < 2; time++) {
            assertThat(send(machine, bytes).statusCode()).isEqualTo(204);
            assertThat(kept()).containsExactly(path);
        }
        assertThat(OtherServices.running().artifacts().get(path)).isEqualTo(bytes);

        var file = new Artifact("a/b.txt", bytes.length, Digest.of(bytes));
        session.say(new Ended(ticket, Scene.exited(0).withArtifacts(List.of(file))));
        session.await(Complete.class);
        List<AgentReport> told =
                Scene.reportsOf(
                        ticket, all -> all.stream().anyMatch(CommandEnded.class::isInstance));
        assertThat(((CommandEnded) told.getLast()).result().artifacts())
                .containsExactly(new Artifact("a_b.txt", file.size(), file.sha256()));
        assertThat(send(machine, bytes).statusCode()).isEqualTo(403);
    }

    @Test
    void nobody_sends_a_file_for_the_command_of_another_and_who_tries_is_told_of() {
        running();
        byte[] bytes = {1, 2, 3};
        AgentId neighbour = Scene.anAgent();
        HttpResponse<String> refused = send(scene.enrolled(neighbour), bytes);
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("no command with this ticket");
        assertThat(send(scene.stranger(), bytes).statusCode()).isEqualTo(403);
        assertThat(kept()).isEmpty();
        assertThat(refusalTold(Refusal.OTHER_COMMAND, neighbour).detail())
                .contains(ticket.toString());
    }

    private static boolean isOf(TestEvents.Seen seen, Refusal refusal, AgentId agent) {
        return seen.event(AgentReport.class) instanceof EntryRefused told
                && told.refusal() == refusal
                && told.agent().equals(Optional.of(agent));
    }

    @Test
    void a_file_that_is_too_large_is_refused_before_a_byte_of_it_is_sent() {
        running();
        var begun = new AtomicBoolean();
        BodyPublisher huge =
                BodyPublishers.fromPublisher(
                        (Flow.Subscriber<? super ByteBuffer> reader) -> {
                            begun.set(true);
                            reader.onSubscribe(
                                    new Flow.Subscription() {
                                        @Override
                                        public void request(long n) {
                                            reader.onError(new AssertionError("it is read"));
                                        }

                                        @Override
                                        public void cancel() {}
                                    });
                        },
                        Artifact.BYTES_MAX + 1);
        HttpResponse<String> refused = send(machine, ticket, Digest.of("huge"), huge);
        assertThat(refused.statusCode()).isEqualTo(413);
        assertThat(refused.body()).contains("1073741824");
        assertThat(begun).isFalse();
    }

    @Test
    void other_bytes_than_were_announced_are_not_kept() {
        running();
        HttpResponse<String> refused =
                send(machine, ticket, Digest.of("a"), BodyPublishers.ofString("b"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("other bytes came");
        assertThat(kept()).isEmpty();
    }

    @Test
    void while_the_package_service_is_away_the_machine_is_told_to_come_again() {
        running();
        OtherServices.running().away(true);
        try {
            assertThat(send(machine, new byte[] {4}).statusCode()).isEqualTo(503);
        } finally {
            OtherServices.running().away(false);
        }
        assertThat(send(machine, new byte[] {4}).statusCode()).isEqualTo(204);
    }

    @Test
    void a_file_that_comes_byte_by_byte_is_not_waited_for_and_told() throws Exception {
        running();
        byte[] announced = new byte[5_000];
        try (SSLSocket socket = machine.dialling(port).tls()) {
            OutputStream out = socket.getOutputStream();
            out.write(
                    "PUT /artifacts/%s/%s HTTP/1.1\r\nHost: gateway\r\nContent-Length: %d\r\n\r\n"
                            .formatted(ticket, Digest.of(announced), announced.length)
                            .getBytes(StandardCharsets.US_ASCII));
            await().pollInterval(Duration.ofMillis(100))
                    .atMost(StagecoachResource.PATIENCE)
                    .until(
                            () -> {
                                try {
                                    out.write(0);
                                    return false;
                                } catch (IOException closed) {
                                    return true;
                                }
                            });
        }
        assertThat(kept()).isEmpty();
        assertThat(refusalTold(Refusal.CROWD, agent).detail()).contains(ticket.toString());
        assertThat(send(machine, announced).statusCode()).as("once it hurries").isEqualTo(204);
    }

    private static EntryRefused refusalTold(Refusal refusal, AgentId of) {
        var today = StreamId.of("door", LocalDate.ofInstant(Instant.now(), ZoneOffset.UTC));
        Predicate<TestEvents.Seen> wanted = seen -> isOf(seen, refusal, of);
        try (var events = TestEvents.consume(Channels.AGENTS)) {
            return events.until(today, seen -> seen.stream().anyMatch(wanted)).stream()
                    .filter(wanted)
                    .map(seen -> (EntryRefused) seen.event(AgentReport.class))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void an_acquisition_has_no_files() {
        running();
        Ticket other = Scene.aTicket();
        byte[] bytes = {9, 9};
        Scene.give(Scene.acquire(agent, other, Sha512.hashOf(bytes), 2, new Source.Server()));
        session.await(Deliver.class);
        assertThat(
                        send(machine, other, Digest.of(bytes), BodyPublishers.ofByteArray(bytes))
                                .statusCode())
                .isEqualTo(403);
    }
}
