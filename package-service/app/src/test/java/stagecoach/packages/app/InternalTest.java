package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.inject.Inject;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.internal.MintGrants;
import stagecoach.contracts.internal.PinPackages;
import stagecoach.contracts.internal.PinPackages.Answer;
import stagecoach.contracts.internal.PinPackages.Wanted;
import stagecoach.packages.server.grant.GrantDecision;
import stagecoach.packages.server.grant.GrantKeys;
import stagecoach.packages.server.grant.GrantVerifier;
import stagecoach.packages.server.grant.Reader;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.packages.VersionRange;
import stagecoach.wire.StagecoachJson;

@PackageServiceTest
class InternalTest {
    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;

    @ConfigProperty(name = "test.grant-public-key")
    String grantPublicKey;

    private <R> R post(String path, Object body, Class<R> answer) throws Exception {
        HttpResponse<String> response =
                Http.send(
                        Http.request(path)
                                .header("Authorization", "Bearer " + tokens.issue())
                                .header("Content-Type", "application/json")
                                .POST(BodyPublishers.ofByteArray(StagecoachJson.bytes(body))));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return StagecoachJson.read(response.body(), answer);
    }

    private List<Answer> pin(String lease, Wanted... wanted) throws Exception {
        return post(
                        "/internal/pins",
                        new PinPackages.Request(lease, List.of(wanted)),
                        PinPackages.Response.class)
                .answers();
    }

    private static Wanted wanted(String id, String version) {
        return new Wanted(
                FeedId.BUILT_IN,
                new PackageId(id),
                Optional.of(version).filter(v -> !v.isEmpty()).map(VersionRange::new));
    }

    @Test
    void the_newest_stable_version_is_pinned_to_the_byte_and_leased() throws Exception {
        String id = "Pinned." + Packages.freshId();
        var stable = Packages.of(id, "1.10.0", 10);
        Http.pushed(Packages.of(id, "1.9.0", 10).bytes());
        Http.pushed(stable.bytes());
        Http.pushed(Packages.of(id, "2.0.0-beta", 10).bytes());

        List<Answer> answers = pin("release:shop:" + id, wanted(id, ""), wanted(id, "1.9"));

        assertThat(answers.getFirst().pin()).contains(stable.pin());
        assertThat(answers.get(1).pin().orElseThrow().version())
                .isEqualTo(new PackageVersion("1.9.0"));
        assertThat(pin("release:shop:" + id, wanted(id, ""), wanted(id, "1.9"))).isEqualTo(answers);
        assertThat(leased("release:shop:" + id)).isEqualTo(2);
    }

    @Test
    void what_cannot_be_pinned_is_told_with_a_near_name_and_nothing_is_leased() throws Exception {
        String id = "Missing." + Packages.freshId();
        Http.pushed(Packages.of(id, "1.0.0-rc.1", 10).bytes());
        Http.pushed(Packages.of(id + ".Ready", "1.0.0", 10).bytes());

        List<Answer> answers =
                pin(
                        "release:shop:none",
                        wanted(id + ".Readdy", ""),
                        wanted(id, ""),
                        wanted(id + ".Ready", "3.0.0"),
                        wanted(id + ".Ready", ""),
                        new Wanted(new FeedId("nuget-org"), new PackageId(id), Optional.empty()));

        assertThat(answers.get(0).problem().orElseThrow())
                .contains("Did you mean \"%s.Ready\"?".formatted(id));
        assertThat(answers.get(1).problem().orElseThrow())
                .contains("no stable version", "1.0.0-rc.1");
        assertThat(answers.get(2).problem().orElseThrow())
                .contains("no version 3.0.0", "It has 1.0.0.");
        assertThat(answers.get(3).pin()).isPresent();
        assertThat(answers.get(4).problem().orElseThrow()).contains("no feed \"nuget-org\"");
        assertThat(leased("release:shop:none")).isZero();
    }

