package stagecoach.packages.server.index;

import java.util.List;
import java.util.regex.Pattern;
import stagecoach.vocabulary.packages.PackageId;

/**
 * What NuGet clients show of a package, or need before they download it. Texts that the nuspec does
 * not have are empty.
 *
 * @param tags separated by blanks
 * @param projectUrl an {@code http} or {@code https} address
 * @param licenseUrl an {@code http} or {@code https} address
 * @param minClientVersion the oldest client that can use it
 * @param semVer2 whether clients that know no SemVer 2.0.0 must not see it
 * @param packageTypes the names of its types; none means {@code Dependency}
 */
public record PackageDetails(
        String title,
        String tags,
        String projectUrl,
        String licenseUrl,
        boolean requireLicenseAcceptance,
        String minClientVersion,
        boolean semVer2,
        List<String> packageTypes,
        List<DependencyGroup> dependencyGroups) {

    /** Of a package whose nuspec says nothing of all this. */
    public static final PackageDetails NONE =
            new PackageDetails("", "", "", "", false, "", false, List.of(), List.of());

    /** A dotted prerelease or metadata, in a version or in either bound of a range. */
    private static final Pattern SEMVER2 = Pattern.compile("\\+|-[0-9A-Za-z-]*\\.");

    /** Whether only clients that know SemVer 2.0.0 can read a version or a range of them. */
    public static boolean needsSemVer2(String versionOrRange) {
        return SEMVER2.matcher(versionOrRange).find();
    }

    public PackageDetails {
        packageTypes = List.copyOf(packageTypes);
        dependencyGroups = List.copyOf(dependencyGroups);
    }

    /** The names of its types; those that name none are dependencies. */
    public List<String> types() {
        return packageTypes.isEmpty() ? List.of("Dependency") : packageTypes;
    }

    /**
     * What the package needs where it is used for one framework.
     *
     * @param targetFramework as the nuspec writes it; empty for any
     */
    public record DependencyGroup(String targetFramework, List<Dependency> dependencies) {
        public DependencyGroup {
            dependencies = List.copyOf(dependencies);
        }
    }

    /** Another package that it needs. */
    public record Dependency(PackageId id, DependencyRange range) {}
}
