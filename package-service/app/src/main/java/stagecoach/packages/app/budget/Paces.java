package stagecoach.packages.app.budget;

import jakarta.inject.Singleton;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.budget.Pace;
import stagecoach.runtime.aggregate.Tx;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.FeedId;

/**
 * Slows down what goes to caches and machines and comes from feeds outside, as the budgets say: all
 * transfers that a budget counts share its bytes by turns, a small piece each, so that a small
 * package passes a large one. What a budget has used lies in a row, of which each process takes a
 * quarter of a second's bytes at a time: so it holds over all of them.
 */
@Singleton
public class Paces {
    /** So many pieces make a second, about: with few transfers at once each has its turn soon. */
    private static final int PIECES_PER_SECOND = 16;

    private final UnitOfWork unitOfWork;
    private final Budgets budgets;
    private final Map<String, Line> lines = new ConcurrentHashMap<>();

    Paces(UnitOfWork unitOfWork, Budgets budgets) {
        this.unitOfWork = unitOfWork;
        this.budgets = budgets;
    }

    /** Leave for some bytes, at least one of those that are asked for; returns when they may go. */
    @FunctionalInterface
    public interface Leave {
        /** How many of so many. */
        long of(long most) throws InterruptedException;
    }

    /**
     * How many bytes may go to a cache now, at least one; returns when they may.
     *
     * @param deployment for which alone they go
     * @param most so many are there to go
     */
    public long leave(CacheId cache, Optional<DeploymentId> deployment, long most)
            throws InterruptedException {
        return leave(budgets.of(cache, deployment), most);
    }

    /** The same for a machine that reads from here: its region's budget counts. */
    public long leaveTo(AgentId machine, long most) throws InterruptedException {
        return leave(budgets.of(machine), most);
    }

    /** The same for what comes from a feed outside: its own budget counts. */
    public long leaveFrom(FeedId feed, long most) throws InterruptedException {
        return leave(budgets.of(feed), most);
    }

    private long leave(List<Budgets.Named> counting, long most) throws InterruptedException {
        List<Budgets.Named> slow =
                counting.stream()
                        .filter(named -> named.budget().bytesPerSecondMax().isPresent())
                        .toList();
        long piece = most;
        for (Budgets.Named named : slow) {
            piece = Math.min(piece, Math.max(1, rate(named) / PIECES_PER_SECOND));
        }
        for (Budgets.Named named : slow) {
            lines.computeIfAbsent(named.name(), Line::new).take(piece, rate(named));
        }
        return piece;
    }

    private static long rate(Budgets.Named named) {
        return named.budget().bytesPerSecondMax().orElseThrow();
    }

    /** All in this process that a budget counts. */
    private final class Line {
        private final String budget;

        /** Fair: whoever waits the longest is next. */
        private final ReentrantLock turn = new ReentrantLock(true);

        private long left;

        Line(String budget) {
            this.budget = budget;
        }

        void take(long bytes, long rate) throws InterruptedException {
            turn.lockInterruptibly();
            try {
                long portion = Pace.portion(rate);
                // What is left of a higher rate would be a burst now.
                left = Math.min(left, portion);
                while (left < bytes) {
                    Thread.sleep(unitOfWork.run(tx -> leave(tx, portion, rate)));
                    left += portion;
                }
                left -= bytes;
            } finally {
                turn.unlock();
            }
        }

        private Duration leave(Tx tx, long bytes, long rate) {
            tx.execute(
                    "INSERT INTO pace (budget, used_until) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                    budget,
                    Pace.FRESH.usedUntil());
            // One clock for all processes.
            @Nullable Object[] row =
                    tx.rows(
                                    "SELECT used_until, clock_timestamp() FROM pace WHERE budget = ?1 FOR UPDATE",
                                    budget)
                            .getFirst();
            Pace.Leave leave =
                    new Pace((Instant) Objects.requireNonNull(row[0]))
                            .leave(bytes, rate, (Instant) Objects.requireNonNull(row[1]));
            tx.execute(
                    "UPDATE pace SET used_until = ?2 WHERE budget = ?1",
                    budget,
                    leave.after().usedUntil());
            return leave.delay();
        }
    }
}