    private long leased(String holder) throws Exception {
        return OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        ((Number)
                                                        tx.rows(
                                                                        "SELECT count(*) FROM lease WHERE holder = ?1",
                                                                        holder)
                                                                .getFirst()[0])
                                                .longValue()));
    }

    @Test
    void grants_are_minted_for_known_caches_and_one_tentacle() throws Exception {
        Configured.region("west", true, 1);
        Http.put(
                "/api/v1/caches/west-1",
                Configured.body("west", "https://c", "http://hq", "cd".repeat(32)));
        Sha512 sha512 = Sha512.hashOf(new byte[] {1});
        String tentacle = "ef".repeat(32);

        var response =
                post(
                        "/internal/grants",
                        new MintGrants.Request(
                                sha512,
                                tentacle,
                                List.of(new CacheId("west-1"), new CacheId("gone")),
                                Optional.empty()),
                        MintGrants.Response.class);

        assertThat(response.grants()).hasSize(1);
        var decision =
                new GrantVerifier(List.of(GrantKeys.publicKey(grantPublicKey)), "west-1")
                        .decide(
                                response.grants().getFirst().token(),
                                new Reader.Tentacle(tentacle),
                                sha512,
                                Instant.now());
        assertThat(decision).isInstanceOf(GrantDecision.Allowed.class);
    }

    @Test
    void a_machine_is_told_to_keep_what_it_holds_for_deployments_that_have_not_ended()
            throws Exception {
        Sha512 held = Sha512.hashOf(new byte[] {11});
        Sha512 ofARelease = Sha512.hashOf(new byte[] {12});
        Sha512 elsewhere = Sha512.hashOf(new byte[] {13});
        OnVirtualThread.call(
                () ->
                        unitOfWork.run(
                                tx ->
                                        tx.execute(
                                                        "INSERT INTO acquired (target, sha512) VALUES ('keeper', ?1), ('keeper', ?2), ('other', ?3)",
                                                        held.value(),
                                                        ofARelease.value(),
                                                        elsewhere.value())
                                                + tx.execute(
                                                        "INSERT INTO lease (holder, sha512) VALUES ('deployment:7', ?1), ('release:shop:1', ?2), ('deployment:7', ?3)",
                                                        held.value(),
                                                        ofARelease.value(),
                                                        elsewhere.value())));

        var response =
                post(
                        "/internal/grants",
                        new MintGrants.Request(
                                held,
                                "ef".repeat(32),
                                List.of(),
                                Optional.of(AgentId.of(new TargetId("keeper")))),
                        MintGrants.Response.class);

        assertThat(response.needed()).contains(List.of(held));
    }

    @Test
    void the_gateway_reads_bytes_in_ranges_with_its_token_only() throws Exception {
        var nupkg = Packages.fresh();
        Http.pushed(nupkg.bytes());
        String path = "/internal/blobs/" + nupkg.sha512().hex();
        String token = "Bearer " + tokens.issue();

        var rest =
                Http.bytes(
                        Http.request(path)
                                .header("Authorization", token)
                                .header("Range", "bytes=10-"));
        var head = Http.bytes(Http.request(path).header("Authorization", token).HEAD());

        assertThat(rest.statusCode()).isEqualTo(206);
        assertThat(rest.body())
                .isEqualTo(Arrays.copyOfRange(nupkg.bytes(), 10, nupkg.bytes().length));
        assertThat(head.headers().firstValueAsLong("Content-Length"))
                .hasValue(nupkg.bytes().length);
        String tag = head.headers().firstValue("ETag").orElseThrow();
        assertThat(restIf(tag, path, token).statusCode()).isEqualTo(206);
        assertThat(restIf("\"others\"", path, token).body()).isEqualTo(nupkg.bytes());
        assertThat(Http.bytes(Http.request(path, TestKeys.ADMIN)).statusCode()).isEqualTo(401);
        assertThat(
                        Http.bytes(
                                        Http.request("/internal/blobs/" + "0".repeat(128))
                                                .header("Authorization", token))
                                .statusCode())
                .isEqualTo(404);
    }

    private static HttpResponse<byte[]> restIf(String tag, String path, String token)
            throws Exception {
        return Http.bytes(
                Http.request(path)
                        .header("Authorization", token)
                        .header("Range", "bytes=10-")
                        .header("If-Range", tag));
    }

    @Test
    void a_cache_pulls_with_a_grant_of_its_own_and_nothing_else() throws Exception {
        var nupkg = Packages.fresh();
        Http.pushed(nupkg.bytes());
        String path = "/api/v1/caches/eu-9/blobs/" + nupkg.sha512().hex();

        HttpResponse<String> withKey = Http.send(Http.request(path, TestKeys.ADMIN));
        HttpResponse<String> forged =
                Http.send(Http.request(path).header("X-Stagecoach-Grant", "AAAA"));

        assertThat(withKey.statusCode()).isEqualTo(403);
        assertThat(withKey.body()).contains("A cache pulls with the grant of its order");
        assertThat(forged.statusCode()).isEqualTo(403);
    }
}
