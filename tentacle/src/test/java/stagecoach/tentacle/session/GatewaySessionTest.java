package stagecoach.tentacle.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.TentacleFrame;
import stagecoach.tentacle.home.Home;
import stagecoach.tentacle.home.Settings;
import stagecoach.tentacle.packages.FetchRules;
import stagecoach.tentacle.testing.CuttingRelay;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.FakeGateway;
import stagecoach.trust.Identity;
import stagecoach.trust.PrivateFiles;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.wire.StagecoachJson;

@Timeout(180)
class GatewaySessionTest {
    private static final SessionRules IMPATIENT = RunningTentacle.brisk(Duration.ofSeconds(2));

    /** A script that takes six seconds to come is silence for longer than this. */
    private static final SessionRules LESS_THAN_A_SCRIPT_TAKES =
            RunningTentacle.brisk(Duration.ofSeconds(4));

    @TempDir Path folder;
    FakeGateway gateway;
    CuttingRelay relay;
    Home home;
    Vertx vertx;
    RunningTentacle tentacle;
    Path trace;

    @BeforeEach
    void open() throws Exception {
        gateway = new FakeGateway(Identity.loadOrCreate(folder.resolve("gateway"), "gateway"));
        relay = new CuttingRelay(gateway.port());
        home = Home.open(folder.resolve("home"));
        vertx = Vertx.vertx();
        trace = folder.resolve("trace");
        start(relay.uri(), RunningTentacle.BRISK);
    }

    private void start(URI endpoint, SessionRules rules) throws IOException {
        tentacle =
                RunningTentacle.of(
                        Tentacle.open(
                                home,
                                new Settings(
                                        Deliveries.AGENT,
                                        endpoint,
                                        Optional.empty(),
                                        gateway.thumbprint()),
                                vertx,
                                "test",
                                rules,
                                FetchRules.USUAL,
                                () -> {}));
    }

    @AfterEach
    void close() throws Exception {
        stop();
        relay.close();
        gateway.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private void stop() throws Exception {
        tentacle.stop();
    }

    private List<String> lines(Ticket ticket, OutputKind kind) {
        return gateway.output(ticket).stream()
                .filter(line -> line.stream() == kind)
                .map(OutputLine::text)
                .toList();
    }

    private Path ticketFolder(Ticket ticket) {
        return home.root().resolve("work/" + ticket);
    }

    private void awaitGone(Ticket ticket) {
        await().atMost(30, TimeUnit.SECONDS).until(() -> !Files.exists(ticketFolder(ticket)));
    }

    private void awaitTrace(String text) {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> Files.exists(trace) && Files.readString(trace).contains(text));
    }

