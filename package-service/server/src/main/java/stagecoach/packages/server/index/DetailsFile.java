package stagecoach.packages.server.index;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import stagecoach.packages.server.index.PackageDetails.Dependency;
import stagecoach.packages.server.index.PackageDetails.DependencyGroup;
import stagecoach.vocabulary.packages.PackageId;

/** The JSON form of a package's details, spelled out so that renaming code changes no old one. */
public final class DetailsFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private DetailsFile() {}

    /** The details as text. */
    public static String write(PackageDetails details) {
        return node(details).toString();
    }

    /**
     * Reads what {@link #write} has written.
     *
     * @throws IllegalArgumentException if the text is something else
     */
    public static PackageDetails read(String text) {
        try {
            return read(JSON.readTree(text));
        } catch (JsonProcessingException damaged) {
            throw new IllegalArgumentException("The details are no JSON.", damaged);
        }
    }

    static ObjectNode node(PackageDetails details) {
        var document = JSON.createObjectNode();
        document.put("title", details.title());
        document.put("tags", details.tags());
        document.put("projectUrl", details.projectUrl());
        document.put("licenseUrl", details.licenseUrl());
        document.put("requireLicenseAcceptance", details.requireLicenseAcceptance());
        document.put("minClientVersion", details.minClientVersion());
        document.put("semVer2", details.semVer2());
        var types = document.putArray("packageTypes");
        details.packageTypes().forEach(types::add);
        var groups = document.putArray("dependencyGroups");
        for (var group : details.dependencyGroups()) {
            var written = groups.addObject().put("targetFramework", group.targetFramework());
            var dependencies = written.putArray("dependencies");
            for (var dependency : group.dependencies()) {
                dependencies
                        .addObject()
                        .put("id", dependency.id().value())
                        .put("range", dependency.range().value());
            }
        }
        return document;
    }

    static PackageDetails read(JsonNode document) {
        var types = new ArrayList<String>();
        document.required("packageTypes").forEach(type -> types.add(type.asText()));
        var groups = new ArrayList<DependencyGroup>();
        document.required("dependencyGroups").forEach(group -> groups.add(group(group)));
        return new PackageDetails(
                text(document, "title"),
                text(document, "tags"),
                text(document, "projectUrl"),
                text(document, "licenseUrl"),
                document.required("requireLicenseAcceptance").booleanValue(),
                text(document, "minClientVersion"),
                document.required("semVer2").booleanValue(),
                types,
                groups);
    }

    private static DependencyGroup group(JsonNode group) {
        List<Dependency> dependencies = new ArrayList<>();
        for (var dependency : group.required("dependencies")) {
            dependencies.add(
                    new Dependency(
                            new PackageId(text(dependency, "id")),
                            new DependencyRange(text(dependency, "range"))));
        }
        return new DependencyGroup(text(group, "targetFramework"), dependencies);
    }

    private static String text(JsonNode document, String field) {
        return document.required(field).asText();
    }
}
