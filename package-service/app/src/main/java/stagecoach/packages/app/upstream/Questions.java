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
    /** Less than the 100 seconds that NuGet's clients wait for an answer to begin. */
    private static final Duration PATIENCE = Duration.ofSeconds(80);

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

    /**
     * The answer, perhaps to somebody else who asks about the same.
     *
     * @throws UnderwayException if it did not come in time
     */
    R ask(FeedId feed, Object about, Question<R> question)
            throws FeedException, InterruptedException, UnderwayException {
        var key = new Key(feed, about);
        var mine = new CompletableFuture<R>();
        @Nullable CompletableFuture<R> others = open.putIfAbsent(key, mine);
        if (others == null) {
            askFor(key, mine, question);
        }
        return answered(others == null ? mine : others);
    }

    private void askFor(Key key, CompletableFuture<R> answer, Question<R> question)
            throws InterruptedException {
        try {
            answer.complete(inTurn(key.feed(), question));
        } catch (InterruptedException e) {
            answer.completeExceptionally(new UnderwayException("The server is being stopped."));
            throw e;
        } catch (FeedException | UnderwayException | RuntimeException | Error e) {
            answer.completeExceptionally(e);
        } finally {
            forget(key, answer);
        }
    }

    private R inTurn(FeedId feed, Question<R> question)
            throws FeedException, InterruptedException, UnderwayException {
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Semaphore ofFeed = turns.computeIfAbsent(feed, _ -> new Semaphore(AT_ONCE_MAX, true));
        if (!ofFeed.tryAcquire(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new UnderwayException(
                    "%d questions to the feed \"%s\" are open, and this one did not get its turn."
                            .formatted(AT_ONCE_MAX, feed));
        }
        try {
            return question.ask(Duration.ofNanos(Math.max(0, giveUpAt - System.nanoTime())));
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

    private R answered(CompletableFuture<R> answer)
            throws FeedException, InterruptedException, UnderwayException {
        try {
            return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
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
