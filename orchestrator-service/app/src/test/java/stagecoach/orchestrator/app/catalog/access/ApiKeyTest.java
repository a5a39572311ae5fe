package stagecoach.orchestrator.app.catalog.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.equalTo;

import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;

@OrchestratorTest
class ApiKeyTest {
    @Inject UnitOfWork unitOfWork;

    @Test
    void a_key_is_shown_once_opens_what_its_roles_allow_and_is_gone_when_removed() {
        var made =
                Api.expect(
                        201, Api.post("/api-keys", "{\"name\": \"robot\", \"roles\": [\"READ\"]}"));
        String key = made.getString("key");
        String id = made.getString("id");
        assertThat(key).startsWith("sc_").hasSizeGreaterThan(40);
        given().header("X-Api-Key", key).get("/api/v1/regions").then().statusCode(200);
        given().header("X-Api-Key", key)
                .get("/api/v1/api-keys")
                .then()
                .statusCode(403)
                .body("title", equalTo("Not allowed"));
        assertThat(Api.get("/api-keys?limit=500").asString()).contains(id).doesNotContain(key);
        assertThat(Api.get("/api-keys/" + id).jsonPath().getList("roles")).containsExactly("READ");
        assertThat(Api.delete("/api-keys/" + id).statusCode()).isEqualTo(204);
        given().header("X-Api-Key", key).get("/api/v1/regions").then().statusCode(401);
        try (var topic = TestEvents.consume(Channels.CONFIGURATION)) {
            assertThat(
                            topic.until(
                                    ConfigurationKind.streamOf(Kind.API_KEY, id),
                                    events -> events.size() == 2))
                    .first()
                    .satisfies(
                            event ->
                                    assertThat(event.json())
                                            .contains(KeyCheck.sha256Of(key))
                                            .doesNotContain(key));
        }
    }

    @Test
    void nobody_who_reads_events_sees_the_hash_of_a_key_also_in_those_that_are_kept_already() {
        Instant before = Instant.now().minusSeconds(1);
        String id =
                Api.expect(201, Api.post("/api-keys", "{\"name\": \"ci\", \"roles\": [\"READ\"]}"))
                        .getString("id");
        String events = "/events?limit=500&type=ConfigurationChanged&since=" + before;
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> Api.get(events).asString().contains(id));
        assertThat(Api.get(events).asString()).doesNotContain("sha256");

        unitOfWork.run(
                tx ->
                        tx.execute(
                                "UPDATE feed SET event = replace(event, '\"type\":\"ApiKey\"', '\"type\":\"ApiKey\",\"sha256\":\"kept\"') WHERE event LIKE ?1",
                                "%" + id + "%"));
        assertThat(Api.get(events).asString()).contains(id).doesNotContain("sha256");
    }

    @Test
    void a_stream_of_events_ends_once_its_key_is_removed() throws Exception {
        var made =
                Api.expect(
                        201,
                        Api.post("/api-keys", "{\"name\": \"leaver\", \"roles\": [\"READ\"]}"));
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://localhost:%d/api/v1/events"
                                                .formatted(RestAssured.port)))
                        .header("Accept", "text/event-stream")
                        .header("X-Api-Key", made.getString("key"))
                        .build();
        var client = HttpClient.newHttpClient();
        try {
            var stream =
                    client.sendAsync(request, HttpResponse.BodyHandlers.ofLines())
                            .get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(stream.statusCode()).isEqualTo(200);
            assertThat(Api.delete("/api-keys/" + made.getString("id")).statusCode()).isEqualTo(204);
            assertThat(
                            CompletableFuture.supplyAsync(() -> stream.body().toList())
                                    .get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .anyMatch(line -> line.contains("API key was removed"));
        } finally {
            // It would wait for a stream that does not end.
            client.shutdownNow();
        }
    }

    @Test
    void nothing_that_stands_in_a_topic_makes_a_key_here() {
        String key = KeyCheck.mint();
        String id = "forged-" + System.nanoTime();
        Instant before = Instant.now().minusSeconds(1);
        TestEvents.publish(
                Channels.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.API_KEY, id),
                1,
                new ConfigurationChanged(
                        Kind.API_KEY,
                        id,
                        1,
                        Optional.of(
                                new ConfigurationDocument.ApiKey(
                                        id,
                                        id,
                                        KeyCheck.sha256Of(key),
                                        List.of(ConfigurationDocument.Role.ADMIN),
                                        Optional.empty(),
                                        List.of()))),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> Api.get("/events?limit=500&since=" + before).asString().contains(id));
        given().header("X-Api-Key", key).get("/api/v1/regions").then().statusCode(401);
        assertThat(
                        ConfigProvider.getConfig()
                                .getValue("mp.messaging.incoming.api-keys.enabled", Boolean.class))
                .isFalse();
    }

    @Test
    void a_key_without_roles_or_with_a_past_end_is_refused() {
        assertThat(
                        Api.expect(
                                        400,
                                        Api.post(
                                                "/api-keys",
                                                "{\"roles\": [\"ROOT\"], \"expiresAt\": \"2020-01-01T00:00:00Z\"}"))
                                .getList("errors.pointer"))
                .containsExactly("/name", "/roles/0", "/expiresAt");
        assertThat(
                        Api.expect(400, Api.post("/api-keys", "{\"name\": \"x\", \"roles\": []}"))
                                .getList("errors.pointer"))
                .containsExactly("/roles");
    }

    @Test
    void the_last_key_that_may_do_everything_stays() {
        assertThat(Api.delete("/api-keys/test-admin").statusCode()).isEqualTo(409);
        assertThat(Api.get("/regions").statusCode()).isEqualTo(200);
    }
}
