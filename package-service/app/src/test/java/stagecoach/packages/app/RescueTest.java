package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import jakarta.inject.Inject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executors;
import org.apache.commons.io.file.PathUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.acquisition.FolderAddress;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.transfer.Scrubber;
import stagecoach.packages.server.blob.folder.FolderBlobStore;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.trust.Identity;
import stagecoach.trust.PinnedTrust;
import stagecoach.vocabulary.identity.CacheId;

/** What the server gets back from a cache goes on where it was cut off. */
@PackageServiceTest
class RescueTest {
    private static final CacheId RESCUING = new CacheId("rescuing-1");
    private static final int SIZE = 3_000_000;

    private static CacheProcess cache;

    private final Link link = new Link(Http::port);

    /** Over which the server reads at the cache. */
    private final Link back = new Link(() -> cache.port());

    @Inject Patience patience;
    @Inject Scrubber scrubber;
    @Inject UnitOfWork unitOfWork;
    @Inject FolderBlobStore blobs;

    private Path folder = Path.of("unset");

    @BeforeAll
    static void startCache() throws Exception {
        cache = CacheProcess.start("rescuing-1", PackageServiceResource.grantPublicKey());
    }

    @AfterAll
    static void stopCache() {
        cache.close();
    }

    @BeforeEach
    void prepare() throws Exception {
        folder = Files.createTempDirectory("rescuing-");
        Configured.region("rescuing", true, 1);
        Configured.region("rescuing-too", true, 1);
        var made =
                Http.put(
                        "/api/v1/caches/rescuing-1",
                        Configured.body(
                                "rescuing",
                                back.url().replace("http:", "https:"),
                                link.url(),
                                cache.thumbprint().value()));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
    }

    @AfterEach
    void end() throws Exception {
        patience.usual();
        link.close();
        back.close();
        PathUtils.deleteDirectory(folder);
    }

    /** Lies in the cache, and is damaged at the server. */
    private Nupkg damaged() throws Exception {
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        Deployment.bring(nupkg, "rescuing", RESCUING);
        damage(blobs.file(nupkg.sha512()), nupkg, SIZE / 2);
        return nupkg;
    }

    private static void damage(Path file, Nupkg nupkg, int at) throws Exception {
        byte[] flipped = nupkg.bytes().clone();
        flipped[at] ^= 1;
        Files.write(file, flipped);
    }

    private void scrubAll() throws Exception {
        ScrubRound.run(unitOfWork, scrubber);
    }

    private void isBack(Nupkg nupkg) throws Exception {
        assertThat(Http.get(nupkg.flatPath()).statusCode()).isEqualTo(200);
        assertThat(Files.readAllBytes(blobs.file(nupkg.sha512()))).isEqualTo(nupkg.bytes());
    }

    @Test
    void what_came_before_it_was_cut_off_does_not_come_again() throws Exception {
        var nupkg = damaged();
        back.narrow(SIZE / 2);
        patience.silenceMax(Duration.ofSeconds(3));
        scrubAll();
        patience.usual();
        assertThat(Http.get(nupkg.flatPath()).statusCode()).isEqualTo(404);
        back.open();
        long before = back.bytes();

        scrubAll();

        isBack(nupkg);
        assertThat(back.bytes() - before).isLessThan(SIZE);
    }

    @Test
    void wrong_bytes_that_were_left_here_are_no_blame_for_the_cache() throws Exception {
        var nupkg = damaged();
        try (var partial = blobs.partial(nupkg.sha512()).orElseThrow()) {
            partial.write(new byte[SIZE / 2], 0, SIZE / 2);
        }

        scrubAll();

        isBack(nupkg);
        assertThat(
                        OnVirtualThread.call(
                                () ->
                                        unitOfWork
                                                .run(
                                                        tx ->
                                                                tx.rows(
                                                                        "SELECT 1, 0 FROM suspect WHERE cache = ?1 AND sha512 = ?2",
                                                                        RESCUING.value(),
                                                                        nupkg.sha512().value()))
                                                .isEmpty()))
                .isTrue();
    }

    @Test
    void a_cache_that_breaks_off_is_left_for_the_next_one_which_gives_only_the_rest()
            throws Exception {
        var nupkg = damaged();
        Identity identity = Identity.loadOrCreate(folder.resolve("identity"), "cache odd");
        var odd = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        odd.setHttpsConfigurator(new HttpsConfigurator(identity.tls(PinnedTrust.anyWellFormed())));
        odd.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        odd.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, 0);
                        exchange.getResponseBody().write(nupkg.bytes(), 0, SIZE / 2);
                    }
                });
        odd.start();
        // By its name it is asked first.
        String url = "https://127.0.0.1:%d".formatted(odd.getAddress().getPort());
        var made =
                Http.put(
                        "/api/v1/caches/rescuing-0",
                        Configured.body(
                                "rescuing", url, link.url(), identity.thumbprint().value()));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "INSERT INTO replicated (cache, sha512) VALUES ('rescuing-0', ?1)",
                                                nupkg.sha512().value())));
        long before = back.bytes();

        scrubAll();

        isBack(nupkg);
        assertThat(back.bytes() - before).isLessThan(SIZE);
        odd.stop(0);
        assertThat(
                        Http.send(
                                        Http.request(
                                                        "/api/v1/caches/rescuing-0",
                                                        TestKeys.CONFIGURE)
                                                .DELETE())
                                .statusCode())
                .isEqualTo(204);
    }

    @Test
    void of_a_folder_too_only_the_rest_is_read() throws Exception {
        var made =
                Http.put(
                        "/api/v1/caches/rescuing-2",
                        "{\"kind\":\"FOLDER\",\"region\":\"rescuing-too\",\"url\":\"file://%s\"}"
                                .formatted(folder));
        assertThat(made.statusCode()).as(made.body()).isIn(200, 201);
        var nupkg = Packages.of(Packages.freshId(), "1.0.0", SIZE);
        Deployment.bring(nupkg, "rescuing-too", new CacheId("rescuing-2"));
        damage(blobs.file(nupkg.sha512()), nupkg, SIZE / 2);
        // What is here already is not read there.
        damage(folder.resolve(FolderAddress.blob(nupkg.sha512())), nupkg, SIZE / 4);
        try (var partial = blobs.partial(nupkg.sha512()).orElseThrow()) {
            partial.write(nupkg.bytes(), 0, SIZE / 2);
        }

        scrubAll();

        isBack(nupkg);
    }
}
