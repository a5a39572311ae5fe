package stagecoach.vocabulary.packages;

import java.util.Optional;

/**
 * How much may be on its way somewhere; what is empty has no limit.
 *
 * @param bytesPerSecondMax over all transfers together
 * @param transfersMax packages at once
 */
public record TransferBudget(Optional<Long> bytesPerSecondMax, Optional<Integer> transfersMax) {
    /** Without any limit. */
    public static final TransferBudget NONE =
            new TransferBudget(Optional.empty(), Optional.empty());

    /** If it were slower, the other side would take the server for dead. */
    public static final int BYTES_PER_SECOND_MIN = 1_000;

    /** Whoever has more to give needs no limit. */
    public static final int BYTES_PER_SECOND_LIMIT = 2_000_000_000;

    /** More than anybody wants at once. */
    public static final int TRANSFERS_LIMIT = 1_000;

    /** Refuses what nothing could move under. */
    public TransferBudget {
        bytesPerSecondMax.ifPresent(
                bytes ->
                        within(
                                "bytesPerSecondMax",
                                bytes,
                                BYTES_PER_SECOND_MIN,
                                BYTES_PER_SECOND_LIMIT));
        transfersMax.ifPresent(count -> within("transfersMax", count, 1, TRANSFERS_LIMIT));
    }

    private static void within(String name, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    "%s is no whole number from %d to %d.".formatted(name, min, max));
        }
    }

    /** Whether it limits nothing. */
    public boolean isNone() {
        return equals(NONE);
    }
}
