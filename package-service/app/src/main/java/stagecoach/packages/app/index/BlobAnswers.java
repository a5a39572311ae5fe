package stagecoach.packages.app.index;

import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import org.jboss.resteasy.reactive.PathPart;
import org.jspecify.annotations.Nullable;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.packages.server.nuget.ReadRequest;
import stagecoach.vocabulary.packages.Sha512;

/** Answers with the bytes of a package; those of a file are sent by the operating system. */
@Singleton
public class BlobAnswers {
    private final BlobStore blobs;

    /** Answers with what {@code blobs} holds. */
    public BlobAnswers(BlobStore blobs) {
        this.blobs = blobs;
    }

    /** What is to be sent. */
    @FunctionalInterface
    public interface Part {
        /** Opens it. */
        InputStream open() throws IOException;
    }

    /** How a part of the bytes is sent. */
    @FunctionalInterface
    public interface Sending {
        /** What JAX-RS takes for it. */
        Object of(Part part, long length);
    }

    /** The answer to a GET or HEAD with these headers; empty if the bytes are not here. */
    public Optional<Response> answer(Sha512 sha512, boolean head, HttpHeaders asked)
            throws IOException {
        return answered(sha512, head, asked, delivery -> whereItLies(sha512, delivery));
    }

    /** The same, with bytes that are sent in a way of their own. */
    public Optional<Response> answer(
            Sha512 sha512, boolean head, HttpHeaders asked, Sending sending) throws IOException {
        return answered(
                sha512,
                head,
                asked,
                delivery -> sending.of(() -> opened(sha512, delivery), delivery.bodyLength()));
    }

    private Optional<Response> answered(
            Sha512 sha512, boolean head, HttpHeaders asked, Function<Delivery, Object> body)
            throws IOException {
        OptionalLong size = blobs.size(sha512);
        if (size.isEmpty()) {
            return Optional.empty();
        }
        var delivery = Delivery.of(request(head, asked), sha512, size.getAsLong());
        var response = Response.status(delivery.status());
        delivery.headers().forEach(response::header);
        if (!head && delivery.bodyLength() > 0) {
            response.type(MediaType.APPLICATION_OCTET_STREAM_TYPE).entity(body.apply(delivery));
        }
        return Optional.of(response.build());
    }

    private Object whereItLies(Sha512 sha512, Delivery delivery) {
        Optional<Path> file = blobs.asFile(sha512);
        if (file.isPresent()) {
            return new PathPart(file.get(), delivery.bodyFrom(), delivery.bodyLength());
        }
        return (StreamingOutput)
                out -> {
                    try (InputStream content = opened(sha512, delivery)) {
                        content.transferTo(out);
                    }
                };
    }

    private InputStream opened(Sha512 sha512, Delivery delivery) throws IOException {
        return blobs.read(sha512, delivery.bodyFrom(), delivery.bodyLength())
                .orElseThrow(() -> new IOException("the store has lost " + sha512));
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
