package stagecoach.packages.app.nuget;

import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.ReadRequest;
import stagecoach.vocabulary.packages.Sha512;

/**
 * Answers with documents that are made for each request: their tag is their content's, so that what
 * a client has is not sent again.
 */
final class Documents {
    private Documents() {}

    /** A JSON document as it is. */
    static Response json(byte[] document, HttpHeaders asked) {
        return of(document, MediaType.APPLICATION_JSON_TYPE, asked);
    }

    /** A JSON document, compressed: that is how the protocol defines it, whatever is accepted. */
    static Response gzip(byte[] document, HttpHeaders asked) {
        Response response = json(compressed(document), asked);
        return response.hasEntity()
                ? Response.fromResponse(response)
                        .header(HttpHeaders.CONTENT_ENCODING, "gzip")
                        .build()
                : response;
    }

    /** A document of any type. */
    static Response of(byte[] document, MediaType type, HttpHeaders asked) {
        @Nullable String ifNoneMatch = asked.getHeaderString(HttpHeaders.IF_NONE_MATCH);
        var request =
                new ReadRequest(
                        false,
                        Optional.empty(),
                        Optional.empty(),
                        Optional.ofNullable(ifNoneMatch));
        var delivery = Delivery.of(request, Sha512.hashOf(document), document.length);
        var response =
                Response.status(delivery.status())
                        .header(HttpHeaders.ETAG, delivery.etag())
                        // What was just pushed must be seen: nobody on the way may keep it.
                        .header(HttpHeaders.CACHE_CONTROL, "no-cache");
        return delivery instanceof Delivery.NotModified
                ? response.build()
                : response.entity(document).type(type).build();
    }

    private static byte[] compressed(byte[] document) {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write(document);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return bytes.toByteArray();
    }
}
