package stagecoach.packages.server.nuget;

import java.util.Locale;
import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** What a path below the flat container asks for. */
public sealed interface FlatPath {

    /** {@code {id}/index.json}: which versions there are. */
    record Versions(PackageId id) implements FlatPath {}

    /** {@code {id}/{version}/{id}.{version}.nupkg}: the package. */
    record Nupkg(PackageId id, PackageVersion version) implements FlatPath {}

    /** {@code {id}/{version}/{id}.nuspec}: what the package says of itself. */
    record Nuspec(PackageId id, PackageVersion version) implements FlatPath {}

    /**
     * Reads a path, decoded and without a slash at its beginning. Clients write it in lower case
     * with a normalised version; any other spelling that means the same is understood too.
     *
     * @return empty for any path that there is nothing at
     */
    static Optional<FlatPath> parse(String path) {
        var steps = path.split("/", -1);
        try {
            return switch (steps.length) {
                case 2 -> ofId(steps[0], steps[1]);
                case 3 -> ofVersion(steps[0], steps[1], steps[2]);
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException noSuchIdOrVersion) {
            return Optional.empty();
        }
    }

    /** The path of a package, below the flat container, as clients write it. */
    static String of(PackageId id, PackageVersion version) {
        var file = id.lower() + "." + version.lower() + ".nupkg";
        return id.lower() + "/" + version.lower() + "/" + file;
    }

    private static Optional<FlatPath> ofId(String id, String file) {
        return file.equalsIgnoreCase("index.json")
                ? Optional.of(new Versions(PackageId.parse(id)))
                : Optional.empty();
    }

    private static Optional<FlatPath> ofVersion(String idStep, String versionStep, String file) {
        var id = PackageId.parse(idStep);
        var version = PackageVersion.parse(versionStep);
        var lower = file.toLowerCase(Locale.ROOT);
        if (lower.equals(id.lower() + ".nuspec")) {
            return Optional.of(new Nuspec(id, version));
        }
        var spelled = id.lower() + "." + versionStep.toLowerCase(Locale.ROOT) + ".nupkg";
        return lower.equals(spelled) ? Optional.of(new Nupkg(id, version)) : Optional.empty();
    }
}
