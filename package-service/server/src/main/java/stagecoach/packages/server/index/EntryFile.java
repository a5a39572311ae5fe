package stagecoach.packages.server.index;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** The JSON form of an entry on disk, spelled out so that renaming code changes no old file. */
final class EntryFile {

    private static final int FORMAT = 1;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private EntryFile() {}

    static byte[] write(PackageEntry entry) throws IOException {
        var document = JSON.createObjectNode();
        document.put("format", FORMAT);
        document.put("id", entry.pin().id().value());
        document.put("version", entry.pin().version().value());
        document.put("sha512", entry.pin().sha512().value());
        document.put("size", entry.pin().size());
        document.put("published", entry.published().toString());
        document.put("listed", entry.listed());
        document.put("authors", entry.authors());
        document.put("description", entry.description());
        document.set("details", DetailsFile.node(entry.details()));
        return JSON.writeValueAsBytes(document);
    }

    /**
     * @throws IOException with a sentence if the bytes are no entry
     */
    static PackageEntry read(byte[] bytes) throws IOException {
        try {
            var document = JSON.readTree(bytes);
            if (document.path("format").asInt() != FORMAT) {
                throw new IOException("It is no entry of format " + FORMAT + ".");
            }
            var pin =
                    new PackagePin(
                            new PackageId(text(document, "id")),
                            new PackageVersion(text(document, "version")),
                            new Sha512(text(document, "sha512")),
                            document.required("size").longValue());
            return new PackageEntry(
                    pin,
                    Instant.parse(text(document, "published")),
                    document.required("listed").booleanValue(),
                    text(document, "authors"),
                    text(document, "description"),
                    details(document));
        } catch (IllegalArgumentException | DateTimeException damaged) {
            throw new IOException(damaged.getMessage(), damaged);
        }
    }

    /** Files from before details were kept have none. */
    private static PackageDetails details(JsonNode document) {
        return document.has("details")
                ? DetailsFile.read(document.get("details"))
                : PackageDetails.NONE;
    }

    private static String text(JsonNode document, String field) {
        return document.required(field).asText();
    }
}
