package stagecoach.gateway.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.gateway.command.Mail.Resumption;
import stagecoach.gateway.command.Report.ReportEnded;
import stagecoach.gateway.command.Report.ReportSettled;
import stagecoach.gateway.command.Report.ReportStarted;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Mutex;

class MailTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Instant EXPIRES = NOW.plusSeconds(600);
    private static final StopBounds STOP =
            new StopBounds(Duration.ofSeconds(10), Duration.ofSeconds(30));
    private static final AgentId AGENT = new AgentId("target:web-1");
    private static final Ticket TICKET = Ticket.of("mail");
    private static final CommandContext CONTEXT =
            new CommandContext(
                    new DeploymentId("0123abcd"),
                    new ProjectId("shop"),
                    new EnvironmentId("production"),
                    new Run(1),
                    Optional.empty(),
                    Optional.empty());
    private static final CommandResult SUCCESS =
            new CommandResult(
                    CommandOutcome.EXITED,
                    Optional.of(0),
                    Map.of(),
                    Optional.empty(),
                    false,
                    Optional.empty());

    private static final Duration REACH = Duration.ofMinutes(2);
    private static final Optional<Instant> CONNECTED = Optional.empty();

    private static Mail script(Optional<Duration> timeout) {
        return script(timeout, Optional.empty());
    }

    private static Mail script(Optional<Duration> timeout, Optional<StopBounds> stop) {
        return Mail.posted(
                new RunScript(
                        TICKET,
                        AGENT,
                        CONTEXT,
                        Digest.of("body"),
                        new Mutex("default", Mutex.Mode.EXCLUSIVE),
                        timeout,
                        EXPIRES,
                        List.of(),
                        Optional.of(REACH),
                        stop),
                NOW);
    }

    private static Optional<Instant> awaySince(Instant at) {
        return Optional.of(at);
    }

    private static Mail pending() {
        return script(Optional.of(Duration.ofHours(1)));
    }

    private static Mail sent() {
        return pending().sent(NOW).orElseThrow().after();
    }

    private static Mail started() {
        return sent().started(NOW).orElseThrow().after();
    }

    private static Mail acquisition() {
        return Mail.posted(
                new AcquirePackage(
                        TICKET,
                        AGENT,
                        CONTEXT,
                        new PackagePin(
                                new PackageId("Shop.Web"),
                                PackageVersion.parse("1.0.0"),
                                Sha512.hashOf(new byte[0]),
                                0),
                        List.of(),
                        false,
                        EXPIRES,
                        Optional.of(REACH)),
                NOW);
    }

    private static Mail cancelling(Mail mail) {
        return mail.cancelled(NOW, STOP).orElseThrow().after();
    }

    private static CommandResult ending(Change change) {
        assertThat(change.after().isOpen()).isFalse();
        assertThat(change.report()).get().isInstanceOf(ReportEnded.class);
        return ((ReportEnded) change.report().orElseThrow()).result();
    }

    @Test
    void a_command_is_reported_started_and_ended_once() {
        assertThat(sent().started(NOW).orElseThrow().report())
                .contains(new ReportStarted(TICKET, AGENT, CONTEXT));
        assertThat(started().started(NOW)).isEmpty();
        var end = started().ended(SUCCESS).orElseThrow();
        assertThat(end.report()).contains(new ReportEnded(TICKET, AGENT, CONTEXT, SUCCESS));
        assertThat(end.after().ended(SUCCESS)).isEmpty();
        assertThat(end.after().started(NOW)).isEmpty();
        assertThat(end.after().dueAt()).isEmpty();
    }

    @Test
    void a_result_counts_even_if_the_beginning_was_never_heard() {
        assertThat(ending(sent().ended(SUCCESS).orElseThrow())).isEqualTo(SUCCESS);
    }

    @Test
    void what_was_never_sent_is_cancelled_at_once() {
        var result = ending(pending().cancelled(NOW, STOP).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(result.mayStillRun()).isFalse();
    }

    @Test
    void what_was_sent_is_asked_to_end_and_given_up_at_the_bound() {
        Mail asked = cancelling(sent());
        assertThat(asked.isOpen()).isTrue();
        assertThat(asked.dueAt()).contains(NOW.plusSeconds(40));
        assertThat(asked.due(NOW.plusSeconds(39), CONNECTED)).isEmpty();
        var result = ending(asked.due(NOW.plusSeconds(40), CONNECTED).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void the_first_cancel_sets_the_bounds() {
        assertThat(cancelling(started()).cancelled(NOW.plusSeconds(5), STOP)).isEmpty();
    }

    @Test
    void the_late_truth_after_abandonment_is_settled_once() {
        Mail abandoned =
                cancelling(started())
                        .due(NOW.plusSeconds(40), awaySince(NOW))
                        .orElseThrow()
                        .after();
        var settled = abandoned.ended(SUCCESS).orElseThrow();
        assertThat(settled.report()).contains(new ReportSettled(TICKET, AGENT, CONTEXT, SUCCESS));
        assertThat(settled.after().ended(SUCCESS)).isEmpty();
    }

    @Test
    void what_was_not_sent_in_time_expires() {
        assertThat(pending().due(EXPIRES.minusMillis(1), CONNECTED)).isEmpty();
        var result = ending(pending().due(EXPIRES, CONNECTED).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXPIRED);
    }

    @Test
    void what_is_at_a_machine_that_is_connected_is_never_given_up_however_long_its_turn_takes() {
        Instant nextDay = EXPIRES.plus(Duration.ofDays(1));
        assertThat(sent().due(nextDay, CONNECTED)).isEmpty();
        assertThat(started().due(nextDay, CONNECTED)).isEmpty();
    }

    @Test
    void a_machine_that_is_away_when_its_turn_comes_is_waited_for_as_long_as_the_command_says() {
        Instant lost = NOW.minusSeconds(3600);
        assertThat(pending().dueAt()).contains(NOW.plus(REACH));
        assertThat(pending().due(NOW.plus(REACH).minusMillis(1), awaySince(lost))).isEmpty();
        var result = ending(pending().due(NOW.plus(REACH), awaySince(lost)).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.UNREACHED);
        assertThat(result.mayStillRun()).isFalse();
    }

    @Test
    void what_waits_here_for_something_else_does_not_count_as_a_machine_out_of_reach() {
        Instant later = NOW.plus(REACH).plusSeconds(60);
        assertThat(pending().due(later, CONNECTED)).isEmpty();
        assertThat(pending().due(later, awaySince(later.minusSeconds(1)))).isEmpty();
        assertThat(pending().due(later.plus(REACH), awaySince(later))).isPresent();
    }

    @Test
    void it_is_looked_at_again_when_it_would_be_given_up_and_now_and_then_before() {
        Duration usual = Duration.ofMinutes(1);
        assertThat(sent().lookAgainAt(NOW, CONNECTED, usual)).isEqualTo(NOW.plus(usual));
        assertThat(sent().lookAgainAt(NOW, awaySince(NOW), usual)).isEqualTo(NOW.plus(usual));
        Instant later = NOW.plus(REACH).minusSeconds(10);
        assertThat(sent().lookAgainAt(later, awaySince(NOW), usual)).isEqualTo(NOW.plus(REACH));
    }

    @Test
    void what_was_on_the_way_when_its_machine_was_lost_is_unreached_and_may_run() {
        Instant lost = NOW.plusSeconds(20);
        assertThat(sent().due(lost.plus(REACH).minusMillis(1), awaySince(lost))).isEmpty();
        var change = sent().due(lost.plus(REACH), awaySince(lost)).orElseThrow();
        var result = ending(change);
        assertThat(result.outcome()).isEqualTo(CommandOutcome.UNREACHED);
        assertThat(result.mayStillRun()).isTrue();
        assertThat(change.after().onConnect(true)).isEqualTo(Resumption.CANCEL);
        assertThat(change.after().cancellation()).isPresent();
        assertThat(change.after().ended(SUCCESS).orElseThrow().report())
                .contains(new ReportSettled(TICKET, AGENT, CONTEXT, SUCCESS));
    }

    @Test
    void what_a_vanished_machine_should_have_ended_is_abandoned_counted_from_its_start() {
        Instant begun = NOW.plusSeconds(300);
        Mail working = sent().started(begun).orElseThrow().after();
        Instant overdue = begun.plus(Duration.ofHours(1)).plus(Limits.OVERDUE_GRACE);
        assertThat(working.dueAt()).contains(overdue);
        assertThat(working.due(overdue, CONNECTED)).isEmpty();
        assertThat(working.due(overdue.minusMillis(1), awaySince(begun))).isEmpty();
        var result = ending(working.due(overdue, awaySince(begun)).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void a_machine_that_is_away_has_the_time_that_the_step_gives_it_to_end_the_work() {
        var slowly = new StopBounds(Duration.ofMinutes(10), Duration.ofMinutes(2));
        Mail working =
                script(Optional.of(Duration.ofHours(1)), Optional.of(slowly))
                        .sent(NOW)
                        .orElseThrow()
                        .after()
                        .started(NOW)
                        .orElseThrow()
                        .after();
        Instant overdue =
                NOW.plus(Duration.ofHours(1)).plus(slowly.whole()).plus(Limits.TOLD_WITHIN);
        assertThat(working.due(overdue.minusMillis(1), awaySince(NOW))).isEmpty();
        assertThat(working.due(overdue, awaySince(NOW))).isPresent();
    }

    @Test
    void what_is_to_end_when_its_machine_is_heard_of_ends_as_its_step_says() {
        var quickly = new StopBounds(Duration.ZERO, Duration.ofSeconds(5));
        Mail lost = script(Optional.empty(), Optional.of(quickly)).sent(NOW).orElseThrow().after();
        var cancellation =
                lost.due(NOW.plus(REACH), awaySince(NOW))
                        .orElseThrow()
                        .after()
                        .cancellation()
                        .orElseThrow();
        assertThat(cancellation.bounds()).isEqualTo(quickly);
    }

    @Test
    void a_machine_that_was_just_lost_may_still_tell_of_work_whose_time_is_over() {
        Instant overdue = NOW.plus(Duration.ofHours(1)).plus(Limits.OVERDUE_GRACE);
        assertThat(started().due(overdue, awaySince(overdue.minusSeconds(1)))).isEmpty();
    }

    @Test
    void work_without_limit_of_a_vanished_machine_is_given_up_as_well() {
        Mail unlimited =
                script(Optional.empty())
                        .sent(NOW)
                        .orElseThrow()
                        .after()
                        .started(NOW)
                        .orElseThrow()
                        .after();
        Instant lost = NOW.plus(Duration.ofHours(5));
        Instant vanished = lost.plus(Limits.VANISHED_AFTER);
        assertThat(unlimited.dueAt()).isPresent();
        assertThat(unlimited.due(vanished, CONNECTED)).isEmpty();
        assertThat(unlimited.due(vanished.minusMillis(1), awaySince(lost))).isEmpty();
        var result = ending(unlimited.due(vanished, awaySince(lost)).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void an_acquisition_that_was_lost_with_its_machine_is_as_if_it_had_not_begun() {
        Mail loading =
                acquisition().sent(NOW).orElseThrow().after().started(NOW).orElseThrow().after();
        Instant lost = EXPIRES.plusSeconds(100);
        assertThat(loading.due(lost, CONNECTED)).isEmpty();
        assertThat(ending(loading.due(lost.plus(REACH), awaySince(lost)).orElseThrow()).outcome())
                .isEqualTo(CommandOutcome.UNREACHED);
    }

    @Test
    void a_cancel_for_an_unknown_ticket_ends_it_before_it_comes() {
        var tombstone =
                Mail.tombstone(
                        new CancelCommand(
                                TICKET, AGENT, CONTEXT, STOP.killAfter(), STOP.abandonAfter()),
                        NOW);
        assertThat(ending(tombstone).outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(tombstone.after().sent(NOW)).isEmpty();
    }

    @Test
    void what_the_tentacle_does_not_have_is_sent_again_and_what_it_has_is_not() {
        assertThat(sent().onConnect(false)).isEqualTo(Resumption.DELIVER);
        assertThat(sent().missingFromJournal()).isEmpty();
        assertThat(sent().onConnect(true)).isEqualTo(Resumption.NOTHING);
        assertThat(started().onConnect(true)).isEqualTo(Resumption.NOTHING);
        assertThat(pending().onConnect(false)).isEqualTo(Resumption.NOTHING);
    }

    @Test
    void a_cancel_is_told_again_to_a_tentacle_that_has_the_ticket() {
        assertThat(cancelling(sent()).onConnect(true)).isEqualTo(Resumption.CANCEL);
        assertThat(cancelling(started()).onConnect(true)).isEqualTo(Resumption.CANCEL);
        Mail abandoned =
                cancelling(started())
                        .due(NOW.plusSeconds(40), awaySince(NOW))
                        .orElseThrow()
                        .after();
        assertThat(abandoned.onConnect(true)).isEqualTo(Resumption.CANCEL);
        assertThat(abandoned.onConnect(false)).isEqualTo(Resumption.NOTHING);
    }

    @Test
    void a_cancelled_command_that_never_arrived_ends_without_the_tentacle() {
        var result = ending(cancelling(sent()).missingFromJournal().orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.CANCELLED);
    }

    @Test
    void begun_work_that_a_journal_has_lost_is_unknown_and_never_sent_again() {
        var result = ending(started().missingFromJournal().orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void what_was_sent_to_a_machine_that_is_another_one_now_is_given_up_and_never_sent_again() {
        for (Mail at : List.of(sent(), started(), cancelling(started()))) {
            Change change = at.machineReplaced(NOW).orElseThrow();
            assertThat(ending(change).outcome()).isEqualTo(CommandOutcome.ABANDONED);
            assertThat(ending(change).mayStillRun()).isTrue();
            // The home may be another one on the same machine, with the old journal.
            assertThat(change.after().onConnect(true)).isEqualTo(Mail.Resumption.CANCEL);
            assertThat(change.after().onConnect(false)).isEqualTo(Mail.Resumption.NOTHING);
        }
        assertThat(pending().machineReplaced(NOW)).isEmpty();
    }

    @Test
    void what_may_be_done_twice_is_sent_to_the_new_machine_unless_it_had_begun() {
        Mail sent = acquisition().sent(NOW).orElseThrow().after();
        assertThat(sent.machineReplaced(NOW)).isEmpty();
        assertThat(sent.onConnect(false)).isEqualTo(Mail.Resumption.DELIVER);
        Change begun = sent.started(NOW).orElseThrow().after().machineReplaced(NOW).orElseThrow();
        assertThat(ending(begun).outcome()).isEqualTo(CommandOutcome.UNREACHED);
    }

    @Test
    void a_command_whose_payload_is_gone_is_not_sent() {
        assertThat(ending(pending().payloadGone().orElseThrow()).outcome())
                .isEqualTo(CommandOutcome.CANCELLED);
        assertThat(started().payloadGone()).isEmpty();
    }

    @Test
    void a_machine_that_is_not_trusted_any_more_ends_its_commands() {
        assertThat(ending(pending().unreachableForGood("revoked").orElseThrow()).outcome())
                .isEqualTo(CommandOutcome.REFUSED);
        assertThat(ending(started().unreachableForGood("revoked").orElseThrow()).mayStillRun())
                .isTrue();
    }

    @Test
    void outputs_beyond_the_bound_never_pass_for_a_success() {
        var huge =
                new CommandResult(
                        CommandOutcome.EXITED,
                        Optional.of(0),
                        Map.of("a", "x".repeat(ResultBounds.OUTPUTS_MAX_BYTES)),
                        Optional.empty(),
                        false,
                        Optional.empty());
        assertThat(ResultBounds.within(SUCCESS, Map.of())).isEqualTo(SUCCESS);
        assertThat(ResultBounds.within(huge, Map.of()).outcome()).isEqualTo(CommandOutcome.UNKNOWN);
        assertThat(ResultBounds.within(huge, Map.of()).outputs()).isEmpty();
        var named = SUCCESS.withSensitiveOutputs(List.of("Token", "Never"));
        assertThat(ResultBounds.within(named, Map.of("Token", "x")).sensitiveOutputs())
                .containsExactly("Token");
        assertThat(ResultBounds.within(named, Map.of("Token", "x".repeat(300_000))))
                .satisfies(
                        bounded -> {
                            assertThat(bounded.outcome()).isEqualTo(CommandOutcome.UNKNOWN);
                            assertThat(bounded.sensitiveOutputs()).isEmpty();
                        });
    }
}
