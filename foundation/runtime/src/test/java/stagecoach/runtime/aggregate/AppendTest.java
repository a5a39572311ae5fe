package stagecoach.runtime.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.time.Clock;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
class AppendTest {
    @Inject CommandHandler handler;

    @Test
    void a_command_becomes_events_and_the_state_that_follows_from_them() {
        var stream = StreamId.of("account", UUID.randomUUID());
        var cause = Cause.of(Clock.systemUTC(), "ann");
        var opened = handler.handle(AccountKind.ACCOUNTS, stream, new Open("ann"), cause);
        assertThat(opened.version()).isEqualTo(1);
        var deposited = handler.handle(AccountKind.ACCOUNTS, stream, new Deposit(7, "a"), cause);
        assertThat(deposited.state().balance()).isEqualTo(7);
        assertThat(handler.load(AccountKind.ACCOUNTS, stream)).isEqualTo(deposited.state());
    }
}
