package stagecoach.packages.feeds.protocol;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import stagecoach.packages.feeds.transport.FeedException;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.ingest.NuspecReader;
import stagecoach.packages.server.nuget.RegisteredVersion;

/**
 * What a feed tells of the versions of one package: each text as far as one of our own packages
 * would be told, and all together no more than fits into memory for many who ask at once. A feed
 * that tells more ends in a sentence.
 */
final class ToldVersions {
    /** More than any real package has. */
    static final int VERSIONS_MAX = 20_000;

    /** Of all versions together; the largest packages of nuget.org need less than half of it. */
    static final int CHARACTERS_MAX = 16 << 20;

    /** What a version, or a dependency, takes besides its texts. */
    private static final int OF_EACH = 100;

    private final Function<String, FeedException> wrong;
    private final List<RegisteredVersion> versions = new ArrayList<>();
    private long characters;
    private int looked;

    /**
     * @param wrong says for what reason a feed is not read further
     */
    ToldVersions(Function<String, FeedException> wrong) {
        this.wrong = wrong;
    }

    /** Counts a version, whether or not it can be read; before it is read. */
    void look() throws FeedException {
        if (++looked > VERSIONS_MAX) {
            throw wrong.apply(
                    "it tells of more than the %,d versions of a package that are read"
                            .formatted(VERSIONS_MAX));
        }
    }

    void add(RegisteredVersion told) throws FeedException {
        var version = shortened(told);
        characters += size(version);
        if (characters > CHARACTERS_MAX) {
            throw wrong.apply(
                    "it tells more of a package than the %d million characters that are read"
                            .formatted(CHARACTERS_MAX >> 20));
        }
        versions.add(version);
    }

    List<RegisteredVersion> all() {
        return List.copyOf(versions);
    }

    private static RegisteredVersion shortened(RegisteredVersion told) {
        PackageDetails details = told.details();
        return new RegisteredVersion(
                told.id(),
                told.version(),
                told.pin(),
                told.published(),
                told.listed(),
                shortened(told.authors()),
                shortened(told.description()),
                new PackageDetails(
                        shortened(details.title()),
                        shortened(details.tags()),
                        shortened(details.projectUrl()),
                        shortened(details.licenseUrl()),
                        details.requireLicenseAcceptance(),
                        shortened(details.minClientVersion()),
                        details.semVer2(),
                        details.packageTypes(),
                        details.dependencyGroups()));
    }

    private static String shortened(String text) {
        int end = NuspecReader.TEXT_LENGTH_MAX;
        if (text.length() <= end) {
            return text;
        }
        // Half a character could be written nowhere.
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    private static long size(RegisteredVersion version) {
        PackageDetails details = version.details();
        long texts =
                (long) version.authors().length()
                        + version.description().length()
                        + details.title().length()
                        + details.tags().length()
                        + details.projectUrl().length()
                        + details.licenseUrl().length();
        long dependencies =
                details.dependencyGroups().stream()
                        .mapToLong(
                                group ->
                                        OF_EACH
                                                + group.targetFramework().length()
                                                + group.dependencies().stream()
                                                        .mapToLong(
                                                                one ->
                                                                        OF_EACH
                                                                                + one.id()
                                                                                        .value()
                                                                                        .length()
                                                                                + one.range()
                                                                                        .value()
                                                                                        .length())
                                                        .sum())
                        .sum();
        return OF_EACH + texts + dependencies;
    }
}
