package stagecoach.gateway.command;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.AgentCommand.CancelCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.StopBounds;
import stagecoach.gateway.command.Report.ReportEnded;
import stagecoach.gateway.command.Report.ReportSettled;
import stagecoach.gateway.command.Report.ReportStarted;
import stagecoach.gateway.command.Stage.Ended;
import stagecoach.gateway.command.Stage.Pending;
import stagecoach.gateway.command.Stage.Sent;
import stagecoach.gateway.command.Stage.Started;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Ticket;

/**
 * One command in the mailbox: PENDING, then SENT, STARTED, ENDED. What may happen to it is a method
 * that gives the {@link Change}, or nothing where nothing changes; storing it is left to others.
 *
 * @param limits how long it may wait, and how long its machine may be away
 * @param since when it came into its stage
 */
public record Mail(
        Ticket ticket,
        AgentId agent,
        CommandContext context,
        Limits limits,
        Optional<Cancellation> cancellation,
        Stage stage,
        Instant since) {
    /** What the tentacle should do about a command when it connects. */
    public enum Resumption {
        /** Send it: the tentacle does not have it. */
        DELIVER,
        /** Tell it to end what it has. */
        CANCEL,
        /** Nothing: it has it, or it is not its business. */
        NOTHING
    }

    /** A command that has just arrived; a cancel is not one, see {@link #tombstone}. */
    public static Mail posted(AgentCommand command, Instant now) {
        return stored(command, Optional.empty(), new Pending(), now);
    }

    /**
     * A command that has been here for a while.
     *
     * @param since when it came into {@code stage}
     */
    public static Mail stored(
            AgentCommand command, Optional<Cancellation> cancellation, Stage stage, Instant since) {
        return new Mail(
                command.ticket(),
                command.agent(),
                command.context(),
                Limits.of(command, since),
                cancellation,
                stage,
                since);
    }

    /** What a cancel leaves for a ticket that is not known: if its command comes, it is refused. */
    public static Change tombstone(CancelCommand cancel, Instant now) {
        return new Mail(
                        cancel.ticket(),
                        cancel.agent(),
                        cancel.context(),
                        Limits.of(cancel, now),
                        Optional.of(new Cancellation(now, cancel.stopBounds())),
                        new Pending(),
                        now)
                .ending(cancelledBeforeItWasSent());
    }

    /** It is about to be sent. */
    public Optional<Change> sent(Instant now) {
        return stage instanceof Pending
                ? Optional.of(new Change(in(new Sent(), now), Optional.empty()))
                : Optional.empty();
    }

    /** The tentacle has begun. */
    public Optional<Change> started(Instant now) {
        return switch (stage) {
            case Pending _, Sent _ ->
                    Optional.of(
                            new Change(
                                    in(new Started(), now),
                                    Optional.of(new ReportStarted(ticket, agent, context))));
            case Started _, Ended _ -> Optional.empty();
        };
    }

    /** The tentacle says how it ended; after it was given up this is the late truth. */
    public Optional<Change> ended(CommandResult result) {
        return switch (stage) {
            case Pending _, Sent _, Started _ -> Optional.of(ending(result));
            case Ended(var _, var truthOpen) ->
                    truthOpen
                            ? Optional.of(
                                    new Change(
                                            in(new Ended(result, false), since),
                                            Optional.of(
                                                    new ReportSettled(
                                                            ticket, agent, context, result))))
                            : Optional.empty();
        };
    }

    /** Someone wants it to end; the first cancel sets the bounds. */
    public Optional<Change> cancelled(Instant now, StopBounds bounds) {
        return switch (stage) {
            case Pending _ -> Optional.of(ending(cancelledBeforeItWasSent()));
            case Sent _, Started _ ->
                    cancellation.isPresent()
                            ? Optional.empty()
                            : Optional.of(
                                    new Change(
                                            withCancellation(new Cancellation(now, bounds)),
                                            Optional.empty()));
            case Ended _ -> Optional.empty();
        };
    }

    /**
     * Its payload is gone because the work that it is part of has ended: it is not sent any more.
     * For a command that the tentacle has this changes nothing.
     */
    public Optional<Change> payloadGone() {
        return switch (stage) {
            case Pending _, Sent _ ->
                    Optional.of(
                            ending(
                                    result(
                                            CommandOutcome.CANCELLED,
                                            "The work that it was part of had ended before it could be sent.",
                                            false)));
            case Started _, Ended _ -> Optional.empty();
        };
    }

    /** When {@link #due} may change something at the earliest; empty if only others can. */
    public Optional<Instant> dueAt() {
        return switch (stage) {
            case Pending _ ->
                    Optional.of(earlier(limits.expiresAt(), limits.giveUpAt(this, since)));
            case Sent _, Started _ ->
                    cancellation
                            .map(Cancellation::abandonAt)
                            .or(() -> Optional.of(limits.giveUpAt(this, since)));
            case Ended _ -> Optional.empty();
        };
    }

    /**
     * Time has passed.
     *
     * @param awaySince since when its tentacle is out of reach; empty if it is connected: then all
     *     that takes long is the tentacle's own business
     */
    public Optional<Change> due(Instant now, Optional<Instant> awaySince) {
        return switch (stage) {
            case Pending _ -> {
                if (!limits.expiresAt().isAfter(now)) {
                    yield Optional.of(ending(expired()));
                }
                yield givenUp(now, awaySince);
            }
            case Sent _, Started _ ->
                    cancellation.isPresent() ? abandoned(now) : givenUp(now, awaySince);
            case Ended _ -> Optional.empty();
        };
    }

    /**
     * When to look again after {@link #due} changed nothing: when it would be given up, at the
     * latest after {@code usual}, since its machine may be lost meanwhile.
     */
    public Instant lookAgainAt(Instant now, Optional<Instant> awaySince, Duration usual) {
        Instant latest = now.plus(usual);
        return awaySince
                .map(away -> limits.giveUpAt(this, away))
                .filter(at -> at.isAfter(now) && at.isBefore(latest))
                .orElse(latest);
    }

    private Optional<Change> abandoned(Instant now) {
        return cancellation
                .filter(wanted -> !wanted.abandonAt().isAfter(now))
                .map(
                        _ ->
                                ending(
                                        result(
                                                CommandOutcome.ABANDONED,
                                                "It was told to end and had not done so within the bound; it may still run.",
                                                true)));
    }

    private Optional<Change> givenUp(Instant now, Optional<Instant> awaySince) {
        return awaySince
                .filter(away -> !limits.giveUpAt(this, away).isAfter(now))
                .map(_ -> limits.whenGivenUp(stage))
                .map(result -> toBeEndedOnReturn(result, now).ending(result));
    }

    /** What may have begun unheard, after others went on without it, ends when it is heard of. */
    private Mail toBeEndedOnReturn(CommandResult result, Instant now) {
        return result.outcome() == CommandOutcome.UNREACHED && result.mayStillRun()
                ? withCancellation(new Cancellation(now, limits.stop()))
                : this;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    /** Its tentacle is no longer trusted: nothing will be sent, and nothing will be heard. */
    public Optional<Change> unreachableForGood(String why) {
        return switch (stage) {
            case Pending _ -> Optional.of(ending(result(CommandOutcome.REFUSED, why, false)));
            case Sent _, Started _ ->
                    Optional.of(ending(result(CommandOutcome.ABANDONED, why, true)));
            case Ended _ -> Optional.empty();
        };
    }

    /**
     * The tentacle connected and its journal does not have the ticket. Since it journals before it
     * starts anything, what was never begun can be sent again; what had begun is lost, and this is
     * said.
     */
    public Optional<Change> missingFromJournal() {
        return switch (stage) {
            case Sent _ ->
                    cancellation.isPresent()
                            ? Optional.of(ending(cancelledBeforeItWasSent()))
                            : Optional.empty();
            case Started _ ->
                    Optional.of(
                            ending(
                                    result(
                                            CommandOutcome.UNKNOWN,
                                            "The tentacle has lost its journal, so nobody knows how this ended; it may still run.",
                                            true)));
            case Pending _, Ended _ -> Optional.empty();
        };
    }

    /**
     * Another machine is the agent from now on, or its home was made anew. What the earlier one was
     * sent it may have begun, and the other one must not begin it, too; if it knows the ticket
     * after all, it is told to end it. What was never sent, and what may be done twice, waits on.
     */
    public Optional<Change> machineReplaced(Instant now) {
        return switch (stage) {
            case Pending _, Ended _ -> Optional.empty();
            case Sent _ -> limits.harmless() ? Optional.empty() : Optional.of(replaced(now));
            case Started _ -> Optional.of(replaced(now));
        };
    }

    private Change replaced(Instant now) {
        Mail wanted =
                cancellation.isPresent()
                        ? this
                        : withCancellation(new Cancellation(now, limits.stop()));
        return wanted.ending(
                result(
                        limits.harmless() ? CommandOutcome.UNREACHED : CommandOutcome.ABANDONED,
                        "Another machine was enrolled as %s after this was sent to the earlier one; it may still run there."
                                .formatted(agent),
                        true));
    }

    /**
     * What to do about it at the beginning of a session.
     *
     * @param inJournal whether the tentacle has the ticket
     */
    public Resumption onConnect(boolean inJournal) {
        return switch (stage) {
            case Pending _ -> Resumption.NOTHING;
            case Sent _ -> {
                if (inJournal) {
                    yield cancellation.isPresent() ? Resumption.CANCEL : Resumption.NOTHING;
                }
                yield Resumption.DELIVER;
            }
            case Started _ -> cancellation.isPresent() ? Resumption.CANCEL : Resumption.NOTHING;
            case Ended(var _, var truthOpen) ->
                    inJournal && truthOpen ? Resumption.CANCEL : Resumption.NOTHING;
        };
    }

    /** Whether its tentacle may still say something new of it. */
    public boolean mayStillBeHeardOf() {
        return switch (stage) {
            case Pending _ -> false;
            case Sent _, Started _ -> true;
            case Ended(var _, var truthOpen) -> truthOpen;
        };
    }

    /** Whether it has not ended. */
    public boolean isOpen() {
        return !(stage instanceof Ended);
    }

    private Change ending(CommandResult result) {
        return new Change(
                in(new Ended(result, TicketDecider.truthOpen(result)), since),
                Optional.of(new ReportEnded(ticket, agent, context, result)));
    }

    private Mail in(Stage next, Instant now) {
        return new Mail(ticket, agent, context, limits, cancellation, next, now);
    }

    private Mail withCancellation(Cancellation wanted) {
        return new Mail(ticket, agent, context, limits, Optional.of(wanted), stage, since);
    }

    private static CommandResult expired() {
        return result(
                CommandOutcome.EXPIRED,
                "The machine was not reached before the command's time to start had passed.",
                false);
    }

    private static CommandResult cancelledBeforeItWasSent() {
        return result(CommandOutcome.CANCELLED, "It was cancelled before it began.", false);
    }

    static CommandResult result(CommandOutcome outcome, String reason, boolean mayStillRun) {
        return new CommandResult(
                outcome,
                Optional.empty(),
                Map.of(),
                Optional.of(reason),
                mayStillRun,
                Optional.empty());
    }
}
