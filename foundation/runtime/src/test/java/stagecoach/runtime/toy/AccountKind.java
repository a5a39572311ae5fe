package stagecoach.runtime.toy;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.channel.Topic;
import stagecoach.decider.Decider;
import stagecoach.decider.Recorded;
import stagecoach.decider.Rejection;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.Ticket;

/** Accounts: streams {@code account-<name>} on {@code toy.accounts}. */
public class AccountKind implements AggregateKind<Account, AccountCommand, AccountEvent> {
    public static final AccountKind ACCOUNTS = new AccountKind();
    public static final Topic TOPIC = new Topic("toy.accounts", 3, Duration.ofDays(1), "producer");
    public static final EventAttributes PLACE =
            EventAttributes.of(
                    new DeploymentId("7f3k9qzm"),
                    new ProjectId("shop"),
                    new EnvironmentId("production"),
                    new Run(3));

    @Override
    public String name() {
        return "account";
    }

    @Override
    public Decider<Account, AccountCommand, AccountEvent> decider() {
        return RULES;
    }

    @Override
    public Class<AccountEvent> eventFamily() {
        return AccountEvent.class;
    }

    @Override
    public Topic topic() {
        return TOPIC;
    }

    @Override
    public EventAttributes attributesOf(StreamId stream, Account state) {
        return PLACE;
    }

    @Override
    public List<AgentCommand> commandsOf(
            Tx tx, StreamId stream, Account state, AccountEvent event) {
        // A deposit with such a reference asks two tentacles to do something.
        if (event instanceof AccountEvent.Deposited d && d.reference().startsWith("tell-")) {
            return List.of(tell(stream, d, "web-1"), tell(stream, d, "web-2"));
        }
        return List.of();
    }

    private static AgentCommand tell(StreamId stream, AccountEvent.Deposited d, String target) {
        return new AgentCommand.CancelCommand(
                Ticket.of(stream, d.reference(), target),
                new AgentId("target:" + target),
                new CommandContext(
                        PLACE.deployment().orElseThrow(),
                        PLACE.project().orElseThrow(),
                        PLACE.environment().orElseThrow(),
                        PLACE.run().orElseThrow(),
                        Optional.empty(),
                        Optional.empty()),
                Duration.ofSeconds(10),
                Duration.ofSeconds(30));
    }

    @Override
    public void inSameTransaction(
            Tx tx,
            StreamId stream,
            Account before,
            Account after,
            List<Recorded<AccountEvent>> events) {
        var row = new BalanceRow();
        row.account = stream.name();
        row.balance = after.balance();
        row.changes = events.getLast().version();
        tx.upsert(row);
    }

    private static final Decider<Account, AccountCommand, AccountEvent> RULES =
            new Decider<>() {
                @Override
                public Account initial() {
                    return Account.NONE;
                }

                @Override
                public List<AccountEvent> decide(Account state, AccountCommand command) {
                    return switch (command) {
                        case AccountCommand.Open(var owner) ->
                                state.owner().isPresent()
                                        ? List.of()
                                        : List.of(new AccountEvent.Opened(owner));
                        case AccountCommand.Deposit(var amount, var reference) -> {
                            if (state.owner().isEmpty()) {
                                throw new Rejection(
                                        Rejection.Kind.CONFLICT, "not-open", "Open it first.");
                            }
                            yield state.references().contains(reference)
                                    ? List.of()
                                    : List.of(new AccountEvent.Deposited(amount, reference));
                        }
                        case AccountCommand.ScheduleInterest(var due) ->
                                List.of(new AccountEvent.InterestScheduled(due));
                        case AccountCommand.PayInterest(var dueAt, var firedAt) ->
                                state.interestDue().equals(Optional.of(dueAt))
                                        ? List.of(new AccountEvent.InterestPaid(dueAt, firedAt))
                                        : List.of();
                    };
                }

                @Override
                public Account evolve(Account s, AccountEvent event) {
                    return switch (event) {
                        case AccountEvent.Opened(var owner) ->
                                new Account(
                                        Optional.of(owner),
                                        s.balance(),
                                        s.references(),
                                        s.interestDue(),
                                        s.interests());
                        case AccountEvent.Deposited(var amount, var reference) -> {
                            var references = new HashSet<>(s.references());
                            if (!references.add(reference)) {
                                throw new IllegalStateException("deposited twice: " + reference);
                            }
                            yield new Account(
                                    s.owner(),
                                    s.balance() + amount,
                                    references,
                                    s.interestDue(),
                                    s.interests());
                        }
                        case AccountEvent.InterestScheduled(var due) ->
                                new Account(
                                        s.owner(),
                                        s.balance(),
                                        s.references(),
                                        Optional.of(due),
                                        s.interests());
                        case AccountEvent.InterestPaid paid ->
                                new Account(
                                        s.owner(),
                                        s.balance(),
                                        s.references(),
                                        Optional.empty(),
                                        s.interests() + 1);
                    };
                }

                @Override
                public Map<String, Instant> timersOf(Account state) {
                    return state.interestDue().map(due -> Map.of("interest", due)).orElse(Map.of());
                }
            };
}
