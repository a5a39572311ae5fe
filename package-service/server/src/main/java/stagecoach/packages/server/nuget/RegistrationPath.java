package stagecoach.packages.server.nuget;

import java.util.Locale;
import java.util.Optional;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** What a path below a hive of registrations asks for. */
public sealed interface RegistrationPath {

    /** The package that it asks about. */
    PackageId id();

    /** {@code {id}/index.json}: all versions, or the pages that tell them. */
    record Index(PackageId id) implements RegistrationPath {}

    /** {@code {id}/page/{lower}/{upper}.json}: the versions from one to another. */
    record Page(PackageId id, PackageVersion lower, PackageVersion upper)
            implements RegistrationPath {}

    /** {@code {id}/{version}.json}: one version. */
    record Leaf(PackageId id, PackageVersion version) implements RegistrationPath {}

    /**
     * Reads a path, decoded and without a slash at its beginning.
     *
     * @return empty for any path that there is nothing at
     */
    static Optional<RegistrationPath> parse(String path) {
        var steps = path.split("/", -1);
        var file = steps[steps.length - 1].toLowerCase(Locale.ROOT);
        if (!file.endsWith(".json")) {
            return Optional.empty();
        }
        var name = file.substring(0, file.length() - ".json".length());
        try {
            var id = PackageId.parse(steps[0]);
            if (steps.length == 2) {
                return Optional.of(
                        name.equals("index")
                                ? new Index(id)
                                : new Leaf(id, PackageVersion.parse(name)));
            }
            return steps.length == 4 && steps[1].equals("page")
                    ? Optional.of(
                            new Page(
                                    id, PackageVersion.parse(steps[2]), PackageVersion.parse(name)))
                    : Optional.empty();
        } catch (IllegalArgumentException noSuchIdOrVersion) {
            return Optional.empty();
        }
    }
}
