package stagecoach.packages.feeds.protocol;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedException.Kind;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PacedReads;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.server.ingest.ArchiveGuard;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.Nuspec;
import stagecoach.packages.server.ingest.NuspecReader;
import stagecoach.packages.server.ingest.PackageRefusedException;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A folder that every pod of the package-service sees under the same path, such as a mounted share:
 * files {@code <id>.<version>.nupkg} in it, or as {@code nuget add} lays them out, in {@code
 * <id>/<version>/}. Names are compared without case. Links are followed, as shares are full of
 * them; but only file names are ever made of ids, which hold no separator.
 */
final class FolderFeed implements PackageFeed {
    private static final String SUFFIX = ".nupkg";
    private static final int BUFFER_BYTES = 1 << 16;
    private static final ArchiveGuard GUARD = new ArchiveGuard(ArchiveLimits.defaults());

    private final FeedSettings settings;
    private final FeedRules rules;
    private final Path folder;

    FolderFeed(FeedSettings settings, FeedRules rules) {
        this.settings = settings;
        this.rules = rules;
        this.folder = Path.of(settings.url());
    }

    /** A package's file. */
    private record Found(PackageVersion version, Path file) {}

    @Override
    public List<PackageVersion> versions(PackageId id) throws FeedException {
        return found(id).stream().map(Found::version).distinct().toList();
    }

    /** What is no package, or another one, is left out, as a download of it would be refused. */
    @Override
    public List<RegisteredVersion> registered(PackageId id, VersionSpan span) throws FeedException {
        var told = new ToldVersions(what -> problem(Kind.WRONG, what, null));
        var seen = new HashSet<PackageVersion>();
        for (Found each : found(id)) {
            if (!span.holds(each.version())) {
                continue;
            }
            told.look();
            var said = nuspec(each.file());
            if (said.isPresent()
                    && said.get().id().equals(id)
                    && said.get().version().equals(each.version())
                    && seen.add(each.version())) {
                told.add(registered(said.get(), each.file()));
            }
        }
        return told.all();
    }

    private static RegisteredVersion registered(Nuspec said, Path file) {
        return new RegisteredVersion(
                said.id(),
                said.version(),
                Optional.empty(),
                Instant.ofEpochMilli(file.toFile().lastModified()),
                true,
                said.authors(),
                said.description(),
                said.details());
    }

