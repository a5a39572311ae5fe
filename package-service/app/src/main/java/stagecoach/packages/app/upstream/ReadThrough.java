package stagecoach.packages.app.upstream;

import io.quarkus.logging.Log;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import stagecoach.packages.app.index.PushedIds;
import stagecoach.packages.app.upstream.Upstream.Asker;
import stagecoach.packages.feeds.protocol.PackageFeed;
import stagecoach.packages.feeds.protocol.VersionSpan;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;

/**
 * Answers for the built-in feed from a feed outside, for ids that one of them allows and of which
 * no version was ever pushed here: a stranger's package of the same name never stands in for ours.
 * For each id one feed answers, so that no two can disagree.
 */
@Singleton
public class ReadThrough {
    /**
     * What a feed tells of a package is given again for so long: a client reads one document after
     * the other, and many clients the same ones.
     */
    private static final Duration MEMORY = Duration.ofSeconds(3);

    private final UnitOfWork unitOfWork;
    private final FeedCatalog catalog;
    private final Upstream upstream;
    private final BlobStore blobs;
    private final Clock clock;
    private final Questions<List<PackageVersion>> askedForVersions = new Questions<>(MEMORY);
    private final Questions<List<RegisteredVersion>> askedForRegistrations =
            new Questions<>(MEMORY);
    private final Questions<Fetch> askedForPackages = new Questions<>(Duration.ZERO);

    ReadThrough(
            UnitOfWork unitOfWork,
            FeedCatalog catalog,
            Upstream upstream,
            BlobStore blobs,
            Clock clock) {
        this.unitOfWork = unitOfWork;
        this.catalog = catalog;
        this.upstream = upstream;
        this.blobs = blobs;
        this.clock = clock;
    }

    /** The bytes of a package outside are not here yet, and come. */
    public static final class UnderwayException extends Exception {
        UnderwayException(String sentence) {
            super(sentence);
        }
    }

    /** The bytes of a package outside do not fit onto the disk of packages here. */
    public static final class NoRoomException extends Exception {
        NoRoomException(String sentence) {
            super(sentence);
        }
    }

    private Optional<FeedId> source(PackageId id) {
        return unitOfWork.run(
                tx ->
                        PushedIds.everPushed(tx, id)
                                ? Optional.empty()
                                : catalog.readThroughFor(tx, id));
    }

    /**
     * The versions that can be had, the oldest first. If the feed does not answer they are those
     * that are held here.
     *
     * @throws FeedException if it does not answer and none is held
     */
    public List<PackageVersion> versions(PackageId id, Deadline deadline)
            throws FeedException, InterruptedException, UnderwayException {
        Optional<FeedId> source = source(id);
        if (source.isEmpty()) {
            return List.of();
        }
        List<PackageVersion> held = held(source.get(), id);
        try {
            List<PackageVersion> told =
                    asked(askedForVersions, source.get(), id, deadline, feed -> feed.versions(id));
            return Stream.concat(told.stream(), held.stream()).distinct().sorted().toList();
        } catch (FeedException e) {
            if (held.isEmpty()) {
                throw e;
            }
            Log.warnf(
                    "A feed does not answer; what is held is told. feed=%s id=%s cause=%s",
                    source.get(), id, e.getMessage());
            return held;
        }
    }

    private List<PackageVersion> held(FeedId feed, PackageId id) {
        return unitOfWork.run(tx -> FirstSeen.all(tx, feed, id)).stream()
                .filter(pin -> blobs.hasUnchecked(pin.sha512()))
                .map(PackagePin::version)
                .sorted()
                .toList();
    }

    /**
     * What is told of these versions, the oldest first.
     *
     * @throws FeedException if the feed does not answer: what a package depends on is not guessed
     */
    public List<RegisteredVersion> registered(PackageId id, VersionSpan span, Deadline deadline)
            throws FeedException, InterruptedException, UnderwayException {
        Optional<FeedId> source = source(id);
        if (source.isEmpty()) {
            return List.of();
        }
        // Who was told all a moment ago mostly asks for a part of it next.
        var all = new Told(id, VersionSpan.ALL);
        var about = askedForRegistrations.isOpen(source.get(), all) ? all : new Told(id, span);
        return asked(
                        askedForRegistrations,
                        source.get(),
                        about,
                        deadline,
                        feed -> feed.registered(id, about.span()))
                .stream()
                .sorted(Comparator.comparing(RegisteredVersion::version))
                .toList();
    }

    private record Told(PackageId id, VersionSpan span) {}

    /**
     * What is given away for a feed outside.
     *
     * @param feed that it came from
     */
    public record Given(FeedId feed, PackagePin pin) {}

    /** A package, brought here if it is not; empty if there is none that may be read through. */
    public Optional<Given> give(PackageId id, PackageVersion version, Deadline deadline)
            throws FeedException, InterruptedException, UnderwayException, NoRoomException {
        Optional<FeedId> source = source(id);
        if (source.isEmpty()) {
            return Optional.empty();
        }
        FeedId feed = source.get();
        // What is here waits for nobody's turn.
        Optional<PackagePin> found = upstream.find(feed, id, version);
        if (found.isPresent()) {
            return kept(feed, found.get()).map(pin -> new Given(feed, pin));
        }
        Fetch fetch =
                askedForPackages.ask(
                        feed,
                        new Named(id, version),
                        deadline,
                        patience -> upstream.await(Asker.READER, feed, id, version, patience));
        return switch (fetch) {
            case Fetch.Here here -> kept(feed, here.pin()).map(pin -> new Given(feed, pin));
            case Fetch.Underway(String sentence) -> throw new UnderwayException(sentence + ".");
            case Fetch.NoRoom(String sentence) -> throw new NoRoomException(sentence);
            case Fetch.Failed failed -> missing(failed);
        };
    }

    private record Named(PackageId id, PackageVersion version) {}

    private static Optional<Given> missing(Fetch.Failed failed) throws FeedException {
        return switch (failed.kind()) {
            case MISSING -> Optional.empty();
            case UNREACHABLE, DENIED, WRONG ->
                    throw new FeedException(failed.kind(), failed.sentence());
        };
    }

    private Optional<PackagePin> kept(FeedId feed, PackagePin pin) throws FeedException {
        Optional<PackagePin> kept =
                unitOfWork.run(tx -> ReadThroughPins.keep(tx, feed, pin, clock.instant()));
        if (kept.filter(first -> !first.sha512().equals(pin.sha512())).isPresent()) {
            throw new FeedException(
                    FeedException.Kind.WRONG,
                    "the feed \"%s\" has other bytes under the name of %s %s than this feed has given away for it before. Let the feed that had them be read through for it again."
                            .formatted(feed, pin.id(), pin.version()));
        }
        return kept;
    }

    private interface Question<R> {
        R ask(PackageFeed feed) throws FeedException, InterruptedException;
    }

    private <R> List<R> asked(
            Questions<List<R>> questions,
            FeedId id,
            Object about,
            Deadline deadline,
            Question<List<R>> question)
            throws FeedException, InterruptedException, UnderwayException {
        Optional<PackageFeed> feed = upstream.feed(id);
        return feed.isEmpty()
                ? List.of()
                : questions.ask(id, about, deadline, _ -> question.ask(feed.get()));
    }
}
