package stagecoach.packages.server.pull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/**
 * What a cache is told to pull; telling it again joins the pull that is under way.
 *
 * @param pin the package; its digest stands in the path
 * @param url where its bytes are
 * @param grant the token that opens {@code url}
 * @param asker who wants it, a name that is never used again for something else: an asker that asks
 *     again is told what came of its pull, another one that the cache holds the package by now
 * @param force whether to pull even what is held
 * @param verify whether to read again what is held, because somebody got other bytes from here
 */
public record PullOrder(
        PackagePin pin, URI url, String grant, String asker, boolean force, boolean verify) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Without the grant, which is a right and not for logs. */
    @Override
    public String toString() {
        return "pull of " + pin + " for " + asker;
    }

    /** As the body of the request, UTF-8 JSON. */
    public byte[] json() {
        var document = JSON.createObjectNode();
        document.put("id", pin.id().value());
        document.put("version", pin.version().value());
        document.put("size", pin.size());
        document.put("url", url.toString());
        document.put("grant", grant);
        document.put("asker", asker);
        document.put("force", force);
        document.put("verify", verify);
        try {
            return JSON.writeValueAsBytes(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    /**
     * Reads the body of a request.
     *
     * @param sha512 the digest in its path
     * @throws IllegalArgumentException with a sentence if it is none
     */
    public static PullOrder parse(Sha512 sha512, byte[] json) {
        JsonNode document;
        try {
            document = JSON.readTree(json);
        } catch (IOException noJson) {
            throw new IllegalArgumentException("The order is no JSON.", noJson);
        }
        var size = document.path("size");
        if (!size.isIntegralNumber() || size.longValue() <= 0) {
            throw new IllegalArgumentException("size is missing or no number of bytes.");
        }
        var url = URI.create(text(document, "url"));
        if (!url.isAbsolute() || url.getHost() == null) {
            throw new IllegalArgumentException("url is no absolute http or https URL.");
        }
        return new PullOrder(
                new PackagePin(
                        PackageId.parse(text(document, "id")),
                        PackageVersion.parse(text(document, "version")),
                        sha512,
                        size.longValue()),
                url,
                text(document, "grant"),
                text(document, "asker"),
                document.path("force").asBoolean(),
                document.path("verify").asBoolean());
    }

    private static String text(JsonNode document, String field) {
        var value = document.path(field);
        if (!value.isTextual() || value.textValue().isBlank()) {
            throw new IllegalArgumentException(field + " is missing.");
        }
        return value.textValue();
    }
}
