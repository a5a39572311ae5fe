package stagecoach.cli.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** What a manifest asks for: API documents in the order in which they can be written. */
public record Manifest(List<Resource> resources) {
    /** Copies the resources. */
    public Manifest {
        resources = List.copyOf(resources);
    }

    /**
     * One document.
     *
     * @param label for people, such as {@code project shop process}
     * @param path below {@code /api/v1}
     * @param pointer where its body begins in the manifest, so that a server's pointer finds its
     *     line
     * @param bodyInManifest what a server's pointer must be stripped of before it is looked up
     *     there
     */
    public record Resource(
            String label, String path, JsonNode body, String pointer, String bodyInManifest) {}
}
