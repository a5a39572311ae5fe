package stagecoach.packages.server.nuget;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import stagecoach.packages.server.index.PackageEntry;
import stagecoach.packages.server.index.PackageIndex;
import stagecoach.packages.server.index.PackageQuery;
import stagecoach.vocabulary.packages.PackageId;

/** What the search box and the completion of ids in clients show: never what is unlisted. */
public final class Searches {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final PackageIndex index;

    public Searches(PackageIndex index) {
        this.index = index;
    }

    /** The packages that a query finds, with their versions, as UTF-8 JSON. */
    public byte[] search(PackageQuery query, FeedUrls urls) {
        var hive = query.semVer2() ? Hive.SEMVER2 : Hive.GZIP;
        var matches = index.search(query);
        var document = JSON.createObjectNode().put("totalHits", matches.total());
        var data = document.putArray("data");
        matches.packages().forEach(versions -> data.add(found(versions, hive, urls)));
        return document.toString().getBytes(UTF_8);
    }

    /** The ids that a query finds, as UTF-8 JSON. */
    public byte[] ids(PackageQuery query) {
        var matches = index.search(query);
        var document = JSON.createObjectNode().put("totalHits", matches.total());
        var data = document.putArray("data");
        matches.packages().forEach(versions -> data.add(newest(versions).pin().id().value()));
        return document.toString().getBytes(UTF_8);
    }

    /** The versions of a package that a query finds, the oldest first, as UTF-8 JSON. */
    public byte[] versions(Optional<PackageId> id, PackageQuery query) {
        var found =
                id.map(index::versions).orElse(List.of()).stream().filter(query::finds).toList();
        var document = JSON.createObjectNode().put("totalHits", found.size());
        var data = document.putArray("data");
        found.forEach(entry -> data.add(entry.pin().version().value()));
        return document.toString().getBytes(UTF_8);
    }

    private static PackageEntry newest(List<PackageEntry> versions) {
        return versions.getLast();
    }

    private static ObjectNode found(List<PackageEntry> versions, Hive hive, FeedUrls urls) {
        var newest = newest(versions);
        var id = newest.pin().id();
        var details = newest.details();
        var found = JSON.createObjectNode();
        found.put("@id", urls.registration(hive, id));
        found.put("@type", "Package");
        found.put("registration", urls.registration(hive, id));
        found.put("id", id.value());
        found.put("version", newest.pin().version().value());
        found.put("title", details.title().isEmpty() ? id.value() : details.title());
        found.put("description", newest.description());
        found.putArray("authors").add(newest.authors());
        Tags.add(found, details);
        if (!details.licenseUrl().isEmpty()) {
            found.put("licenseUrl", details.licenseUrl());
        }
        if (!details.projectUrl().isEmpty()) {
            found.put("projectUrl", details.projectUrl());
        }
        // Nobody counts them here.
        found.put("totalDownloads", 0);
        found.put("verified", false);
        var types = found.putArray("packageTypes");
        details.types().forEach(type -> types.addObject().put("name", type));
        var written = found.putArray("versions");
        for (var entry : versions) {
            written.addObject()
                    .put("@id", urls.leaf(hive, id, entry.pin().version()))
                    .put("version", entry.pin().version().value())
                    .put("downloads", 0);
        }
        return found;
    }
}
