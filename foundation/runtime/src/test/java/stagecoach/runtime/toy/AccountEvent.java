package stagecoach.runtime.toy;

import java.time.Instant;

/** What happens to an account. */
public sealed interface AccountEvent {
    record Opened(String owner) implements AccountEvent {}

    record Deposited(long amount, String reference) implements AccountEvent {}

    /** Interest is due at that time, unless it is replaced. */
    record InterestScheduled(Instant due) implements AccountEvent {}

    record InterestPaid(Instant dueAt, Instant firedAt) implements AccountEvent {}
}
