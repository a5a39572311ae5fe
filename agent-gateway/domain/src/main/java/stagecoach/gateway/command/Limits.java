package stagecoach.gateway.command;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.AcquirePackage;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.AgentCommand.CheckHttp;
import stagecoach.contracts.agent.AgentCommand.InstallPackage;
import stagecoach.contracts.agent.AgentCommand.RunScript;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.gateway.command.Stage.Ended;
import stagecoach.gateway.command.Stage.Pending;
import stagecoach.gateway.command.Stage.Sent;
import stagecoach.gateway.command.Stage.Started;
import stagecoach.vocabulary.time.Spans;

/**
 * How long a command may wait, and how long its machine may be away before it is given up. While
 * the machine is connected nothing is given up here, so time that is spent in a machine's own queue
 * counts for nothing.
 *
 * @param expiresAt when it is given back if it was not sent by then, whatever the reason
 * @param reachWithin how long the machine may be out of reach before it has begun
 * @param atWork how long it may work once it has begun
 * @param stop how it is ended when its time is over
 * @param harmless whether work that was lost with its machine does no harm, so that it is treated
 *     as if it had not begun
 */
public record Limits(
        Instant expiresAt,
        Duration reachWithin,
        Optional<Duration> atWork,
        StopBounds stop,
        boolean harmless) {
    /**
     * How long after its own time a command of a machine that is away is waited for: a machine that
     * comes back tells what became of it.
     */
    static final Duration OVERDUE_GRACE = Duration.ofMinutes(1);

    /** What a report may need on its way. */
    static final Duration TOLD_WITHIN = Duration.ofSeconds(20);

    /** After this time a machine has vanished, and with it work that nobody has set a limit to. */
    static final Duration VANISHED_AFTER = Duration.ofMinutes(30);

    /** Those of a command; what is there only as a tombstone has no time at all. */
    static Limits of(AgentCommand command, Instant since) {
        return switch (command) {
            case RunScript script -> limits(script.expiresAt(), command, script.timeout(), false);
            case InstallPackage install ->
                    limits(install.expiresAt(), command, install.timeout(), false);
            case AcquirePackage acquire ->
                    limits(acquire.expiresAt(), command, Optional.empty(), true);
            case CheckHttp check -> limits(check.expiresAt(), command, Optional.empty(), true);
            case CancelCommand _ ->
                    new Limits(since, Duration.ZERO, Optional.empty(), command.stopBounds(), true);
        };
    }

    private static Limits limits(
            Instant expiresAt, AgentCommand command, Optional<Duration> atWork, boolean harmless) {
        return new Limits(
                expiresAt,
                command.awayAtMost().orElse(VANISHED_AFTER),
                atWork,
                command.stopBounds(),
                harmless);
    }

    /** When a command is given up whose machine is out of reach since {@code awaySince}. */
    Instant giveUpAt(Mail mail, Instant awaySince) {
        return switch (mail.stage()) {
            case Pending _, Sent _ -> later(mail.since(), awaySince).plus(reachWithin);
            case Started _ ->
                    harmless
                            ? later(mail.since(), awaySince).plus(reachWithin)
                            : atWork.map(
                                            most ->
                                                    later(mail.since().plus(most), awaySince)
                                                            .plus(overdueGrace()))
                                    .orElseGet(
                                            () ->
                                                    later(mail.since(), awaySince)
                                                            .plus(VANISHED_AFTER));
            case Ended _ -> Instant.MAX;
        };
    }

    /** A machine that ends its work as it was told needs that time, and some to tell of it. */
    private Duration overdueGrace() {
        Duration ended = stop.whole().plus(TOLD_WITHIN);
        return ended.compareTo(OVERDUE_GRACE) > 0 ? ended : OVERDUE_GRACE;
    }

    /** What is then said of it. */
    CommandResult whenGivenUp(Stage stage) {
        return switch (stage) {
            case Pending _ ->
                    Mail.result(
                            CommandOutcome.UNREACHED,
                            "The machine was out of reach for %s."
                                    .formatted(Spans.inWords(reachWithin)),
                            false);
            case Sent _ -> lostOnTheWay();
            case Started _ -> harmless ? lostOnTheWay() : lostAtWork();
            case Ended _ -> throw new IllegalStateException("what has ended is not given up");
        };
    }

    private CommandResult lostOnTheWay() {
        return Mail.result(
                CommandOutcome.UNREACHED,
                "The machine went out of reach when it had been sent the command, and did not come back within %s; it may still run."
                        .formatted(Spans.inWords(reachWithin)),
                true);
    }

    private CommandResult lostAtWork() {
        return Mail.result(
                CommandOutcome.ABANDONED,
                atWork.isPresent()
                        ? "The machine has been out of reach until the command's time was over; it may still run."
                        : "The machine has been out of reach for %s, and the command has no time limit of its own; it may still run."
                                .formatted(Spans.inWords(VANISHED_AFTER)),
                true);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
