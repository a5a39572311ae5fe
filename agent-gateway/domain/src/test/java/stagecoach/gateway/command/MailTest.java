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
    private static final Duration KILL = Duration.ofSeconds(10);
    private static final Duration ABANDON = Duration.ofSeconds(30);
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

    private static Mail script(Optional<Duration> timeout) {
        return Mail.posted(
                new RunScript(
                        TICKET,
                        AGENT,
                        CONTEXT,
                        Digest.of("body"),
                        new Mutex("default", Mutex.Mode.EXCLUSIVE),
                        timeout,
                        EXPIRES));
    }

    private static Mail pending() {
        return script(Optional.of(Duration.ofHours(1)));
    }

    private static Mail sent() {
        return pending().sent().orElseThrow().after();
    }

    private static Mail started() {
        return sent().started().orElseThrow().after();
    }

    private static Mail cancelling(Mail mail) {
        return mail.cancelled(NOW, KILL, ABANDON).orElseThrow().after();
    }

    private static CommandResult ending(Change change) {
        assertThat(change.after().isOpen()).isFalse();
        assertThat(change.report()).get().isInstanceOf(ReportEnded.class);
        return ((ReportEnded) change.report().orElseThrow()).result();
    }

    @Test
    void a_command_is_reported_started_and_ended_once() {
        assertThat(sent().started().orElseThrow().report())
                .contains(new ReportStarted(TICKET, AGENT, CONTEXT));
        assertThat(started().started()).isEmpty();
        var end = started().ended(SUCCESS).orElseThrow();
        assertThat(end.report()).contains(new ReportEnded(TICKET, AGENT, CONTEXT, SUCCESS));
        assertThat(end.after().ended(SUCCESS)).isEmpty();
        assertThat(end.after().started()).isEmpty();
        assertThat(end.after().dueAt()).isEmpty();
    }

    @Test
    void a_result_counts_even_if_the_beginning_was_never_heard() {
        assertThat(ending(sent().ended(SUCCESS).orElseThrow())).isEqualTo(SUCCESS);
    }

    @Test
    void what_was_never_sent_is_cancelled_at_once() {
        var result = ending(pending().cancelled(NOW, KILL, ABANDON).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(result.mayStillRun()).isFalse();
    }

    @Test
    void what_was_sent_is_asked_to_end_and_given_up_at_the_bound() {
        Mail asked = cancelling(sent());
        assertThat(asked.isOpen()).isTrue();
        assertThat(asked.dueAt()).contains(NOW.plusSeconds(40));
        assertThat(asked.due(NOW.plusSeconds(39), true)).isEmpty();
        var result = ending(asked.due(NOW.plusSeconds(40), true).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void the_first_cancel_sets_the_bounds() {
        assertThat(cancelling(started()).cancelled(NOW.plusSeconds(5), KILL, ABANDON)).isEmpty();
    }

    @Test
    void the_late_truth_after_abandonment_is_settled_once() {
        Mail abandoned =
                cancelling(started()).due(NOW.plusSeconds(40), false).orElseThrow().after();
        var settled = abandoned.ended(SUCCESS).orElseThrow();
        assertThat(settled.report()).contains(new ReportSettled(TICKET, AGENT, CONTEXT, SUCCESS));
        assertThat(settled.after().ended(SUCCESS)).isEmpty();
    }

    @Test
    void what_was_not_sent_in_time_expires() {
        assertThat(pending().due(EXPIRES.minusMillis(1), true)).isEmpty();
        var result = ending(pending().due(EXPIRES, true).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.EXPIRED);
    }

    @Test
    void what_was_sent_does_not_expire_here_since_the_tentacle_may_have_begun() {
        assertThat(sent().due(EXPIRES, true)).isEmpty();
        assertThat(sent().due(EXPIRES, false)).isEmpty();
    }

    @Test
    void what_a_vanished_machine_should_have_ended_long_ago_is_abandoned() {
        Instant overdue = EXPIRES.plus(Duration.ofHours(1)).plus(Mail.OVERDUE_GRACE);
        assertThat(started().dueAt()).contains(overdue);
        assertThat(started().due(overdue, true)).isEmpty();
        var result = ending(started().due(overdue, false).orElseThrow());
        assertThat(result.outcome()).isEqualTo(CommandOutcome.ABANDONED);
        assertThat(result.mayStillRun()).isTrue();
    }

    @Test
    void a_script_without_limit_is_never_overdue() {
        Mail unlimited = script(Optional.empty()).sent().orElseThrow().after();
        assertThat(unlimited.dueAt()).isEmpty();
        assertThat(unlimited.due(Instant.MAX, false)).isEmpty();
    }

    @Test
    void an_acquisition_of_a_vanished_machine_is_given_up_when_its_time_is_over() {
        Mail acquisition =
                Mail.posted(
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
                                EXPIRES));
        assertThat(acquisition.sent().orElseThrow().after().dueAt())
                .contains(EXPIRES.plus(Mail.OVERDUE_GRACE));
    }

    @Test
    void a_cancel_for_an_unknown_ticket_ends_it_before_it_comes() {
        var tombstone =
                Mail.tombstone(new CancelCommand(TICKET, AGENT, CONTEXT, KILL, ABANDON), NOW);
        assertThat(ending(tombstone).outcome()).isEqualTo(CommandOutcome.CANCELLED);
        assertThat(tombstone.after().sent()).isEmpty();
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
                cancelling(started()).due(NOW.plusSeconds(40), false).orElseThrow().after();
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
