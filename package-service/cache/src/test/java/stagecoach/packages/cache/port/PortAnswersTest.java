package stagecoach.packages.cache.port;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.packages.server.blob.BlobStore;
import stagecoach.packages.server.blob.ObjectBlobStore;
import stagecoach.packages.server.blob.ObjectsInMemory;
import stagecoach.packages.server.nuget.Delivery;
import stagecoach.vocabulary.packages.Sha512;

/** What lies in no file is given away as what does. */
class PortAnswersTest {
    private static final byte[] CONTENT = content();
    private static final Sha512 DIGEST = Sha512.hashOf(CONTENT);

    private final BlobStore blobs = new ObjectBlobStore(new ObjectsInMemory());
    private final Vertx vertx = Vertx.vertx();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private HttpServer server;

    /** Several pieces of it are sent. */
    private static byte[] content() {
        var content = new byte[300_000];
        new Random(5).nextBytes(content);
        return content;
    }

    @BeforeEach
    void start() throws Exception {
        blobs.put(DIGEST, new ByteArrayInputStream(CONTENT));
        server =
                vertx.createHttpServer()
                        .requestHandler(
                                request ->
                                        PortAnswers.blob(
                                                request,
                                                Delivery.of(
                                                        PortAnswers.asked(request),
                                                        DIGEST,
                                                        CONTENT.length),
                                                blobs,
                                                DIGEST))
                        .listen(0, "127.0.0.1")
                        .toCompletionStage()
                        .toCompletableFuture()
                        .get(20, SECONDS);
    }

    @AfterEach
    void stop() throws Exception {
        client.shutdownNow();
        vertx.close().toCompletionStage().toCompletableFuture().get(20, SECONDS);
    }

    private HttpResponse<byte[]> get(String... headers) throws Exception {
        var request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + "/"));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    @Test
    void all_of_it_is_given_and_any_range() throws Exception {
        var all = get();
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(all.headers().firstValueAsLong("Content-Length")).hasValue(CONTENT.length);
        assertThat(all.body()).isEqualTo(CONTENT);

        var some = get("Range", "bytes=1000-250999");
        assertThat(some.statusCode()).isEqualTo(206);
        assertThat(some.headers().firstValue("Content-Range")).hasValue("bytes 1000-250999/300000");
        assertThat(some.body()).isEqualTo(Arrays.copyOfRange(CONTENT, 1000, 251_000));

        assertThat(get("If-None-Match", Delivery.etag(DIGEST)).statusCode()).isEqualTo(304);
    }

    @Test
    void what_is_gone_when_it_is_to_be_sent_breaks_the_connection_off() throws Exception {
        blobs.delete(DIGEST);

        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    }
}
