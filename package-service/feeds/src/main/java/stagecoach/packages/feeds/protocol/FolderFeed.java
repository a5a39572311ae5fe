package stagecoach.packages.feeds.protocol;

import java.io.IOException;
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
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.feeds.transport.FeedException.Kind;
import stagecoach.packages.feeds.transport.FeedRules;
import stagecoach.packages.feeds.transport.FeedSettings;
import stagecoach.packages.feeds.transport.Fetched;
import stagecoach.packages.feeds.transport.PackageSink;
import stagecoach.packages.feeds.transport.Passage;
import stagecoach.packages.server.ingest.ArchiveGuard;
import stagecoach.packages.server.ingest.ArchiveLimits;
import stagecoach.packages.server.ingest.Nuspec;
import stagecoach.packages.server.ingest.NuspecReader;
import stagecoach.packages.server.ingest.PackageRefusedException;
import stagecoach.packages.server.mount.Mounts;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * A folder that every pod of the package-service sees under the same path, such as a mounted share:
 * files {@code <id>.<version>.nupkg} in it, or as {@code nuget add} lays them out, in {@code
 * <id>/<version>/}. Names are compared without case. Links are followed, as shares are full of
 * them; but only file names are ever made of ids, which hold no separator. A file system that does
 * not answer is given up soon, and asked no more until it does.
 */
final class FolderFeed implements PackageFeed {
    private static final String SUFFIX = ".nupkg";
    private static final ArchiveGuard GUARD = new ArchiveGuard(ArchiveLimits.defaults());

    private final FeedSettings settings;
    private final FeedRules rules;
    private final Mounts mounts;
    private final Path folder;

    FolderFeed(FeedSettings settings, FeedRules rules, Mounts mounts) {
        this.settings = settings;
        this.rules = rules;
        this.mounts = mounts;
        this.folder = Path.of(settings.url());
    }

    /** A package's file. */
    private record Found(PackageVersion version, Path file) {}

    @Override
    public List<PackageVersion> versions(PackageId id) throws FeedException, InterruptedException {
        return mounted(heard -> found(id, heard)).stream().map(Found::version).distinct().toList();
    }

    /** What is no package, or another one, is left out, as a download of it would be refused. */
    @Override
    public List<RegisteredVersion> registered(PackageId id, VersionSpan span)
            throws FeedException, InterruptedException {
        return mounted(heard -> registered(id, span, heard));
    }

    private List<RegisteredVersion> registered(PackageId id, VersionSpan span, Runnable heard)
            throws FeedException {
        var told = new ToldVersions(what -> problem(Kind.WRONG, what, null));
        var seen = new HashSet<PackageVersion>();
        for (Found each : found(id, heard)) {
            heard.run();
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
            throws FeedException, InterruptedException {
        return versions(id).stream().filter(wanted).max(Comparator.naturalOrder());
    }

    @Override
    public List<PackageId> search(String text, int limit)
            throws FeedException, InterruptedException {
        return mounted(heard -> search(text, limit, heard));
    }

    private List<PackageId> search(String text, int limit, Runnable heard) throws FeedException {
        var part = text.toLowerCase(Locale.ROOT);
        List<PackageId> ids = new ArrayList<>();
        for (Path entry : entries(folder, heard)) {
            heard.run();
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

    private List<Found> found(PackageId id, Runnable heard) throws FeedException {
        List<Found> found = new ArrayList<>();
        var start = id.lower() + ".";
        for (Path entry : entries(folder, heard)) {
            var shown = String.valueOf(entry.getFileName());
            var name = shown.toLowerCase(Locale.ROOT);
            if (name.equals(id.lower()) && Files.isDirectory(entry)) {
                for (Path version : entries(entry, heard)) {
                    addExpanded(id, version, found, heard);
                }
            } else if (isPackage(name) && name.startsWith(start)) {
                Versions.read(shown.substring(start.length(), shown.length() - SUFFIX.length()))
                        .ifPresent(version -> found.add(new Found(version, entry)));
            }
        }
        return found;
    }

    private void addExpanded(PackageId id, Path folderOfVersion, List<Found> found, Runnable heard)
            throws FeedException {
        var version = Versions.read(String.valueOf(folderOfVersion.getFileName()));
        if (version.isEmpty() || !Files.isDirectory(folderOfVersion)) {
            return;
        }
        for (Path file : entries(folderOfVersion, heard)) {
            var name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
            if (isPackage(name) && name.startsWith(id.lower() + ".")) {
                found.add(new Found(version.get(), file));
            }
        }
    }

    private List<Path> entries(Path in, Runnable heard) throws FeedException {
        try (Stream<Path> entries = Files.list(in)) {
            return entries.peek(_ -> heard.run()).sorted().toList();
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
        Path file =
                mounted(heard -> found(id, heard)).stream()
                        .filter(candidate -> candidate.version().equals(version))
                        .findFirst()
                        .orElseThrow(
                                () ->
                                        problem(
                                                Kind.MISSING,
                                                "the folder has no %s %s".formatted(id, version),
                                                null))
                        .file();
        return new FolderCopy(this, settings, rules, mounts, file, expected, sink, passage).run();
    }

    /** What comes of work in the folder, as long as that goes on answering. */
    <T> T mounted(Mounts.Heard<T> work) throws FeedException, InterruptedException {
        try {
            return mounts.whileHeard(folder, rules.connectMax(), work);
        } catch (Mounts.Silent e) {
            throw silent(e);
        } catch (ExecutionException e) {
            throw failed(e);
        }
    }

    FeedException silent(Mounts.Silent e) {
        return problem(
                Kind.UNREACHABLE,
                "the folder %s does not answer; see whether its file system is there"
                        .formatted(folder),
                e);
    }

    /** What work in the folder ended with. */
    FeedException failed(ExecutionException e) {
        return switch (e.getCause()) {
            case FeedException told -> told;
            case IOException broken ->
                    problem(
                            Kind.UNREACHABLE,
                            "the folder %s cannot be read: %s"
                                    .formatted(folder, broken.getMessage()),
                            broken);
            case null, default ->
                    throw new IllegalStateException("a folder could not be looked into", e);
        };
    }

    Path folder() {
        return folder;
    }

    FeedException problem(Kind kind, String what, @Nullable Throwable cause) {
        return new FeedException(kind, "feed \"%s\": %s.".formatted(settings.name(), what), cause);
    }
}
