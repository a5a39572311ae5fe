package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.server.index.PackageDetails;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.vocabulary.packages.PackageId;

/**
 * What clients read of a package before they download it: its versions with what each depends on.
 * Unlisted versions are told too, and told to be such.
 */
public final class Registrations {

    /** From this many versions on the index names pages instead of telling all itself. */
    static final int INLINE_MAX = 128;

    private static final int PAGE_SIZE = 64;

    /** When clients believe that what is unlisted was published. */
    private static final int UNLISTED_YEAR = 1900;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PackageIndex index;

    public Registrations(PackageIndex index) {
        this.index = index;
    }

    /** The document at a path as UTF-8 JSON, not compressed yet; empty where there is none. */
    public Optional<byte[]> document(RegistrationPath path, Hive hive, FeedUrls urls) {
        return document(
                path,
                hive,
                urls,
                index.versions(path.id()).stream().map(RegisteredVersion::of).toList());
    }

    /** The same of versions that are not in the index, the oldest first. */
    public static Optional<byte[]> document(
            RegistrationPath path, Hive hive, FeedUrls urls, List<RegisteredVersion> versions) {
        var entries = versions.stream().filter(e -> isIn(hive, e)).toList();
        var document =
                switch (path) {
                    case RegistrationPath.Index(var id) -> index(id, entries, hive, urls);
                    case RegistrationPath.Page page -> page(page, entries, hive, urls);
                    case RegistrationPath.Leaf(_, var version) ->
                            entries.stream()
                                    .filter(entry -> entry.version().equals(version))
                                    .findFirst()
                                    .map(entry -> leaf(entry, hive, urls));
                };
        return document.map(node -> node.toString().getBytes(UTF_8));
    }

    private static boolean isIn(Hive hive, RegisteredVersion entry) {
        return hive.semVer2() || !entry.details().semVer2();
    }

    private static Optional<ObjectNode> index(
            PackageId id, List<RegisteredVersion> entries, Hive hive, FeedUrls urls) {
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        var inline = entries.size() < INLINE_MAX;
        var document = JSON.createObjectNode();
        document.put("@id", urls.registration(hive, id));
        var pages = inline ? List.of(entries) : pages(entries);
        document.put("count", pages.size());
        var items = document.putArray("items");
        for (var entriesOfPage : pages) {
            var page = pageHead(id, entriesOfPage, hive, urls);
            if (inline) {
                addLeaves(page, entriesOfPage, hive, urls);
            }
            items.add(page);
        }
        return Optional.of(document);
    }

    private static List<List<RegisteredVersion>> pages(List<RegisteredVersion> entries) {
        var pages = new ArrayList<List<RegisteredVersion>>();
        for (var from = 0; from < entries.size(); from += PAGE_SIZE) {
            pages.add(entries.subList(from, Math.min(from + PAGE_SIZE, entries.size())));
        }
        return pages;
    }

    private static ObjectNode pageHead(
            PackageId id, List<RegisteredVersion> entries, Hive hive, FeedUrls urls) {
        var lower = entries.getFirst().version();
        var upper = entries.getLast().version();
        return JSON.createObjectNode()
                .put("@id", urls.page(hive, id, lower, upper))
                .put("count", entries.size())
                .put("lower", lower.value())
                .put("upper", upper.value())
                .put("parent", urls.registration(hive, id));
    }

    /** Whatever lies between the two: a version may have come since the client read the index. */
    private static Optional<ObjectNode> page(
            RegistrationPath.Page asked, List<RegisteredVersion> all, Hive hive, FeedUrls urls) {
        var entries =
                all.stream()
                        .filter(entry -> entry.version().compareTo(asked.lower()) >= 0)
                        .filter(entry -> entry.version().compareTo(asked.upper()) <= 0)
                        .toList();
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        var page = pageHead(asked.id(), entries, hive, urls);
        addLeaves(page, entries, hive, urls);
        return Optional.of(page);
    }

    private static void addLeaves(
            ObjectNode page, List<RegisteredVersion> entries, Hive hive, FeedUrls urls) {
        var items = page.putArray("items");
        for (var entry : entries) {
            var leaf = links(entry, hive, urls);
            leaf.set("catalogEntry", catalogEntry(entry, hive, urls));
            items.add(leaf);
        }
    }

    private static ObjectNode leaf(RegisteredVersion entry, Hive hive, FeedUrls urls) {
        var leaf = links(entry, hive, urls);
        leaf.put("listed", entry.listed());
        leaf.put("published", published(entry));
        leaf.set("catalogEntry", catalogEntry(entry, hive, urls));
        return leaf;
    }

    private static ObjectNode links(RegisteredVersion entry, Hive hive, FeedUrls urls) {
        return JSON.createObjectNode()
                .put("@id", urls.leaf(hive, entry.id(), entry.version()))
                .put("packageContent", urls.nupkg(entry.id(), entry.version()))
                .put("registration", urls.registration(hive, entry.id()));
    }

    private static ObjectNode catalogEntry(RegisteredVersion entry, Hive hive, FeedUrls urls) {
        var details = entry.details();
        var written = JSON.createObjectNode();
        written.put("@id", urls.leaf(hive, entry.id(), entry.version()));
        written.put("id", entry.id().value());
        written.put("version", entry.version().value());
        written.put("listed", entry.listed());
        written.put("published", published(entry));
        written.put("authors", entry.authors());
        written.put("description", entry.description());
        written.put("title", details.title());
        written.put("requireLicenseAcceptance", details.requireLicenseAcceptance());
        putUnlessEmpty(written, "licenseUrl", details.licenseUrl());
        putUnlessEmpty(written, "projectUrl", details.projectUrl());
        putUnlessEmpty(written, "minClientVersion", details.minClientVersion());
        Tags.add(written, details);
        addDependencies(written, details, hive, urls);
        written.put("packageContent", urls.nupkg(entry.id(), entry.version()));
        entry.pin()
                .ifPresent(
                        pin ->
                                written.put("packageHash", pin.sha512().base64())
                                        .put("packageHashAlgorithm", "SHA512")
                                        .put("packageSize", pin.size()));
        return written;
    }

    private static void putUnlessEmpty(ObjectNode to, String field, String text) {
        if (!text.isEmpty()) {
            to.put(field, text);
        }
    }

    private static void addDependencies(
            ObjectNode to, PackageDetails details, Hive hive, FeedUrls urls) {
        if (details.dependencyGroups().isEmpty()) {
            return;
        }
        var groups = to.putArray("dependencyGroups");
        for (var group : details.dependencyGroups()) {
            var written = groups.addObject();
            putUnlessEmpty(written, "targetFramework", group.targetFramework());
            var dependencies = written.putArray("dependencies");
            for (var dependency : group.dependencies()) {
                dependencies
                        .addObject()
                        .put("id", dependency.id().value())
                        .put("range", dependency.range().value())
                        .put("registration", urls.registration(hive, dependency.id()));
            }
        }
    }

    /** When clients are told that it was published: an unlisted one in the year 1900. */
    public static String published(PackageEntry entry) {
        return published(RegisteredVersion.of(entry));
    }

    private static String published(RegisteredVersion entry) {
        Instant shown =
                entry.listed()
                        ? entry.published()
                        : entry.published()
                                .atOffset(ZoneOffset.UTC)
                                .withYear(UNLISTED_YEAR)
                                .toInstant();
        return shown.toString();
    }
}
