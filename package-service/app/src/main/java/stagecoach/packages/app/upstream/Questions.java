package stagecoach.packages.app.upstream;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.app.upstream.ReadThrough.UnderwayException;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.vocabulary.identity.FeedId;

/**
 * Questions of one kind to feeds outside, for readers, whom nobody counts. The same one is asked
 * once however many want its answer, and of each feed a few at a time: feeds and our disk cannot be
 * flooded, and a feed that hangs keeps nobody from another one.
 *
 * @param <R> what is answered
 */
final class Questions<R> {
    /** So much later is said that nothing came, so that whoever asks can say it himself. */
    private static final Duration GRACE = Duration.ofSeconds(1);

    /** Of one feed; who asks beyond these waits for his turn. */
    private static final int AT_ONCE_MAX = 8;

    private final Duration memory;
    private final Map<FeedId, Semaphore> turns = new ConcurrentHashMap<>();
    private final Map<Key, CompletableFuture<R>> open = new ConcurrentHashMap<>();

    /**
     * @param memory for how long an answer is given again
     */
    Questions(Duration memory) {
        this.memory = memory;
    }

    private record Key(FeedId feed, Object about) {}

    /** Asks a feed. */
    interface Question<R> {
        /**
         * What it answers.
         *
         * @param patience that is left
         */
        R ask(Duration patience) throws FeedException, InterruptedException;
    }

    /** Whether this was asked lately, so that it costs nothing to ask it again. */
    boolean isOpen(FeedId feed, Object about) {
        return open.containsKey(new Key(feed, about));
    }

    /**
     * The answer, perhaps to somebody else who asks about the same.
     *
     * @throws UnderwayException if it did not come in time; who asks next may still get it
     */
    R ask(FeedId feed, Object about, Deadline deadline, Question<R> question)
            throws FeedException, InterruptedException, UnderwayException {
        var key = new Key(feed, about);
        var mine = new CompletableFuture<R>();
        @Nullable CompletableFuture<R> others = open.putIfAbsent(key, mine);
        if (others == null) {
            // Not by whoever asks: he must not wait longer than he can, whatever the feed does.
            Thread.ofVirtual()
                    .name("feed-question")
                    .start(() -> askFor(key, mine, deadline, question));
        }
        return answered(others == null ? mine : others, deadline);
    }

    private void askFor(
            Key key, CompletableFuture<R> answer, Deadline deadline, Question<R> question) {
        try {
            answer.complete(inTurn(key.feed(), deadline, question));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.completeExceptionally(new UnderwayException("The server is being stopped."));
        } catch (FeedException | UnderwayException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            forget(key, answer);
        }
    }

    private R inTurn(FeedId feed, Deadline deadline, Question<R> question)
            throws FeedException, InterruptedException, UnderwayException {
        Semaphore ofFeed = turns.computeIfAbsent(feed, _ -> new Semaphore(AT_ONCE_MAX, true));
        if (!ofFeed.tryAcquire(deadline.left().toMillis(), TimeUnit.MILLISECONDS)) {
            throw new UnderwayException(
                    "%d questions to the feed \"%s\" are open, and this one did not get its turn."
                            .formatted(AT_ONCE_MAX, feed));
        }
        try {
            return question.ask(deadline.left());
        } finally {
            ofFeed.release();
        }
    }

    /** A failure is told to those who waited for it; whoever comes later asks anew. */
    private void forget(Key key, CompletableFuture<R> answer) {
        if (memory.isZero() || answer.isCompletedExceptionally()) {
            open.remove(key, answer);
        } else {
            CompletableFuture.delayedExecutor(memory.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> open.remove(key, answer));
        }
    }

    private R answered(CompletableFuture<R> answer, Deadline deadline)
            throws FeedException, InterruptedException, UnderwayException {
        try {
            return answer.get(deadline.left().plus(GRACE).toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnderwayException("A feed outside has not answered yet.");
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case FeedException failed -> throw failed;
                case UnderwayException late -> throw late;
                case null, default ->
                        throw new IllegalStateException("a feed outside could not be asked", e);
            }
        }
    }
}
