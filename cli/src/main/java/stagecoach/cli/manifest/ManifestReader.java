package stagecoach.cli.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import stagecoach.cli.manifest.Manifest.Resource;
import stagecoach.cli.manifest.ManifestMistakes.Mistake;
import stagecoach.vocabulary.identity.IdRule;

/**
 * Reads a manifest file: API bodies keyed by id, with {@code ${env:X}} filled in and {@code
 * script.file} read in. It knows the file's own form; what a document may say is the server's to
 * judge.
 */
public final class ManifestReader {
    private static final Map<String, String> SIMPLE_SECTIONS =
            Map.of(
                    "environments", "/environments/",
                    "regions", "/regions/",
                    "workerPools", "/worker-pools/",
                    "feeds", "/feeds/",
                    "caches", "/caches/",
                    "variableSets", "/variable-sets/");
    private static final List<String> ORDER =
            List.of("environments", "regions", "workerPools", "feeds", "caches", "variableSets");
    private static final Set<String> PROJECT_FIELDS =
            Set.of("name", "description", "lifecycle", "variableSets", "variables", "steps");

    /** The longest script, in bytes. */
    private static final long FILE_MAX = 1L << 20;

    private final Path file;
    private final LocatedYaml.Document document;
    private final List<Mistake> mistakes;
    private final Set<String> files = new TreeSet<>();

    private ManifestReader(Path file, LocatedYaml.Document document) {
        this.file = file;
        this.document = document;
        this.mistakes = new ArrayList<>(document.mistakes());
    }

    /**
     * A manifest with the lines of its places.
     *
     * @param taken what it takes from this computer: files of scripts and environment variables, as
     *     it names them
     */
    public record Located(
            Path file, Manifest manifest, Function<String, Integer> lines, List<String> taken) {
        /** Copies what it takes. */
        public Located {
            taken = List.copyOf(taken);
        }

        /** The mistake that a server's pointer into {@code resource}'s body means. */
        public Mistake mistake(Resource resource, String pointer, String sentence) {
            String inside =
                    pointer.startsWith(resource.bodyInManifest())
                            ? pointer.substring(resource.bodyInManifest().length())
                            : pointer;
            String whole = resource.pointer() + inside;
            return new Mistake(lines.apply(whole), place(whole), sentence);
        }
    }

    /**
     * Reads {@code file}.
     *
     * @param environment looks up environment variables
     * @throws ManifestMistakes with all of them
     * @throws IOException if the file cannot be read
     */
    public static Located read(Path file, Function<String, Optional<String>> environment)
            throws IOException {
        var document = LocatedYaml.read(Files.readString(file), environment);
        var reader = new ManifestReader(file, document);
        Manifest manifest = reader.manifest();
        if (!reader.mistakes.isEmpty()) {
            reader.mistakes.sort(Comparator.comparingInt(Mistake::line));
            throw new ManifestMistakes(file, reader.mistakes);
        }
        var taken = new ArrayList<>(reader.files);
        document.taken().forEach(name -> taken.add("${env:%s}".formatted(name)));
        return new Located(file, manifest, document::line, taken);
    }

    private Manifest manifest() {
        JsonNode root = document.root();
        if (root.isMissingNode() && !mistakes.isEmpty()) {
            return new Manifest(List.of());
        }
        if (!root.isObject()) {
            wrong("", "a manifest is a mapping that begins with version: 1");
            return new Manifest(List.of());
        }
        if (!root.path("version").isInt() || root.path("version").asInt() != 1) {
            wrong("/version", "write version: 1, the only one there is");
        }
        for (var section : root.properties()) {
            String name = section.getKey();
            if (!name.equals("version")
                    && !name.equals("projects")
                    && !SIMPLE_SECTIONS.containsKey(name)) {
                wrong(
                        "/" + name,
                        "is no section of a manifest. Sections are version, environments, regions, workerPools, feeds, caches, variableSets, projects.");
            } else if (!name.equals("version") && !section.getValue().isObject()) {
                wrong("/" + name, "is a mapping from ids to what they are");
            }
        }
        var resources = new ArrayList<Resource>();
        for (String section : ORDER) {
            for (var entry : root.path(section).properties()) {
                String pointer = "/" + section + "/" + entry.getKey();
                if (checkId(pointer, entry.getKey())) {
                    resources.add(
                            new Resource(
                                    section.replaceFirst("s$", "") + " " + entry.getKey(),
                                    SIMPLE_SECTIONS.get(section) + entry.getKey(),
                                    named(entry.getValue(), entry.getKey()),
                                    pointer,
                                    ""));
                }
            }
        }
        for (var entry : root.path("projects").properties()) {
            addProject(resources, entry.getKey(), entry.getValue());
        }
        return new Manifest(resources);
    }

