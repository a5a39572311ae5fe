package stagecoach.gateway.app.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.Source;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.AgentCommand.ScriptPackage;
import stagecoach.contracts.agent.AgentReport;
import stagecoach.contracts.agent.AgentReport.AgentHealth;
import stagecoach.contracts.agent.AgentReport.AgentHealthChanged;
import stagecoach.contracts.agent.AgentReport.CommandEnded;
import stagecoach.contracts.agent.AgentReport.CommandSettled;
import stagecoach.contracts.agent.AgentReport.CommandStarted;
import stagecoach.contracts.agent.AgentReport.MachineTidied;
import stagecoach.contracts.agent.AgentReport.PackagesBegun;
import stagecoach.contracts.agent.AgentReport.SourcesMeasured;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.GatewayFrame.Cancel;
import stagecoach.contracts.agent.GatewayFrame.Complete;
import stagecoach.contracts.agent.GatewayFrame.Deliver;
import stagecoach.contracts.agent.GatewayFrame.OutputTaken;
import stagecoach.contracts.agent.GatewayFrame.RemovalsTaken;
import stagecoach.contracts.agent.GatewayFrame.Welcome;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.Removal.RemovedPackage;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.contracts.agent.TentacleFrame.Ended;
import stagecoach.contracts.agent.TentacleFrame.Health;
import stagecoach.contracts.agent.TentacleFrame.OpenTicket;
import stagecoach.contracts.agent.TentacleFrame.Output;
import stagecoach.contracts.agent.TentacleFrame.Progress;
import stagecoach.contracts.agent.TentacleFrame.Started;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Logs;
import stagecoach.gateway.app.test.Machine;
import stagecoach.gateway.app.test.Machine.Connection;
import stagecoach.gateway.app.test.OtherServices;
import stagecoach.gateway.app.test.Scene;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

