package stagecoach.packages.feeds.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import stagecoach.packages.server.index.DependencyRange;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.packages.server.nuget.RegisteredVersion;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;

/** What a registration tells of one version (NuGet v3, {@code catalogEntry}). */
final class CatalogEntry {
    /** Unlisted packages are published in this year, as NuGet marks them. */
    private static final String UNLISTED = "1900-";

    private CatalogEntry() {}

    /** Whether people are shown it. */
    static boolean isListed(JsonNode entry) {
        return entry.path("listed").asBoolean(true)
                && !entry.path("published").asText().startsWith(UNLISTED);
    }

    /** The version, if it and all that it depends on can be read. */
    static Optional<RegisteredVersion> read(PackageId id, JsonNode entry) {
        try {
            String version = entry.path("version").asText();
            return Optional.of(
                    new RegisteredVersion(
                            Versions.readId(entry.path("id").asText())
                                    .filter(id::equals)
                                    .orElse(id),
                            PackageVersion.parse(version),
                            Optional.empty(),
                            instant(entry.path("published").asText()),
                            isListed(entry),
                            joined(entry.path("authors"), ", "),
                            entry.path("description").asText(""),
                            details(entry, version)));
        } catch (IllegalArgumentException unreadable) {
            return Optional.empty();
        }
    }

    private static PackageDetails details(JsonNode entry, String version) {
        List<DependencyGroup> groups = new ArrayList<>();
        boolean semVer2 = PackageDetails.needsSemVer2(version);
        for (JsonNode group : entry.path("dependencyGroups")) {
            List<Dependency> dependencies = new ArrayList<>();
            for (JsonNode dependency : group.path("dependencies")) {
                String range = dependency.path("range").asText("");
                semVer2 |= PackageDetails.needsSemVer2(range);
                dependencies.add(
                        new Dependency(
                                PackageId.parse(dependency.path("id").asText()),
                                new DependencyRange(range)));
            }
            groups.add(new DependencyGroup(group.path("targetFramework").asText(""), dependencies));
        }
        return new PackageDetails(
                entry.path("title").asText(""),
                joined(entry.path("tags"), " "),
                webAddress(entry.path("projectUrl").asText("")),
                webAddress(entry.path("licenseUrl").asText("")),
                entry.path("requireLicenseAcceptance").asBoolean(false),
                entry.path("minClientVersion").asText(""),
                semVer2,
                List.of(),
                groups);
    }

    /** One text, or several. */
    private static String joined(JsonNode texts, String separator) {
        return texts.isArray()
                ? StreamSupport.stream(texts.spliterator(), false)
                        .map(JsonNode::asText)
                        .collect(Collectors.joining(separator))
                : texts.asText("");
    }

    /** Clients make it a link that people click. */
    private static String webAddress(String address) {
        String lower = address.toLowerCase(Locale.ROOT);
        return lower.startsWith("https://") || lower.startsWith("http://") ? address : "";
    }

    /** With an offset or without, as old feeds write it; what is none of these tells no time. */
    static Instant instant(String text) {
        try {
            TemporalAccessor at =
                    DateTimeFormatter.ISO_DATE_TIME.parseBest(
                            text, OffsetDateTime::from, LocalDateTime::from);
            return at instanceof LocalDateTime local
                    ? local.toInstant(ZoneOffset.UTC)
                    : Instant.from(at);
        } catch (DateTimeParseException noTime) {
            return Instant.EPOCH;
        }
    }
}
