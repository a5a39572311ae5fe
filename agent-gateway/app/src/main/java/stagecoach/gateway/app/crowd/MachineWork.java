package stagecoach.gateway.app.crowd;

import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;

/**
 * The transactions that machines cause, one by one: however many come at the same time, they have
 * half of the connections to the database, in the order of their arrival. The other half is for
 * what the gateway itself must do meanwhile, its lease before all.
 */
@Singleton
public class MachineWork {
    private final UnitOfWork unitOfWork;
    private final Semaphore turns;

    MachineWork(
            UnitOfWork unitOfWork,
            @ConfigProperty(name = "quarkus.datasource.reactive.max-size") int connections) {
        this.unitOfWork = unitOfWork;
        this.turns = new Semaphore(Math.max(1, connections / 2), true);
    }

    /** {@link UnitOfWork#run} when it is one's turn. */
    public <T> T run(Function<Tx, T> work) {
        turns.acquireUninterruptibly();
        try {
            return unitOfWork.run(work);
        } finally {
            turns.release();
        }
    }

    /** The same, unless nobody wants it any more by then. */
    public <T> Optional<T> runIf(BooleanSupplier wanted, Function<Tx, T> work) {
        turns.acquireUninterruptibly();
        try {
            return wanted.getAsBoolean() ? Optional.of(unitOfWork.run(work)) : Optional.empty();
        } finally {
            turns.release();
        }
    }
}