@GatewayTest
class DeliveryTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration LONG = Duration.ofMinutes(10);

    @Inject Scene scene;
    @Inject Vertx vertx;

    private static boolean isOver(List<AgentReport> reports) {
        return reports.stream().anyMatch(CommandEnded.class::isInstance);
    }

    private static CommandEnded endOf(Ticket ticket) {
        return Scene.reportsOf(ticket, DeliveryTest::isOver).stream()
                .filter(CommandEnded.class::isInstance)
                .map(CommandEnded.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private static Deliver delivered(Connection connection, Ticket ticket) {
        return connection.await(
                Deliver.class, deliver -> deliver.command().ticket().equals(ticket));
    }

    private static void complete(Connection connection, Ticket ticket) {
        connection.await(Complete.class, done -> done.ticket().equals(ticket));
    }

    private static OutputLine line(String text) {
        return new OutputLine(Instant.parse("2026-11-24T12:00:00Z"), OutputKind.OUT, text);
    }

    @Test
    void a_command_runs_once_and_is_reported_once_however_often_everything_is_said() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.aTicket();
        var script = Scene.script(agent, ticket, LONG);
        Scene.give(script);
        Scene.give(script);
        assertThat(delivered(machine, ticket).payload()).isPresent();
        machine.say(new Started(ticket));
        machine.say(new Started(ticket));
        machine.say(new Output(ticket, 1, List.of(line("one"))));
        machine.say(new Output(ticket, 2, List.of(line("two"))));
        machine.say(new Ended(ticket, Scene.exited(0)));
        machine.say(new Ended(ticket, Scene.exited(0)));
        machine.await(OutputTaken.class, taken -> taken.chunk() == 2);
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> machine.heard(Complete.class).size() == 2);
        Scene.give(script);
        Ticket marker = Scene.giveScript(agent);
        delivered(machine, marker);
        assertThat(machine.texts("\"Deliver\"").stream().filter(t -> t.contains(ticket.toString())))
                .hasSize(1);
        assertThat(Scene.reportsOf(ticket, DeliveryTest::isOver))
                .containsExactly(
                        new CommandStarted(ticket, agent, script.context()),
                        new CommandEnded(ticket, agent, script.context(), Scene.exited(0)));
        // The result was safe before the tentacle was told to forget it, and so was the output.
        assertThat(machine.heard().indexOf(machine.await(OutputTaken.class)))
                .isLessThan(machine.heard().indexOf(machine.await(Complete.class)));
        assertThat(logsOf(ticket, 2)).extracting(LogEntry.Output::chunk).containsExactly(1L, 2L);
    }

    private static List<LogEntry.Output> logsOf(Ticket ticket, int count) {
        return Logs.until(LogEntry.Output.class, output -> output.ticket().equals(ticket), count);
    }

    @Test
    void a_script_with_packages_is_not_sent_to_a_tentacle_that_would_leave_them_out() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.aTicket();
        var bare = Scene.script(agent, ticket, LONG);
        Scene.give(
                new RunScript(
                        bare.ticket(),
                        bare.agent(),
                        bare.context(),
                        bare.payloadDigest(),
                        bare.mutex(),
                        bare.timeout(),
                        bare.expiresAt(),
                        List.of(
                                new ScriptPackage(
                                        new PackagePin(
                                                PackageId.parse("Shop.Tools"),
                                                PackageVersion.parse("1.0.0"),
                                                Sha512.hashOf(new byte[] {1}),
                                                1),
                                        true)),
                        Optional.empty(),
                        Optional.empty()));
        CommandResult result = endOf(ticket).result();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason())
                .contains(
                        "The tentacle there (version test) is too old for scripts that use packages. Update it, then retry.");
        Ticket marker = Scene.giveScript(agent);
        delivered(machine, marker);
        assertThat(machine.heard(Deliver.class))
                .extracting(deliver -> deliver.command().ticket())
                .containsExactly(marker);
    }

    @Test
    void what_was_given_while_the_machine_was_away_is_delivered_in_order_when_it_comes() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        List<Ticket> tickets =
                IntStream.range(0, 5).mapToObj(i -> Scene.giveScript(agent)).toList();
        Connection connection = machine.connect(agent);
        tickets.forEach(ticket -> delivered(connection, ticket));
        assertThat(connection.heard(Deliver.class))
                .extracting(deliver -> deliver.command().ticket())
                .containsExactlyElementsOf(tickets);
    }

    @Test
    void what_a_tentacle_does_not_have_after_a_break_is_sent_again_byte_for_byte() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection first = machine.connect(agent);
        Ticket lost = Scene.giveScript(agent);
        Ticket kept = Scene.giveScript(agent);
        delivered(first, lost);
        delivered(first, kept);
        first.drop();
        Connection second = machine.connect(agent, new OpenTicket(kept, false, 0));
        assertThat(second.await(Welcome.class).openTickets()).containsExactlyInAnyOrder(lost, kept);
        assertThat(second.await(Welcome.class).epoch())
                .isGreaterThan(first.await(Welcome.class).epoch());
        delivered(second, lost);
        assertThat(second.texts(lost.toString()).getLast())
                .isEqualTo(
                        first.texts(lost.toString()).stream()
                                .filter(text -> text.contains("Deliver"))
                                .findFirst()
                                .orElseThrow());
        Ticket marker = Scene.giveScript(agent);
        delivered(second, marker);
        assertThat(second.heard(Deliver.class))
                .noneMatch(deliver -> deliver.command().ticket().equals(kept));
        second.say(new Ended(kept, Scene.exited(3)));
        complete(second, kept);
        assertThat(endOf(kept).result().exitCode()).contains(3);
    }

    @Test
    void begun_work_that_the_tentacle_has_lost_is_unknown_and_not_sent_again() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection first = machine.connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        delivered(first, ticket);
        first.say(new Started(ticket));
        Scene.reportsOf(ticket, reports -> !reports.isEmpty());
        first.drop();
        Connection second = machine.connect(agent);
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        delivered(second, Scene.giveScript(agent));
        assertThat(second.heard(Deliver.class)).hasSize(1);
    }

    @Test
    void a_command_whose_work_has_ended_is_not_delivered() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Ticket ticket = Scene.aTicket();
        var script = Scene.script(agent, ticket, LONG);
        OtherServices.running().payloadGone(ticket);
        Connection connection = machine.connect(agent);
        Scene.give(script);
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(connection.heard(Deliver.class)).isEmpty();
    }

    @Test
    void what_is_too_large_for_a_machine_is_refused_and_what_is_only_large_comes_in_small_frames() {
        AgentId agent = Scene.anAgent();
        List<String> heard = scene.enrolled(agent).connectTakingSmallFrames(vertx, agent);
        Ticket huge = Scene.aTicket();
        Scene.give(Scene.script(agent, huge, "echo " + "x".repeat(5 * 1024 * 1024)));
        assertThat(endOf(huge).result().outcome()).isEqualTo(CommandOutcome.REFUSED);
        Ticket large = Scene.aTicket();
        Scene.give(Scene.script(agent, large, "echo " + "x".repeat(1024 * 1024)));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> heard.stream().anyMatch(text -> text.contains(large.toString())));
    }

    @Test
    void while_the_step_runner_is_away_scripts_wait_and_acquisitions_do_not() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        var services = OtherServices.running();
        services.away(true);
        Ticket script;
        try {
            script = Scene.giveScript(agent);
            Ticket acquisition = Scene.aTicket();
            Sha512 sha512 = Sha512.hashOf(new byte[] {1});
            Scene.give(Scene.acquire(agent, acquisition, sha512, 1, new Source.Server()));
            delivered(connection, acquisition);
            assertThat(connection.heard(Deliver.class)).hasSize(1);
        } finally {
            services.away(false);
        }
        delivered(connection, script);
    }

    @Test
    void an_acquisition_carries_grants_for_its_caches_bound_to_the_machine() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        Ticket ticket = Scene.aTicket();
        Sha512 sha512 = Sha512.hashOf(new byte[] {2});
        var cache = new CacheId("eu-1");
        var command =
                Scene.acquire(
                        agent,
                        ticket,
                        sha512,
                        1,
                        new Source.Cache(cache, "https://eu.example", Optional.empty()),
                        new Source.Server());
        Scene.give(command);
        assertThat(delivered(connection, ticket).grants())
                .singleElement()
                .satisfies(grant -> assertThat(grant.token()).isEqualTo("grant-for-eu-1"));
        assertThat(delivered(connection, ticket).needed()).contains(List.of(OtherServices.NEEDED));
        assertThat(OtherServices.running().granted())
                .anySatisfy(
                        request -> {
                            assertThat(request.sha512()).isEqualTo(sha512);
                            assertThat(request.agent()).contains(agent);
                            assertThat(request.thumbprint())
                                    .isEqualTo(machine.thumbprint().value());
                        });
        connection.say(new Progress(ticket, 512));
        var progress =
                new LogEntry.TransferProgress(
                        command.context().deployment(),
                        command.pin(),
                        command.context().target(),
                        Optional.empty(),
                        512);
        assertThat(Logs.until(LogEntry.TransferProgress.class, progress::equals, 1)).hasSize(1);
    }

    @Test
    void a_cancel_before_delivery_ends_the_command_at_once() {
        AgentId agent = Scene.anAgent();
        scene.enrolled(agent);
        Ticket ticket = Scene.giveScript(agent);
        Scene.giveCancel(agent, ticket, SECOND, SECOND);
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.CANCELLED);
    }

    @Test
    void a_cancel_for_a_ticket_that_never_came_ends_it_before_it_comes() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.aTicket();
        Scene.giveCancel(agent, ticket, SECOND, SECOND);
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        Scene.give(Scene.script(agent, ticket, LONG));
        delivered(connection, Scene.giveScript(agent));
        assertThat(connection.heard(Deliver.class)).hasSize(1);
    }

    @Test
    void a_cancel_of_what_runs_is_told_and_the_tentacle_says_how_it_ended() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        delivered(connection, ticket);
        connection.say(new Started(ticket));
        Scene.giveCancel(agent, ticket, Duration.ofSeconds(10), Duration.ofSeconds(30));
        assertThat(connection.await(Cancel.class))
                .isEqualTo(new Cancel(ticket, Duration.ofSeconds(10), Duration.ofSeconds(30)));
        connection.say(
                new Ended(
                        ticket,
                        new CommandResult(
                                CommandOutcome.CANCELLED,
                                Optional.empty(),
                                Map.of(),
                                Optional.of("killed"),
                                false,
                                Optional.empty())));
        complete(connection, ticket);
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.CANCELLED);
    }

    @Test
    void what_does_not_end_within_the_bound_is_abandoned_and_settled_when_the_truth_comes() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        delivered(connection, ticket);
        connection.say(new Started(ticket));
        Scene.reportsOf(ticket, reports -> !reports.isEmpty());
        connection.drop();
        Scene.giveCancel(agent, ticket, Duration.ofMillis(100), Duration.ofMillis(200));
        var end = endOf(ticket).result();
        assertThat(end.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(end.mayStillRun()).isTrue();
        Connection later = machine.connect(agent, new OpenTicket(ticket, false, 0));
        later.await(Cancel.class, cancel -> cancel.ticket().equals(ticket));
        later.say(new Ended(ticket, Scene.exited(143)));
        complete(later, ticket);
        assertThat(
                        Scene.reportsOf(
                                ticket,
                                reports ->
                                        reports.stream()
                                                .anyMatch(CommandSettled.class::isInstance)))
                .hasSize(3);
    }

    @Test
    void a_cancel_that_comes_while_the_machine_is_away_is_told_when_it_comes_back() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        Ticket runs = Scene.giveScript(agent);
        Ticket neverArrived = Scene.giveScript(agent);
        delivered(connection, runs);
        delivered(connection, neverArrived);
        connection.drop();
        Scene.giveCancel(agent, runs, SECOND, LONG);
        Scene.giveCancel(agent, neverArrived, SECOND, LONG);
        Ticket behind = Scene.aTicket();
        Scene.giveCancel(agent, behind, SECOND, LONG);
        endOf(behind);
        Connection second = machine.connect(agent, new OpenTicket(runs, false, 0));
        second.await(Cancel.class, cancel -> cancel.ticket().equals(runs));
        assertThat(endOf(neverArrived).result().outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(second.heard(Deliver.class)).isEmpty();
    }

    @Test
    void what_is_not_delivered_in_time_expires() {
        AgentId agent = Scene.anAgent();
        scene.enrolled(agent);
        Ticket ticket = Scene.aTicket();
        Scene.give(Scene.script(agent, ticket, Duration.ofMillis(300)));
        assertThat(endOf(ticket).result().outcome()).isEqualTo(CommandOutcome.EXPIRED);
    }

    @Test
    void a_machine_that_is_lost_is_waited_for_as_long_as_each_command_says() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        Ticket onTheWay = Scene.aTicket();
        Scene.give(Scene.reaching(agent, onTheWay, Duration.ofSeconds(3)));
        delivered(connection, onTheWay);
        connection.drop();
        Ticket waits = Scene.aTicket();
        Scene.give(Scene.reaching(agent, waits, Duration.ofSeconds(2)));
        Ticket patient = Scene.aTicket();
        Scene.give(Scene.reaching(agent, patient, Duration.ofMinutes(10)));
        CommandResult never = endOf(waits).result();
        assertThat(never.outcome()).isEqualTo(CommandOutcome.UNREACHED);
        assertThat(never.mayStillRun()).isFalse();
        CommandResult perhaps = endOf(onTheWay).result();
        assertThat(perhaps.outcome()).isEqualTo(CommandOutcome.UNREACHED);
        assertThat(perhaps.mayStillRun()).isTrue();
        Connection second = machine.connect(agent, new OpenTicket(onTheWay, false, 0));
        second.await(Cancel.class, cancel -> cancel.ticket().equals(onTheWay));
        delivered(second, patient);
    }

    @Test
    void a_command_for_a_machine_that_never_enrolled_is_refused_at_once() {
        var result = endOf(Scene.giveScript(Scene.anAgent())).result();
        assertThat(result.outcome()).isEqualTo(CommandOutcome.REFUSED);
        assertThat(result.reason().orElseThrow()).contains("No machine is enrolled");
    }

    @Test
    void nobody_ends_the_command_of_another() {
        AgentId agent = Scene.anAgent();
        AgentId thief = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Connection other = scene.enrolled(thief).connect(thief);
        Ticket ticket = Scene.giveScript(agent);
        delivered(machine, ticket);
        other.say(new Started(ticket));
        other.say(new Output(ticket, 1, List.of(line("forged"))));
        other.say(new Ended(ticket, Scene.exited(0)));
        complete(other, ticket);
        machine.say(new Ended(ticket, Scene.exited(9)));
        complete(machine, ticket);
        var reports = Scene.reportsOf(ticket, DeliveryTest::isOver);
        assertThat(reports).hasSize(1);
        assertThat(endOf(ticket).result().exitCode()).contains(9);
    }

    @Test
    void nothing_is_added_to_the_output_of_what_has_ended() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ended = Scene.giveScript(agent);
        delivered(machine, ended);
        machine.say(new Output(ended, 1, List.of(line("true"))));
        machine.say(new Ended(ended, Scene.exited(0)));
        complete(machine, ended);
        machine.say(new Output(ended, 2, List.of(line("forged"))));
        machine.await(
                OutputTaken.class, taken -> taken.ticket().equals(ended) && taken.chunk() == 2);
        Ticket marker = Scene.giveScript(agent);
        delivered(machine, marker);
        machine.say(new Output(marker, 1, List.of(line("marker"))));
        machine.await(OutputTaken.class, taken -> taken.ticket().equals(marker));
        assertThat(logsOf(marker, 1)).hasSize(1);
        assertThat(
                        Logs.until(
                                LogEntry.Output.class,
                                output -> Set.of(ended, marker).contains(output.ticket()),
                                2))
                .extracting(output -> output.lines().getFirst().text())
                .containsExactlyInAnyOrder("true", "marker");
    }

    @Test
    void output_that_is_longer_than_the_protocol_allows_ends_the_session() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        delivered(machine, ticket);
        machine.say(new Output(ticket, 1, List.of(line("x".repeat(70_000)))));
        assertThat(machine.closedWith()).isEqualTo(1002);
    }

    @Test
    void much_output_arrives_whole_and_in_order() {
        AgentId agent = Scene.anAgent();
        Connection machine = scene.enrolled(agent).connect(agent);
        Ticket ticket = Scene.giveScript(agent);
        delivered(machine, ticket);
        int chunks = 150;
        String text = "x".repeat(30_000);
        for (int i = 1; i <= chunks; i++) {
            machine.say(new Output(ticket, i, List.of(line(text))));
        }
        machine.say(new Ended(ticket, Scene.exited(0)));
        complete(machine, ticket);
        assertThat(logsOf(ticket, chunks))
                .extracting(LogEntry.Output::chunk)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, chunks).mapToObj(Long::valueOf).toList());
    }

    @Test
    void health_is_told_when_it_changes() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        connection.say(new Health(5, Optional.empty()));
        connection.say(new Health(5, Optional.of("The disk is full.")));
        connection.say(new Health(4, Optional.of("The disk is full.")));
        connection.say(new Health(9, Optional.empty()));
        var events =
                Scene.reportsOf(
                        agent,
                        reports ->
                                reports.stream()
                                                .filter(AgentHealthChanged.class::isInstance)
                                                .count()
                                        == 3);
        assertThat(Scene.healthsIn(events))
                .containsExactly(AgentHealth.HEALTHY, AgentHealth.UNHEALTHY, AgentHealth.HEALTHY);
        connection.hangUp();
        assertThat(
                        Scene.healthsIn(
                                Scene.reportsOf(
                                        agent, reports -> Scene.healthsIn(reports).size() == 4)))
                .endsWith(AgentHealth.UNAVAILABLE);
    }

    @Test
    void how_far_a_machine_finds_its_caches_is_passed_on_with_its_health() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        var latencies = List.of(new SourceLatency(new CacheId("eu-1"), 4));
        connection.say(new Health(5, Optional.empty()));
        connection.say(new Health(5, Optional.empty(), latencies, List.of()));
        var events =
                Scene.reportsOf(
                        agent,
                        reports -> reports.stream().anyMatch(SourcesMeasured.class::isInstance));
        assertThat(events)
                .filteredOn(SourcesMeasured.class::isInstance)
                .containsExactly(new SourcesMeasured(agent, latencies));
    }

    @Test
    void what_interrupted_fetches_have_left_is_passed_on_when_it_has_changed() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        var begun = List.of(new BegunPackage(new Sha512("ab".repeat(64)), 4096));
        connection.say(new Health(5, Optional.empty()));
        connection.say(new Health(5, Optional.empty(), List.of(), begun));
        connection.say(new Health(4, Optional.empty(), List.of(), begun));
        connection.say(new Health(5, Optional.empty()));
        var events =
                Scene.reportsOf(
                        agent,
                        reports ->
                                reports.stream().filter(PackagesBegun.class::isInstance).count()
                                        == 3);
        // The first word of a session is news: an earlier one may have told otherwise.
        assertThat(events)
                .filteredOn(PackagesBegun.class::isInstance)
                .containsExactly(
                        new PackagesBegun(agent, List.of()),
                        new PackagesBegun(agent, begun),
                        new PackagesBegun(agent, List.of()));
    }

    @Test
    void what_a_machine_has_removed_is_told_once_also_if_it_says_it_in_another_session() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection connection = machine.connect(agent);
        connection.say(tidied(removal(7)));
        assertThat(connection.await(RemovalsTaken.class, _ -> true).number()).isEqualTo(7);
        connection.hangUp();
        Connection next = machine.connect(agent);
        next.say(tidied(removal(7), removal(9)));
        assertThat(next.await(RemovalsTaken.class, _ -> true).number()).isEqualTo(9);

        var events =
                Scene.reportsOf(
                        agent,
                        reports ->
                                reports.stream()
                                        .anyMatch(new MachineTidied(agent, removal(9))::equals));
        assertThat(events)
                .filteredOn(MachineTidied.class::isInstance)
                .containsExactly(
                        new MachineTidied(agent, removal(7)), new MachineTidied(agent, removal(9)));
    }

    private static Health tidied(Removal... removals) {
        return new Health(5, Optional.empty(), List.of(), List.of(), List.of(removals));
    }

    private static Removal removal(long number) {
        return new Removal(
                number,
                Instant.parse("2026-11-30T03:00:00Z"),
                DeploymentId.ofBits(7),
                Removal.Rule.DISK,
                "Shop.Web 4.0.0 needs the room",
                List.of(
                        new RemovedPackage(
                                new Sha512("ab".repeat(64)),
                                Optional.of(new PackageId("Shop.Web")),
                                Optional.of(new PackageVersion("1.0.0")),
                                3_000,
                                Instant.parse("2026-11-20T03:00:00Z"))),
                List.of(),
                1,
                3_000);
    }

    @Test
    void a_machine_that_hangs_is_given_up_within_the_bound() {
        AgentId agent = Scene.anAgent();
        Connection connection = scene.enrolled(agent).connect(agent);
        connection.goDeaf();
        var events = Scene.reportsOf(agent, reports -> Scene.healthsIn(reports).size() == 2);
        assertThat(events.getLast())
                .isInstanceOfSatisfying(
                        AgentHealthChanged.class,
                        changed -> {
                            assertThat(changed.state()).isEqualTo(AgentHealth.UNAVAILABLE);
                            assertThat(changed.reason()).contains("Nothing was heard");
                        });
    }

    @Test
    void who_does_not_keep_to_the_protocol_is_shown_the_door() {
        AgentId agent = Scene.anAgent();
        Machine machine = scene.enrolled(agent);
        Connection silent = machine.dial().join();
        assertThat(silent.closedWith()).isEqualTo(1008);
        Connection hasty = machine.dial().join();
        hasty.say(new Started(Scene.aTicket()));
        assertThat(hasty.closedWith()).isEqualTo(1002);
        Connection garbled = machine.connect(agent);
        garbled.sayText("{\"type\":\"Hullo\"}");
        assertThat(garbled.closedWith()).isEqualTo(1002);
        Connection binary = machine.connect(agent);
        binary.sayBytes(new byte[] {1, 2, 3});
        assertThat(binary.closedWith()).isEqualTo(1003);
        Connection huge = machine.connect(agent);
        huge.sayText("x".repeat(2 * 1024 * 1024));
        assertThat(huge.closedWith()).isEqualTo(1009);
        machine.connect(agent).hangUp();
    }
}
