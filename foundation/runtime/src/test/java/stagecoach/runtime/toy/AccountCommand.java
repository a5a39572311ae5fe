package stagecoach.runtime.toy;

import java.time.Instant;

/** What an account may be asked. */
public sealed interface AccountCommand {
    record Open(String owner) implements AccountCommand {}

    /** A repeated reference changes nothing. */
    record Deposit(long amount, String reference) implements AccountCommand {}

    record ScheduleInterest(Instant due) implements AccountCommand {}

    record PayInterest(Instant dueAt, Instant firedAt) implements AccountCommand {}
}
