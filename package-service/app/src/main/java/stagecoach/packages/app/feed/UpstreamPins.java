package stagecoach.packages.app.feed;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.packages.app.upstream.Fetch;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.packages.feeds.protocol.PackageFeed;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.runtime.request.Nearest;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.VersionRange;

/**
 * Fixes packages of feeds outside: their versions are found, and they are fetched, so that a
 * release that exists needs no feed any more.
 */
@Singleton
class UpstreamPins {
    /** Less than the asker's patience with one call. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final long CHOICE_NANOS_MAX = Duration.ofMinutes(10).toNanos();

    private final Upstream upstream;
    private final Map<Wanted, Choice> choices = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    UpstreamPins(Upstream upstream) {
        this.upstream = upstream;
    }

    @PreDestroy
    void stop() {
        threads.shutdownNow();
    }

    /**
     * A version that is being chosen, or was chosen and is on its way: who asks again meanwhile
     * gets the same one.
     */
    private record Choice(Future<PackageVersion> version, long begunAt) {
        boolean isOld() {
            return System.nanoTime() - begunAt > CHOICE_NANOS_MAX;
        }
    }

    /** An answer for each, within a few seconds; what takes longer goes on. */
    Map<Wanted, Answer> pin(List<Wanted> wanted) throws InterruptedException {
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        Map<Wanted, Choice> chosen = new LinkedHashMap<>();
        wanted.forEach(each -> chosen.put(each, choice(each)));
        Map<Wanted, Answer> answers = new HashMap<>();
        for (var each : chosen.entrySet()) {
            Answer answer = answer(each.getKey(), each.getValue(), giveUpAt);
            answers.put(each.getKey(), answer);
            if (answer.underway().isEmpty()) {
                // The next one who asks wants what is the newest then.
                choices.remove(each.getKey(), each.getValue());
            }
        }
        return answers;
    }

    private Choice choice(Wanted wanted) {
        return choices.compute(
                wanted,
                (_, present) ->
                        present == null || present.isOld()
                                ? new Choice(threads.submit(() -> begun(wanted)), System.nanoTime())
                                : present);
    }

    private PackageVersion begun(Wanted wanted)
            throws FeedException, NoneException, InterruptedException {
        PackageVersion version = version(wanted);
        upstream.want(wanted.feed(), wanted.id(), version);
        return version;
    }

    private Answer answer(Wanted wanted, Choice choice, long giveUpAt) throws InterruptedException {
        try {
            PackageVersion version =
                    choice.version().get(left(giveUpAt).toMillis(), TimeUnit.MILLISECONDS);
            Fetch fetch =
                    upstream.await(
                            Asker.RELEASE, wanted.feed(), wanted.id(), version, left(giveUpAt));
            return switch (fetch) {
                case Fetch.Here here -> Answer.pinned(here.pin());
                case Fetch.Underway underway -> Answer.underway(underway.sentence());
                case Fetch.NoRoom noRoom -> Answer.problem(noRoom.sentence());
                case Fetch.Failed failed -> Answer.problem(failed.sentence());
            };
        } catch (TimeoutException e) {
            return Answer.underway(
                    "the feed \"%s\" is asked for the versions of %s and has not answered yet"
                            .formatted(wanted.feed(), wanted.id()));
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case FeedException failed -> Answer.problem(sentence(failed));
                case NoneException none -> Answer.problem(none.sentence);
                case null, default ->
                        throw new IllegalStateException("a version could not be chosen", e);
            };
        }
    }

    private static Duration left(long giveUpAt) {
        return Duration.ofNanos(Math.max(0, giveUpAt - System.nanoTime()));
    }

    /** There is no such feed or version; why, for people. */
    private static final class NoneException extends Exception {
        private final String sentence;

        NoneException(String sentence) {
            super(sentence);
            this.sentence = sentence;
        }
    }

    private PackageVersion version(Wanted wanted)
            throws FeedException, NoneException, InterruptedException {
        PackageFeed feed =
                upstream.feed(wanted.feed())
                        .orElseThrow(() -> new NoneException(noFeed(wanted, upstream.ids())));
        Optional<PackageVersion> single = wanted.versions().flatMap(VersionRange::single);
        if (single.isPresent()) {
            // It may be here already, and then the feed need not even answer.
            return single.get();
        }
        Optional<PackageVersion> newest = feed.newest(wanted.id(), VersionChoice.of(wanted));
        if (newest.isPresent()) {
            return newest.get();
        }
        List<PackageVersion> versions =
                feed.versions(wanted.id()).stream().sorted(Comparator.reverseOrder()).toList();
        throw new NoneException(
                versions.isEmpty()
                        ? "The feed \"%s\" has no package \"%s\"."
                                .formatted(wanted.feed(), wanted.id())
                        : VersionChoice.noneOf(wanted, versions));
    }

    private static String noFeed(Wanted wanted, List<String> ids) {
        return "There is no feed \"%s\".%s There is %s."
                .formatted(
                        wanted.feed(),
                        Nearest.question(wanted.feed().value(), ids),
                        String.join(", ", ids));
    }

    private static String sentence(FeedException e) {
        return e.kind() == FeedException.Kind.UNREACHABLE
                ? "%s A version that is here can be had by its number meanwhile."
                        .formatted(e.getMessage())
                : String.valueOf(e.getMessage());
    }
}