    @Test
    void a_script_goes_its_way_and_leaves_nothing_behind() throws Exception {
        Ticket ticket = gateway.give(Deliveries.bash("echo hello; echo $PWD > " + trace));
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.succeeded()).isTrue();
        assertThat(lines(ticket, OutputKind.OUT)).containsExactly("hello");
        assertThat(gateway.hasStarted(ticket)).isTrue();
        awaitGone(ticket);
        TentacleFrame.Hello hello = gateway.frames(TentacleFrame.Hello.class).getFirst();
        assertThat(hello.protocolMax()).isEqualTo(1);
        assertThat(hello.agent()).isEqualTo(Deliveries.AGENT);
        assertThat(hello.capabilities()).contains("bash", "sh", "python");
        assertThat(hello.freeDiskBytes()).isPositive();
        assertThat(gateway.clients()).containsExactly(home.identity().thumbprint().value());
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !gateway.frames(TentacleFrame.Health.class).isEmpty());
    }

    @Test
    void what_an_interrupted_fetch_has_left_is_told_as_long_as_it_is_there() throws Exception {
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !gateway.frames(TentacleFrame.Health.class).isEmpty());
        var sha512 = new Sha512("ab".repeat(64));
        Path left = home.packages().resolve(".partial").resolve(sha512.value());
        Files.write(left, new byte[7]);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> begunTold().equals(List.of(new BegunPackage(sha512, 7))));
        Files.delete(left);
        await().atMost(30, TimeUnit.SECONDS).until(() -> begunTold().isEmpty());
    }

    @Test
    void what_was_removed_is_told_until_the_gateway_has_taken_it_and_not_again() throws Exception {
        stop();
        var removal =
                new Removal(
                        7,
                        Instant.parse("2026-11-30T03:00:00Z"),
                        DeploymentId.ofBits(7),
                        Removal.Rule.DISK,
                        "Shop.Web 4.0.0 needs the room",
                        List.of(),
                        List.of(),
                        1,
                        3_000);
        Path file = home.root().resolve("removals/7.json");
        PrivateFiles.write(file, StagecoachJson.bytes(removal));
        start(relay.uri(), RunningTentacle.BRISK);
        await().atMost(30, TimeUnit.SECONDS).until(() -> removalsTold(removal) >= 1);
        stop();
        long before = removalsTold(removal);
        assertThat(file).exists();
        start(relay.uri(), RunningTentacle.BRISK);
        await().atMost(30, TimeUnit.SECONDS).until(() -> removalsTold(removal) > before);

        gateway.say(new GatewayFrame.RemovalsTaken(7));

        await().atMost(30, TimeUnit.SECONDS).until(() -> !Files.exists(file));
        int healths = gateway.frames(TentacleFrame.Health.class).size();
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> gateway.frames(TentacleFrame.Health.class).size() > healths + 1);
        assertThat(gateway.frames(TentacleFrame.Health.class).getLast().removals()).isEmpty();
    }

    private long removalsTold(Removal removal) {
        return gateway.frames(TentacleFrame.Health.class).stream()
                .filter(health -> health.removals().contains(removal))
                .count();
    }

    private List<BegunPackage> begunTold() {
        return gateway.frames(TentacleFrame.Health.class).getLast().begun();
    }

    @Test
    void a_repeated_delivery_has_no_second_effect_before_or_after_the_end() throws Exception {
        gateway.completes(false);
        GatewayFrame.Deliver deliver = Deliveries.bash("echo once >> " + trace);
        Ticket ticket = gateway.give(deliver);
        gateway.say(deliver);
        gateway.awaitEnd(ticket);
        int ended = gateway.frames(TentacleFrame.Ended.class).size();
        gateway.say(deliver);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> gateway.frames(TentacleFrame.Ended.class).size() > ended);
        gateway.say(new GatewayFrame.Complete(ticket));
        awaitGone(ticket);
        gateway.say(deliver);
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                gateway.frames(TentacleFrame.Ended.class)
                                                .getLast()
                                                .result()
                                                .outcome()
                                        == CommandOutcome.UNKNOWN);
        assertThat(trace).hasContent("once");
    }

    @Test
    void however_often_the_connection_is_cut_output_has_no_gap_and_the_script_runs_once()
            throws Exception {
        Ticket ticket =
                gateway.give(
                        Deliveries.bash(
                                "echo once >> %s; for i in $(seq 4000); do echo \"line $i\"; [ $((i %% 200)) = 0 ] && sleep 0.05; done; exit 7"
                                        .formatted(trace)));
        awaitTrace("once");
        for (int n = 1; n <= 12; n++) {
            int sessions = gateway.frames(TentacleFrame.Hello.class).size();
            relay.cutAfter(n % 3 == 0 ? 1 : n * 1500L);
            await().atMost(30, TimeUnit.SECONDS)
                    .until(
                            () ->
                                    gateway.frames(TentacleFrame.Hello.class).size() > sessions
                                            || !gateway.frames(TentacleFrame.Ended.class)
                                                    .isEmpty());
        }
        relay.cutAfter(Long.MAX_VALUE);
        CommandResult result = gateway.awaitEnd(ticket);
        assertThat(result.exitCode()).contains(7);
        assertThat(lines(ticket, OutputKind.OUT))
                .isEqualTo(IntStream.rangeClosed(1, 4000).mapToObj(i -> "line " + i).toList());
        assertThat(trace).hasContent("once");
    }

    @Test
    void a_result_is_said_again_until_it_is_complete() throws Exception {
        gateway.completes(false);
        Ticket ticket = gateway.give(Deliveries.bash("exit 3"));
        gateway.awaitEnd(ticket);
        relay.cut();
        gateway.awaitSessions(2);
        TentacleFrame.OpenTicket open =
                gateway.frames(TentacleFrame.Hello.class).get(1).openTickets().getFirst();
        assertThat(open.ticket()).isEqualTo(ticket);
        assertThat(open.ended()).isTrue();
        gateway.completes(true);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> gateway.frames(TentacleFrame.Ended.class).size() >= 2);
        gateway.say(new GatewayFrame.Complete(ticket));
        awaitGone(ticket);
    }

    @Test
    void output_beyond_the_credit_waits_until_it_is_taken_and_the_result_behind_it()
            throws Exception {
        gateway.takesOutput(false);
        Ticket ticket =
                gateway.give(
                        Deliveries.bash(
                                "head -c 1500000 /dev/zero | tr '\\0' x | fold -w 100; echo done > "
                                        + trace));
        awaitTrace("done");
        Ticket other = gateway.give(with(Deliveries.TOGETHER, "echo quick"));
        gateway.awaitEnd(other);
        await().atMost(30, TimeUnit.SECONDS).until(() -> outputBytes(ticket) >= 200L * 1024);
        assertThat(outputBytes(ticket)).isLessThanOrEqualTo(TicketFeed.CREDIT_BYTES + 10_000);
        assertThat(gateway.frames(TentacleFrame.Ended.class))
                .noneMatch(ended -> ended.ticket().equals(ticket));
        gateway.takesOutput(true);
        for (TentacleFrame.Output output : gateway.frames(TentacleFrame.Output.class)) {
            gateway.say(new GatewayFrame.OutputTaken(output.ticket(), output.chunk()));
        }
        assertThat(gateway.awaitEnd(ticket).succeeded()).isTrue();
        assertThat(lines(ticket, OutputKind.OUT)).hasSize(15_000);
    }

    private long outputBytes(Ticket ticket) {
        return gateway.frames(TentacleFrame.Output.class).stream()
                .filter(output -> output.ticket().equals(ticket))
                .mapToLong(output -> StagecoachJson.bytes(output).length)
                .sum();
    }

    private static GatewayFrame.Deliver with(
            stagecoach.vocabulary.process.Mutex mutex, String body) {
        return Deliveries.script(
                Deliveries.ticket(),
                new CommandPayload.Script(Syntax.BASH, body, Map.of(), List.of()),
                new stagecoach.vocabulary.process.Mutex("other", mutex.mode()),
                Optional.empty(),
                Instant.now().plusSeconds(600));
    }

    @Test
    void a_cancel_ends_what_runs_what_waits_and_what_has_not_come() throws Exception {
        Ticket runs =
                gateway.give(Deliveries.bash("echo up > %s; exec sleep 600".formatted(trace)));
        awaitTrace("up");
        Ticket waits = gateway.give(Deliveries.bash("echo never >> " + trace));
        GatewayFrame.Deliver late = Deliveries.bash("echo never >> " + trace);
        for (Ticket ticket : List.of(waits, runs, late.command().ticket())) {
            gateway.say(
                    new GatewayFrame.Cancel(
                            ticket, Duration.ofSeconds(10), Duration.ofSeconds(10)));
            assertThat(gateway.awaitEnd(ticket).outcome()).isEqualTo(CommandOutcome.CANCELLED);
        }
        relay.cut();
        gateway.awaitSessions(2);
        int ended = gateway.frames(TentacleFrame.Ended.class).size();
        gateway.say(late);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> gateway.frames(TentacleFrame.Ended.class).size() > ended);
        assertThat(gateway.frames(TentacleFrame.Ended.class).getLast().result().outcome())
                .isEqualTo(CommandOutcome.CANCELLED);
        assertThat(trace).hasContent("up");
        assertThat(gateway.hasStarted(waits)).isFalse();
    }

    @Test
    void one_waits_for_the_other_and_is_told_for_whom() throws Exception {
        Ticket first =
                gateway.give(
                        Deliveries.bash(
                                "echo first >> %1$s; while [ ! -e %1$s.go ]; do sleep 0.05; done"
                                        .formatted(trace)));
        awaitTrace("first");
        Ticket second = gateway.give(Deliveries.bash("echo second >> " + trace));
        await().atMost(30, TimeUnit.SECONDS)
                .until(
                        () ->
                                lines(second, OutputKind.INFO)
                                        .contains(
                                                "Waiting for step script of deployment 00000007."));
        assertThat(gateway.hasStarted(second)).isFalse();
        Files.createFile(Path.of(trace + ".go"));
        assertThat(gateway.awaitEnd(first).succeeded()).isTrue();
        assertThat(gateway.awaitEnd(second).succeeded()).isTrue();
        assertThat(trace).hasContent("first\nsecond");
    }

    @Test
    void whose_turn_comes_after_its_time_to_begin_has_passed_works_all_the_same() throws Exception {
        Ticket first =
                gateway.give(
                        Deliveries.bash(
                                "echo first >> %1$s; while [ ! -e %1$s.go ]; do sleep 0.05; done"
                                        .formatted(trace)));
        awaitTrace("first");
        Instant tooLate = Instant.now().plusSeconds(5);
        Ticket second =
                gateway.give(
                        Deliveries.script(
                                Deliveries.ticket(),
                                new CommandPayload.Script(
                                        Syntax.BASH,
                                        "echo second >> " + trace,
                                        Map.of(),
                                        List.of()),
                                Deliveries.ALONE,
                                Optional.empty(),
                                tooLate));
        await().atMost(30, TimeUnit.SECONDS).until(() -> Instant.now().isAfter(tooLate));
        assertThat(gateway.frames(TentacleFrame.Ended.class)).isEmpty();
        Files.createFile(Path.of(trace + ".go"));
        assertThat(gateway.awaitEnd(second).succeeded()).isTrue();
        assertThat(gateway.awaitEnd(first).succeeded()).isTrue();
        assertThat(trace).hasContent("first\nsecond");
    }

    @Test
    void what_comes_too_late_is_expired_and_what_is_for_another_refused() {
        Ticket late =
                gateway.give(
                        Deliveries.script(
                                Deliveries.ticket(),
                                new CommandPayload.Script(Syntax.BASH, "true", Map.of(), List.of()),
                                Deliveries.ALONE,
                                Optional.empty(),
                                Instant.now().minusSeconds(1)));
        assertThat(gateway.awaitEnd(late).outcome()).isEqualTo(CommandOutcome.EXPIRED);
    }

    @Test
    void an_older_session_is_not_obeyed() throws Exception {
        gateway.awaitSessions(1);
        await().atMost(30, TimeUnit.SECONDS).until(() -> home.epoch() == 1);
        gateway.epoch(1);
        relay.cut();
        Ticket ticket = gateway.give(Deliveries.bash("echo obeyed > " + trace));
        assertThat(gateway.awaitEnd(ticket).succeeded()).isTrue();
        assertThat(home.epoch()).isGreaterThanOrEqualTo(2);
        List<TentacleFrame> before =
                gateway.frames()
                        .subList(0, gateway.frames().indexOf(new TentacleFrame.Started(ticket)));
        assertThat(before).filteredOn(TentacleFrame.Hello.class::isInstance).hasSize(3);
    }

    @Test
    void a_silent_connection_is_given_up() throws Exception {
        gateway.awaitSessions(1);
        stop();
        start(relay.uri(), IMPATIENT);
        await().atMost(30, TimeUnit.SECONDS).until(() -> home.epoch() >= 2);
        int sessions = gateway.frames(TentacleFrame.Hello.class).size();
        relay.silence();
        gateway.awaitSessions(sessions + 1);
    }

    @Test
    void a_large_script_that_comes_over_a_slow_line_is_waited_for() throws Exception {
        gateway.awaitSessions(1);
        stop();
        start(relay.uri(), LESS_THAN_A_SCRIPT_TAKES);
        await().atMost(30, TimeUnit.SECONDS).until(() -> home.epoch() >= 2);
        int sessions = gateway.frames(TentacleFrame.Hello.class).size();
        relay.slowDown(100_000);
        Ticket ticket = gateway.give(Deliveries.bash("true\n" + "#".repeat(600_000)));
        assertThat(gateway.awaitEnd(ticket).succeeded()).isTrue();
        assertThat(gateway.frames(TentacleFrame.Hello.class)).hasSize(sessions);
    }

    @Test
    void a_gateway_that_restarts_is_found_again() {
        gateway.awaitSessions(1);
        gateway.shut();
        gateway.open();
        gateway.awaitSessions(2);
        assertThat(gateway.awaitEnd(gateway.give(Deliveries.bash("true"))).succeeded()).isTrue();
    }

    @Test
    void what_is_no_frame_ends_the_session_and_not_the_tentacle() {
        gateway.awaitSessions(1);
        gateway.babble("{\"type\":\"Nonsense\"}");
        gateway.awaitSessions(2);
        gateway.babble("rubbish");
        gateway.awaitSessions(3);
    }

    @Test
    void told_to_stay_away_it_does() throws Exception {
        gateway.awaitSessions(1);
        await().atMost(30, TimeUnit.SECONDS).until(() -> home.epoch() == 1);
        gateway.say(new GatewayFrame.Goodbye("this machine was removed", false));
        assertThat(tentacle.ended()).contains("this machine was removed");
        assertThat(gateway.frames(TentacleFrame.Hello.class)).hasSize(1);
    }
}
