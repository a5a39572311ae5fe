package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.packages.app.Packages.Nupkg;
import stagecoach.packages.app.catalog.CacheCatalog;
import stagecoach.packages.app.catalog.CacheRow;
import stagecoach.packages.app.excerpt.FeedExcerpts;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.wire.StagecoachJson;

/** A cache as it is shipped answers NuGet clients by what the server tells it. */
@PackageServiceTest
class FeedExcerptsTest {
    private static final CacheId CACHE = new CacheId("excerpt-1");

    private static CacheProcess cache;

    private final Link link = new Link(Http::port);
    @Inject FeedExcerpts excerpts;
    @Inject CacheCatalog caches;
    @Inject UnitOfWork unitOfWork;
    @Inject KeyCheck keys;

    @BeforeAll
    static void startCache() {
        cache = CacheProcess.start(CACHE.value(), PackageServiceResource.grantPublicKey());
    }

    @AfterAll
    static void stopCache() {
        cache.close();
    }

    @BeforeEach
    void prepare() throws Exception {
        Configured.region("excerpt", true, 1);
        Configured.cache(CACHE.value(), "excerpt", cache, link);
    }

    @AfterEach
    void end() throws Exception {
        link.close();
    }

    /** In the cache, by a deployment that has ended. */
    private static Nupkg replicated() throws Exception {
        var nupkg = Packages.fresh();
        Deployment.bring(nupkg, "excerpt", CACHE);
        return nupkg;
    }

    private void tell() throws Exception {
        OnVirtualThread.call(
                () -> {
                    CacheRow row = unitOfWork.run(tx -> caches.find(tx, CACHE)).orElseThrow();
                    excerpts.tell(row);
                    return true;
                });
    }

