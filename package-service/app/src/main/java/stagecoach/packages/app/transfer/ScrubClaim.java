package stagecoach.packages.app.transfer;

import java.time.Clock;
import java.time.Duration;
import java.util.UUID;
import stagecoach.runtime.aggregate.UnitOfWork;

/**
 * The right to read all that is stored again: of all processes one at a time has it. Whoever was at
 * one package for so long that another took it over keeps his hands off it from then on.
 */
final class ScrubClaim {
    /** Longer than the largest package takes at the usual pace. */
    private static final Duration GOOD_FOR = Duration.ofHours(1);

    private final UnitOfWork unitOfWork;
    private final Clock clock;
    private final String owner = UUID.randomUUID().toString();

    ScrubClaim(UnitOfWork unitOfWork, Clock clock) {
        this.unitOfWork = unitOfWork;
        this.clock = clock;
    }

    /** Whether it is ours now, for it was nobody's any more. */
    boolean take() {
        return unitOfWork.run(
                tx ->
                        tx.execute(
                                        "UPDATE scrub SET claimed_until = ?2, claimed_by = ?3 WHERE claimed_until <= ?1",
                                        clock.instant(),
                                        clock.instant().plus(GOOD_FOR),
                                        owner)
                                == 1);
    }

    /** Whether it is still ours, and for longer again. */
    boolean renew() {
        return unitOfWork.run(
                tx ->
                        tx.execute(
                                        "UPDATE scrub SET claimed_until = ?1 WHERE claimed_by = ?2",
                                        clock.instant().plus(GOOD_FOR),
                                        owner)
                                == 1);
    }

    /** Gives it back, if it is ours. */
    void giveBack() {
        unitOfWork.execute(
                tx ->
                        tx.execute(
                                "UPDATE scrub SET claimed_until = ?1, claimed_by = NULL WHERE claimed_by = ?2",
                                clock.instant(),
                                owner));
    }
}
