package stagecoach.packages.app.index;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import org.jboss.resteasy.reactive.PathPart;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.ReadRequest;
import stagecoach.vocabulary.packages.Sha512;

/** Answers with the bytes of a package, sent by the operating system from their file. */
@Singleton
public class BlobAnswers {
    private final FolderBlobStore blobs;

    /** Answers with what {@code blobs} holds. */
    public BlobAnswers(FolderBlobStore blobs) {
        this.blobs = blobs;
    }

    /** How a part of a file is sent. */
    @FunctionalInterface
    public interface Sending {
        /** What JAX-RS takes for it. */
        Object of(Path file, long from, long length);
    }

    /** The answer to a GET or HEAD with these headers; empty if the bytes are not here. */
    public Optional<Response> answer(Sha512 sha512, boolean head, HttpHeaders asked)
            throws IOException {
        return answer(sha512, head, asked, PathPart::new);
    }

    /** The same, with bytes that are sent in a way of their own. */
    public Optional<Response> answer(
            Sha512 sha512, boolean head, HttpHeaders asked, Sending sending) throws IOException {
        OptionalLong size = blobs.size(sha512);
        if (size.isEmpty()) {
            return Optional.empty();
        }
        var delivery = Delivery.of(request(head, asked), sha512, size.getAsLong());
        var response = Response.status(delivery.status());
        delivery.headers().forEach(response::header);
        if (!head && delivery.bodyLength() > 0) {
            response.type(MediaType.APPLICATION_OCTET_STREAM_TYPE)
                    .entity(
                            sending.of(
                                    blobs.file(sha512),
                                    delivery.bodyFrom(),
                                    delivery.bodyLength()));
        }
        return Optional.of(response.build());
    }

    private static ReadRequest request(boolean head, HttpHeaders asked) {
        return new ReadRequest(
                head,
                header(asked, "Range"),
                header(asked, "If-Range"),
                header(asked, "If-None-Match"));
    }

    private static Optional<String> header(HttpHeaders headers, String name) {
        @Nullable String value = headers.getHeaderString(name);
        return Optional.ofNullable(value);
    }
}
