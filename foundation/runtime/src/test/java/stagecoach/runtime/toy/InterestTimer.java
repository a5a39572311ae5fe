package stagecoach.runtime.toy;

import jakarta.inject.Singleton;
import java.time.Instant;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.AggregateKind;
import stagecoach.runtime.timer.TimerCommands;

/** When interest is due, it is paid. */
@Singleton
public class InterestTimer implements TimerCommands<Account, AccountCommand, AccountEvent> {
    @Override
    public AggregateKind<Account, AccountCommand, AccountEvent> kind() {
        return AccountKind.ACCOUNTS;
    }

    @Override
    public AccountCommand fired(StreamId stream, String name, Instant dueAt, Instant firedAt) {
        if (stream.name().startsWith("broken") && Antidote.missing()) {
            throw new IllegalStateException("no command for " + stream);
        }
        return new AccountCommand.PayInterest(dueAt, firedAt);
    }
}
