package stagecoach.packages.server.odata;

import java.util.Optional;
import java.util.regex.Pattern;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** What a path below the feed's folder asks for in the old protocol. */
public sealed interface ODataPath {

    /** The folder itself: what there is. */
    record Service() implements ODataPath {}

    /** {@code $metadata}: which functions there are. */
    record Metadata() implements ODataPath {}

    /** {@code Packages(Id='…',Version='…')}: one package. */
    record One(PackageId id, PackageVersion version) implements ODataPath {}

    /** {@code FindPackagesById()}: all versions of one id. */
    record FindPackagesById() implements ODataPath {}

    /** {@code Search()} and {@code Packages()}: what fits. */
    record Search() implements ODataPath {}

    /** The way an old client names one package. */
    Pattern ONE = Pattern.compile("Packages\\(Id='([^']*)',\\s*Version='([^']*)'\\)");

    /**
     * Reads a path, decoded.
     *
     * @return empty for any path that there is nothing at
     */
    static Optional<ODataPath> parse(String path) {
        return switch (path) {
            case "", "/" -> Optional.of(new Service());
            case "/$metadata" -> Optional.of(new Metadata());
            case "/FindPackagesById", "/FindPackagesById()" -> Optional.of(new FindPackagesById());
            case "/Search", "/Search()", "/Packages", "/Packages()" -> Optional.of(new Search());
            default -> one(path.substring(1));
        };
    }

    private static Optional<ODataPath> one(String path) {
        var matcher = ONE.matcher(path);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new One(
                            PackageId.parse(matcher.group(1)),
                            PackageVersion.parse(matcher.group(2))));
        } catch (IllegalArgumentException noSuchIdOrVersion) {
            return Optional.empty();
        }
    }
}