    private void addProject(List<Resource> resources, String id, JsonNode project) {
        String pointer = "/projects/" + id;
        if (!checkId(pointer, id)) {
            return;
        }
        var body = JsonNodeFactory.instance.objectNode();
        for (var field : project.properties()) {
            switch (field.getKey()) {
                case "steps", "variables" -> {
                    if (!field.getValue().isArray()) {
                        wrong(pointer + "/" + field.getKey(), "is a list");
                    }
                }
                default -> {
                    if (!PROJECT_FIELDS.contains(field.getKey())) {
                        wrong(
                                pointer + "/" + field.getKey(),
                                "is no field of a project. Fields are name, description, lifecycle, variableSets, variables, steps.");
                    }
                    body.set(field.getKey(), field.getValue());
                }
            }
        }
        resources.add(
                new Resource("project " + id, "/projects/" + id, named(body, id), pointer, ""));
        if (project.path("variables").isArray()) {
            var variables = JsonNodeFactory.instance.objectNode();
            variables.set("variables", project.path("variables"));
            resources.add(
                    new Resource(
                            "variables of " + id,
                            "/projects/" + id + "/variables",
                            variables,
                            pointer + "/variables",
                            "/variables"));
        }
        if (project.path("steps").isArray()) {
            var process = JsonNodeFactory.instance.objectNode();
            var steps = process.putArray("steps");
            for (JsonNode step : project.path("steps")) {
                steps.add(inlined(step, pointer + "/steps/" + steps.size()));
            }
            resources.add(
                    new Resource(
                            "process of " + id,
                            "/projects/" + id + "/process",
                            process,
                            pointer + "/steps",
                            "/steps"));
        }
    }

    /** The step with the files of its scripts read in, those of a group's children too. */
    private JsonNode inlined(JsonNode step, String pointer) {
        if (!(step instanceof ObjectNode group) || !step.path("steps").isArray()) {
            return withBody(step, pointer);
        }
        ObjectNode copy = group.deepCopy();
        var children = copy.putArray("steps");
        for (JsonNode child : step.path("steps")) {
            children.add(withBody(child, pointer + "/steps/" + children.size()));
        }
        return withBody(copy, pointer);
    }

    private JsonNode withBody(JsonNode step, String pointer) {
        JsonNode name = step.path("script").path("file");
        if (!(step instanceof ObjectNode object) || name.isMissingNode()) {
            return step;
        }
        ObjectNode copy = object.deepCopy();
        var script = (ObjectNode) copy.get("script");
        script.remove("file");
        if (script.has("body")) {
            wrong(pointer + "/script/body", "stands beside script.file. Keep one of them.");
        }
        bodyOf(name.asText(), pointer + "/script/file").ifPresent(body -> script.put("body", body));
        return copy;
    }

    /**
     * The text of a file beside the manifest. A manifest may come from somebody else, and whatever
     * it names is shown to whoever may read the project: so it reads nothing that lies elsewhere.
     */
    private Optional<String> bodyOf(String name, String pointer) {
        Path folder = Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
        try {
            Path path = folder.resolve(name).toRealPath();
            if (!path.startsWith(folder.toRealPath())) {
                wrong(
                        pointer,
                        "\"%s\" does not lie beneath the folder of the manifest. Put it there."
                                .formatted(name));
            } else if (!Files.isRegularFile(path) || Files.size(path) > FILE_MAX) {
                wrong(
                        pointer,
                        "\"%s\" is no file of at most %d bytes. Put what is larger into a package."
                                .formatted(name, FILE_MAX));
            } else {
                files.add(name);
                return Optional.of(Files.readString(path));
            }
        } catch (IOException | InvalidPathException e) {
            wrong(
                    pointer,
                    "\"%s\" cannot be read beside the manifest. Name a file of text relative to it."
                            .formatted(name));
        }
        return Optional.empty();
    }

    private static JsonNode named(JsonNode body, String id) {
        if (!(body instanceof ObjectNode object)) {
            return JsonNodeFactory.instance.objectNode().put("name", id);
        }
        ObjectNode copy = object.deepCopy();
        if (!copy.has("name")) {
            copy.put("name", id);
        }
        return copy;
    }

    private boolean checkId(String pointer, String id) {
        if (IdRule.allows(id)) {
            return true;
        }
        wrong(
                pointer,
                "\"%s\" is no id: use 1 to 64 lower-case letters, digits and inner hyphens"
                        .formatted(id));
        return false;
    }

    private void wrong(String pointer, String sentence) {
        mistakes.add(new Mistake(document.line(pointer), place(pointer), sentence));
    }

    /**
     * A pointer as people write it: {@code /projects/shop/steps/1/package} is {@code
     * steps[1].package}.
     */
    static String place(String pointer) {
        String inside = pointer.replaceFirst("^/projects/[^/]+/(?=.)", "/");
        return inside.replaceAll("/(\\d+)(?=/|$)", "[$1]").replaceFirst("^/", "").replace('/', '.');
    }
}
