package stagecoach.packages.app.feed;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.packages.app.upstream.Fetch;
import stagecoach.packages.app.upstream.Upstream;
import stagecoach.packages.feeds.protocol.PackageFeed;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.runtime.request.Nearest;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.VersionRange;

/**
 * Fixes packages of feeds outside: their versions are found, and they are fetched, so that a
 * release that exists needs no feed any more.
 */
@ApplicationScoped
class UpstreamPins {
    /** Less than the asker's patience with one call. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Upstream upstream;

    UpstreamPins(Upstream upstream) {
        this.upstream = upstream;
    }

    /** An answer for each, within a few seconds; what takes longer goes on. */
    Map<Wanted, Answer> pin(List<Wanted> wanted) throws InterruptedException {
        Map<Wanted, Answer> answers = new HashMap<>();
        Map<Wanted, PackageVersion> chosen = new LinkedHashMap<>();
        for (Wanted each : wanted) {
            try {
                PackageVersion version = version(each);
                chosen.put(each, version);
                upstream.want(each.feed(), each.id(), version);
            } catch (FeedException e) {
                answers.put(each, Answer.problem(sentence(e)));
            } catch (NoneException e) {
                answers.put(each, Answer.problem(e.sentence));
            }
        }
        long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
        for (var each : chosen.entrySet()) {
            Wanted one = each.getKey();
            Duration left = Duration.ofNanos(Math.max(0, giveUpAt - System.nanoTime()));
            answers.put(
                    one,
                    switch (upstream.await(one.feed(), one.id(), each.getValue(), left)) {
                        case Fetch.Here here -> Answer.pinned(here.pin());
                        case Fetch.Underway underway -> Answer.underway(underway.sentence());
                        case Fetch.Failed failed -> Answer.problem(failed.sentence());
                    });
        }
        return answers;
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
