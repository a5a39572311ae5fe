package stagecoach.runtime.aggregate;

import io.smallrye.mutiny.Uni;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.hibernate.reactive.mutiny.Mutiny;
import org.hibernate.reactive.mutiny.impl.MutinyStatelessSessionImpl;
import org.hibernate.reactive.pool.ReactiveConnection;
import org.jspecify.annotations.Nullable;
import stagecoach.runtime.store.SqlFailures;

/**
 * One stateless session on an event loop, with the blocking face that a virtual thread needs: what
 * is asked goes to the session's own context, and the thread waits for the answer. What is asked
 * together goes to the database in one piece, so that it costs one wait.
 */
final class Conversation {
    /**
     * A database that hangs without a word keeps its connections open for ever: whoever asks must
     * hear of it. To open costs nothing but a free connection.
     */
    private static final Duration OPEN_MAX = Duration.ofSeconds(10);

    /** The longest that an answer may take, and the locks that it waits for. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** Who only reads waits for no lock, and hears before those give up who wait for him. */
    private static final Duration READ_MAX = Duration.ofSeconds(20);

    private static final CompletionStage<Void> NOTHING = CompletableFuture.completedStage(null);

    private final Context context;
    private final Mutiny.StatelessSession session;
    private final ReactiveConnection connection;
    private final Deadlines deadlines;

    /** Set on the context, by what was asked last. */
    private volatile boolean closed;

    /** Set by whoever waits no longer: what has not been said by then is not said any more. */
    private volatile boolean givenUp;

    /** What the database was asked and has not answered in time; its late answer tidies up. */
    private @Nullable CompletableFuture<?> unanswered;

    /**
     * Something to ask.
     *
     * @param failed what to make of its failure
     */
    record Question<T>(
            Function<Conversation, CompletionStage<T>> ask,
            UnaryOperator<RuntimeException> failed) {
        static <T> Question<T> of(Function<Conversation, CompletionStage<T>> ask) {
            return new Question<>(ask, UnaryOperator.identity());
        }

        static <T> Question<T> ofSession(Function<Mutiny.StatelessSession, Uni<T>> ask) {
            return of(of -> ask.apply(of.session).subscribeAsCompletionStage());
        }

        static <T> Question<T> ofConnection(
                Function<ReactiveConnection, CompletionStage<T>> ask,
                UnaryOperator<RuntimeException> failed) {
            return new Question<>(of -> ask.apply(of.connection), failed);
        }
    }

    private Conversation(Context context, Mutiny.StatelessSession session, Deadlines deadlines) {
        this.deadlines = deadlines;
        this.context = context;
        this.session = session;
        this.connection = ((MutinyStatelessSessionImpl) session).getReactiveConnection();
    }

    /** Opens a session on {@code context}. */
    static Conversation open(Context context, Mutiny.SessionFactory factory, Deadlines deadlines) {
        CompletableFuture<Mutiny.StatelessSession> opening =
                on(context, () -> factory.openStatelessSession().subscribeAsCompletionStage());
        try {
            return new Conversation(context, answer(opening, OPEN_MAX, deadlines), deadlines);
        } catch (RuntimeException e) {
            var _ = opening.thenAccept(late -> unattended(context, () -> closing(late)));
            throw e;
        }
    }

    /**
     * Asks all, one behind the other, and waits for all answers. One that does not come in time
     * makes this conversation good for nothing more.
     *
     * @return the answer to {@code last}
     * @throws RuntimeException of the first one that failed, as its question made it
     */
    <T> T ask(List<Question<?>> before, Question<T> last) {
        return answered(() -> all(before, last), ANSWER_MAX);
    }

    /** Asks something outside of any transaction. */
    <T> T read(Question<T> question) {
        return answered(() -> all(List.of(), question), READ_MAX);
    }

    /**
     * Asks {@code last} when all before it have been answered well, and closes behind it. A
     * statement that the driver itself refuses never reaches the database, which would commit the
     * others: so a commit must not go along with what it commits.
     */
    void askAndClose(List<Question<?>> before, Question<Void> last) {
        var closing =
                new Question<>(
                        of -> last.ask().apply(of).thenCompose(answered -> of.closeQuietly()),
                        last.failed());
        answered(
                () ->
                        all(before, Question.of(of -> NOTHING))
                                .thenCompose(
                                        answers ->
                                                answers.failure() == null && !givenUp
                                                        ? all(List.of(), closing)
                                                        : CompletableFuture.completedStage(
                                                                answers)),
                ANSWER_MAX);
    }