    /** Tells again when a round has just told what it had read before. */
    private void awaitTold(Callable<Boolean> fact) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            tell();
                            return fact.call();
                        });
    }

    private void awaitStatus(int status, Nupkg nupkg, String key) {
        awaitTold(() -> status(nupkg, key) == status);
    }

    private static HttpResponse<byte[]> read(String path, String key) throws Exception {
        return Http.CLIENT.send(
                HttpRequest.newBuilder(URI.create(cache.nugetUrl() + path))
                        .header("Authorization", Http.basic(key))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static int status(Nupkg nupkg, String key) throws Exception {
        return read(nupkg.flatPath(), key).statusCode();
    }

    private static JsonNode leaf(Nupkg nupkg) throws Exception {
        var answer =
                read(
                        "/nuget/v3/registrations/plain/%s/%s.json"
                                .formatted(nupkg.id().lower(), nupkg.version().lower()),
                        TestKeys.READ.key());
        assertThat(answer.statusCode()).isEqualTo(200);
        return StagecoachJson.mapper().readTree(answer.body());
    }

    /** Nobody tells here but the rounds of the server. */
    @Test
    void a_package_that_a_deployment_has_brought_is_had_from_the_cache_soon() throws Exception {
        var nupkg = replicated();
        var elsewhere = Packages.fresh();
        assertThat(Http.pushed(elsewhere.bytes())).isEqualTo(201);

        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> status(nupkg, TestKeys.READ.key()) == 200);

        assertThat(read(nupkg.flatPath(), TestKeys.READ.key()).body()).isEqualTo(nupkg.bytes());
        assertThat(leaf(nupkg).path("listed").booleanValue()).isTrue();
        assertThat(status(elsewhere, TestKeys.READ.key())).isEqualTo(404);
    }

    @Test
    void an_unlisted_version_is_had_by_its_name_only_and_a_removed_one_by_nobody()
            throws Exception {
        var nupkg = replicated();
        awaitStatus(200, nupkg, TestKeys.READ.key());
        assertThat(leaf(nupkg).path("listed").booleanValue()).isTrue();

        assertThat(
                        Http.send(
                                        Http.request(
                                                        "/nuget/v3/package/%s/%s"
                                                                .formatted(
                                                                        nupkg.id(),
                                                                        nupkg.version()))
                                                .header("X-NuGet-ApiKey", TestKeys.PUSH.key())
                                                .DELETE())
                                .statusCode())
                .isEqualTo(204);
        awaitTold(() -> !leaf(nupkg).path("listed").booleanValue());
        assertThat(status(nupkg, TestKeys.READ.key())).isEqualTo(200);

        await().atMost(StagecoachResource.PATIENCE).until(() -> removed(nupkg) == 204);
        awaitStatus(404, nupkg, TestKeys.READ.key());
        assertThat(Files.exists(cache.file(nupkg.sha512())))
                .as("it is not shown, before it is dropped")
                .isTrue();
    }

    /** Refused while the deployment that has just ended is still known to need it. */
    private static int removed(Nupkg nupkg) throws Exception {
        return Http.send(
                        Http.request(
                                        "/api/v1/feeds/built-in/packages/%s/versions/%s"
                                                .formatted(nupkg.id(), nupkg.version()),
                                        TestKeys.CONFIGURE)
                                .DELETE())
                .statusCode();
    }

    @Test
    void what_is_being_dropped_in_the_cache_is_not_offered_there() throws Exception {
        var nupkg = replicated();
        awaitStatus(200, nupkg, TestKeys.READ.key());

        marked(nupkg, "'DISK'");
        awaitStatus(404, nupkg, TestKeys.READ.key());

        marked(nupkg, "NULL");
        awaitStatus(200, nupkg, TestKeys.READ.key());
    }

    private void marked(Nupkg nupkg, String dropping) throws Exception {
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                "UPDATE replicated SET dropping = %s WHERE sha512 = ?1"
                                                        .formatted(dropping),
                                                nupkg.sha512().value())));
    }

    @Test
    void keys_that_can_more_than_read_and_such_as_were_revoked_open_nothing() throws Exception {
        var nupkg = replicated();
        key("reader", Optional.empty(), Role.READ);
        key("until-later", Optional.of(Instant.now().plusSeconds(3600)), Role.READ);
        key("until-before", Optional.of(Instant.now().minusSeconds(1)), Role.READ);
        key("both", Optional.empty(), Role.READ, Role.PUSH);
        awaitStatus(200, nupkg, "sc_reader");
        assertThat(status(nupkg, "sc_until-later")).isEqualTo(200);
        assertThat(status(nupkg, "sc_until-before")).isEqualTo(401);
        assertThat(status(nupkg, "sc_both")).isEqualTo(401);
        for (TestKeys more :
                List.of(TestKeys.ADMIN, TestKeys.CONFIGURE, TestKeys.DEPLOY, TestKeys.PUSH)) {
            assertThat(status(nupkg, more.key())).as(more.name()).isEqualTo(401);
        }

        revoked("reader");
        awaitStatus(401, nupkg, "sc_reader");
        assertThat(status(nupkg, "sc_until-later")).isEqualTo(200);
        for (String rest : List.of("until-later", "until-before", "both")) {
            revoked(rest);
        }
    }

    private void key(String id, Optional<Instant> expiresAt, Role... roles) throws Exception {
        OnVirtualThread.call(
                () -> {
                    unitOfWork.execute(
                            tx ->
                                    keys.put(
                                            tx,
                                            new ApiKey(
                                                    id,
                                                    id,
                                                    KeyCheck.sha256Of("sc_" + id),
                                                    Arrays.asList(roles),
                                                    expiresAt,
                                                    List.of())));
                    return true;
                });
    }

    private void revoked(String id) throws Exception {
        OnVirtualThread.call(
                () -> {
                    unitOfWork.execute(tx -> keys.remove(tx, id));
                    return true;
                });
    }

    @Test
    void a_public_feed_is_public_at_the_cache_too_until_it_is_not() throws Exception {
        var nupkg = replicated();
        awaitStatus(200, nupkg, TestKeys.READ.key());
        assertThat(status(nupkg, "nobody")).isEqualTo(401);

        assertThat(Http.put("/api/v1/feeds/built-in", "{\"access\":\"PUBLIC\"}").statusCode())
                .isEqualTo(200);
        awaitStatus(200, nupkg, "nobody");

        assertThat(Http.put("/api/v1/feeds/built-in", "{}").statusCode()).isEqualTo(200);
        awaitStatus(401, nupkg, "nobody");
    }

    @Test
    void a_cache_that_was_killed_answers_again_before_anybody_tells_it() throws Exception {
        var nupkg = replicated();
        awaitStatus(200, nupkg, TestKeys.READ.key());

        cache.kill();
        cache.start();

        assertThat(read(nupkg.flatPath(), TestKeys.READ.key()).body()).isEqualTo(nupkg.bytes());
    }
}