    private Optional<Nuspec> nuspec(Path file) throws FeedException {
        try {
            return Optional.of(NuspecReader.read(GUARD.nuspec(Files.newByteChannel(file))));
        } catch (PackageRefusedException noPackage) {
            return Optional.empty();
        } catch (IOException e) {
            throw problem(
                    Kind.UNREACHABLE, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** A folder unlists nothing. */
    @Override
    public Optional<PackageVersion> newest(PackageId id, Predicate<PackageVersion> wanted)
            throws FeedException {
        return versions(id).stream().filter(wanted).max(Comparator.naturalOrder());
    }

    @Override
    public List<PackageId> search(String text, int limit) throws FeedException {
        var part = text.toLowerCase(Locale.ROOT);
        List<PackageId> ids = new ArrayList<>();
        for (Path entry : entries(folder)) {
            var name = String.valueOf(entry.getFileName());
            (Files.isDirectory(entry) ? Versions.readId(name) : idOf(name)).ifPresent(ids::add);
        }
        return ids.stream()
                .filter(id -> id.lower().contains(part))
                .distinct()
                .sorted()
                .limit(limit)
                .toList();
    }

    /** A version begins at the first part that is a number, if all behind it is a version. */
    private static Optional<PackageId> idOf(String name) {
        if (!isPackage(name)) {
            return Optional.empty();
        }
        var stem = name.substring(0, name.length() - SUFFIX.length());
        for (int dot = stem.indexOf('.'); dot > 0; dot = stem.indexOf('.', dot + 1)) {
            if (dot + 1 < stem.length()
                    && Character.isDigit(stem.charAt(dot + 1))
                    && Versions.read(stem.substring(dot + 1)).isPresent()) {
                return Versions.readId(stem.substring(0, dot));
            }
        }
        return Optional.empty();
    }

    private static boolean isPackage(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(SUFFIX);
    }

    private List<Found> found(PackageId id) throws FeedException {
        List<Found> found = new ArrayList<>();
        var start = id.lower() + ".";
        for (Path entry : entries(folder)) {
            var shown = String.valueOf(entry.getFileName());
            var name = shown.toLowerCase(Locale.ROOT);
            if (name.equals(id.lower()) && Files.isDirectory(entry)) {
                for (Path version : entries(entry)) {
                    addExpanded(id, version, found);
                }
            } else if (isPackage(name) && name.startsWith(start)) {
                Versions.read(shown.substring(start.length(), shown.length() - SUFFIX.length()))
                        .ifPresent(version -> found.add(new Found(version, entry)));
            }
        }
        return found;
    }

    private void addExpanded(PackageId id, Path folderOfVersion, List<Found> found)
            throws FeedException {
        var version = Versions.read(String.valueOf(folderOfVersion.getFileName()));
        if (version.isEmpty() || !Files.isDirectory(folderOfVersion)) {
            return;
        }
        for (Path file : entries(folderOfVersion)) {
            var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            if (isPackage(name) && name.startsWith(id.lower() + ".")) {
                found.add(new Found(version.get(), file));
            }
        }
    }

    private List<Path> entries(Path in) throws FeedException {
        try (Stream<Path> entries = Files.list(in)) {
            return entries.sorted().toList();
        } catch (NoSuchFileException e) {
            throw problem(
                    Kind.UNREACHABLE,
                    "there is no folder %s on this server; mount it, or correct the url"
                            .formatted(in),
                    e);
        } catch (IOException | UncheckedIOException e) {
            throw problem(
                    Kind.UNREACHABLE,
                    "the folder %s cannot be read: %s".formatted(in, e.getMessage()),
                    e);
        }
    }

    @Override
    public Fetched fetch(
            PackageId id,
            PackageVersion version,
            Optional<Sha512> expected,
            PackageSink sink,
            Passage passage)
            throws FeedException, IOException, InterruptedException {
        var file =
                found(id).stream()
                        .filter(candidate -> candidate.version().equals(version))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        problem(
                                                Kind.MISSING,
                                                "the folder has no %s %s".formatted(id, version),
                                                null))
                        .file();
        // Nothing is gone on with here, but one process copies it for all that share a store.
        if (expected.isPresent()) {
            sink.expect(expected.get());
        } else {
            sink.from(file.toUri());
        }
        sink.restart();
        sink.announce(sizeOf(file));
        long bytes = copied(file, sink, passage);
        if (expected.isPresent() && !sink.digest().equals(expected.get())) {
            throw problem(
                    Kind.WRONG,
                    "%s has other bytes than the package has to have (another SHA-512)"
                            .formatted(file.getFileName()),
                    null);
        }
        return new Fetched(bytes, 0, 1, expected.isPresent());
    }

    private long sizeOf(Path file) throws FeedException {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw problem(
                    Kind.UNREACHABLE, "%s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    private long copied(Path file, PackageSink sink, Passage passage)
            throws FeedException, IOException, InterruptedException {
        byte[] buffer = new byte[BUFFER_BYTES];
        try (Passage.Place _ = passage.enter();
                InputStream content = opened(file)) {
            var reads = new PacedReads(content, passage);
            while (true) {
                reads.await(buffer.length);
                int count;
                try {
                    count = reads.read(buffer);
                } catch (IOException e) {
                    throw problem(
                            Kind.UNREACHABLE,
                            "%s cannot be read: %s".formatted(file, e.getMessage()),
                            e);
                }
                if (count < 0) {
                    return sink.size();
                }
                if (sink.size() + count > rules.packageBytesMax()) {
                    throw problem(
                            Kind.WRONG,
                            "%s is larger than the %d bytes that are taken"
                                    .formatted(file.getFileName(), rules.packageBytesMax()),
                            null);
                }
                sink.write(buffer, 0, count);
                passage.came(count);
            }
        }
    }

    private InputStream opened(Path file) throws FeedException {
        try {
            return Files.newInputStream(file);
        } catch (IOException e) {
            throw problem(
                    Kind.UNREACHABLE, "%s cannot be opened: %s".formatted(file, e.getMessage()), e);
        }
    }

    private FeedException problem(Kind kind, String what, @Nullable Throwable cause) {
        return new FeedException(kind, "feed \"%s\": %s.".formatted(settings.name(), what), cause);
    }
}