    private <T> T answered(Supplier<CompletionStage<Answers<T>>> question, Duration max) {
        CompletableFuture<Answers<T>> asked = on(context, question);
        Answers<T> answers;
        try {
            answers = answer(asked, max, deadlines);
        } catch (RuntimeException e) {
            if (!asked.isDone()) {
                givenUp = true;
                unanswered = asked;
            }
            throw e;
        }
        return answers.last();
    }

    /** Ends it, whatever was asked. What goes wrong here is told with {@code reason}. */
    void close(@Nullable Throwable reason) {
        if (unanswered != null) {
            tidyUpAfter(unanswered);
            return;
        }
        if (closed) {
            return;
        }
        try {
            ask(List.of(), Question.of(Conversation::closeQuietly));
        } catch (RuntimeException e) {
            if (reason != null) {
                reason.addSuppressed(e);
            }
        }
    }

    /** Ends it without waiting for that: where nothing was changed, nothing can go wrong. */
    void leave() {
        if (unanswered != null) {
            tidyUpAfter(unanswered);
        } else if (!closed) {
            unattended(context, this::closeQuietly);
        }
    }

    /** Whether it can be asked something. */
    boolean isOpen() {
        return unanswered == null && !closed;
    }

    /** After a commit nothing is lost: the pool throws a broken connection away. */
    private CompletionStage<Void> closeQuietly() {
        closed = true;
        return closing(session).exceptionally(broken -> null);
    }

    /**
     * Gives the connection back when the database has found its voice again. What was asked may
     * take place even then, a commit included; a rollback behind a commit changes nothing.
     */
    private void tidyUpAfter(CompletableFuture<?> late) {
        var _ = late.whenComplete((any, failure) -> unattended(context, this::rollbackAndClose));
    }

    private CompletionStage<Void> rollbackAndClose() {
        return closed
                ? NOTHING
                : connection
                        .executeUnprepared("ROLLBACK")
                        .handle((done, broken) -> context)
                        .thenCompose(any -> closeQuietly());
    }

    /** Nobody waits for it: what fails now fails with its connection, and the pool drops that. */
    private static void unattended(Context context, Supplier<CompletionStage<Void>> action) {
        var _ = on(context, action);
    }

    private static CompletionStage<Void> closing(Mutiny.StatelessSession session) {
        return session.close().subscribeAsCompletionStage();
    }

    /** The answer to the last question, or why there is none. */
    private record Answers<T>(
            @Nullable T value,
            @Nullable Throwable failure,
            UnaryOperator<RuntimeException> failed) {
        // The value may be null (find, Void): the caller knows.
        @SuppressWarnings("NullAway")
        T last() {
            if (failure != null) {
                throw failed.apply(SqlFailures.translate(failure));
            }
            return value;
        }
    }

    private <T> CompletionStage<Answers<T>> all(List<Question<?>> before, Question<T> last) {
        if (before.isEmpty()) {
            return last.ask()
                    .apply(this)
                    .handle((value, failure) -> new Answers<>(value, bare(failure), last.failed()));
        }
        var questions = new ArrayList<Question<?>>(before);
        questions.add(last);
        var answers = new ArrayList<CompletableFuture<?>>(questions.size());
        for (Question<?> question : before) {
            answers.add(question.ask().apply(this).toCompletableFuture());
        }
        CompletableFuture<T> end = last.ask().apply(this).toCompletableFuture();
        answers.add(end);
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .handle(
                        (all, any) -> {
                            for (int i = 0; i < answers.size(); i++) {
                                if (answers.get(i).isCompletedExceptionally()) {
                                    return new Answers<>(
                                            null,
                                            bare(answers.get(i).exceptionNow()),
                                            questions.get(i).failed());
                                }
                            }
                            return new Answers<>(end.resultNow(), null, last.failed());
                        });
    }

    private static <T> CompletableFuture<T> on(
            Context context, Supplier<? extends CompletionStage<T>> action) {
        var done = new CompletableFuture<T>();
        context.runOnContext(
                v -> {
                    try {
                        action.get()
                                .whenComplete(
                                        (result, failure) -> {
                                            if (failure == null) {
                                                done.complete(result);
                                            } else {
                                                done.completeExceptionally(failure);
                                            }
                                        });
                    } catch (RuntimeException | Error e) {
                        done.completeExceptionally(e);
                    }
                });
        return done;
    }

    private static <T> T answer(CompletableFuture<T> asked, Duration max, Deadlines deadlines) {
        try {
            return deadlines.join(asked.copy(), max);
        } catch (CompletionException e) {
            throw SqlFailures.translate(e.getCause() == null ? e : e.getCause());
        }
    }

    private static @Nullable Throwable bare(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null
                ? failure.getCause()
                : failure;
    }
}
