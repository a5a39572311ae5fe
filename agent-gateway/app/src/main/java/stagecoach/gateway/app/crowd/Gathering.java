package stagecoach.gateway.app.crowd;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import stagecoach.runtime.store.TemporaryFailure;

/**
 * Lets many who want the same kind of thing at the same time be served at once, as databases commit
 * in groups: while one group is being served the next one gathers. Who comes alone waits for
 * nobody.
 *
 * @param <T> what one wants
 * @param <R> what one gets
 */
public final class Gathering<T, R> {
    private final String name;
    private final int groupMax;
    private final int waitingMax;
    private final Function<List<T>, List<R>> work;
    private final Queue<Wish<T, R>> wishes = new ArrayDeque<>();
    private boolean serving;

    private record Wish<T, R>(T item, CompletableFuture<R> answer) {}

    /**
     * A gathering in which nobody is yet.
     *
     * @param work serves a group, with one answer for each in the same order; it is repeatable
     */
    public Gathering(String name, int groupMax, Function<List<T>, List<R>> work) {
        this(name, groupMax, Integer.MAX_VALUE, work);
    }

    /** The same in which no more than {@code waitingMax} wait for the next groups. */
    public Gathering(String name, int groupMax, int waitingMax, Function<List<T>, List<R>> work) {
        this.name = name;
        this.groupMax = groupMax;
        this.waitingMax = waitingMax;
        this.work = work;
    }

    /**
     * Waits until {@code item} was served; fails as that failed.
     *
     * @throws TemporaryFailure if so many wait that there is no room for another
     */
    public R join(T item) {
        return joinAll(List.of(item)).getFirst();
    }

    /** The same for several. */
    public List<R> joinAll(List<T> items) {
        List<Wish<T, R>> own =
                items.stream()
                        .map(item -> new Wish<T, R>(item, new CompletableFuture<>()))
                        .toList();
        synchronized (wishes) {
            if (own.size() > waitingMax - wishes.size()) {
                throw new TemporaryFailure(
                        "So many wait for %s that there is no room for more.".formatted(name),
                        null);
            }
            wishes.addAll(own);
            if (!serving && !wishes.isEmpty()) {
                serving = true;
                Thread.ofVirtual().name(name).start(this::serveAll);
            }
        }
        return own.stream().map(wish -> answer(wish.answer())).toList();
    }

    /** How many have come since the group that is being served. */
    int waiting() {
        synchronized (wishes) {
            return wishes.size();
        }
    }

    private static <R> R answer(CompletableFuture<R> answer) {
        try {
            return answer.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw e;
        }
    }

    private void serveAll() {
        while (true) {
            List<Wish<T, R>> group = new ArrayList<>();
            synchronized (wishes) {
                while (group.size() < groupMax && !wishes.isEmpty()) {
                    group.add(wishes.remove());
                }
                if (group.isEmpty()) {
                    serving = false;
                    return;
                }
            }
            serve(group);
        }
    }

    private void serve(List<Wish<T, R>> group) {
        try {
            List<R> answers = work.apply(group.stream().map(Wish::item).toList());
            for (int i = 0; i < group.size(); i++) {
                group.get(i).answer().complete(answers.get(i));
            }
        } catch (TemporaryFailure e) {
            group.forEach(wish -> wish.answer().completeExceptionally(e));
        } catch (RuntimeException | Error e) {
            if (group.size() == 1) {
                group.getFirst().answer().completeExceptionally(e);
            } else {
                // One is at fault, and only that one shall hear of it.
                group.forEach(wish -> serve(List.of(wish)));
            }
        }
    }
}
