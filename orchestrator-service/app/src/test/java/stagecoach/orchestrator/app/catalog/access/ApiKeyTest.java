package stagecoach.orchestrator.app.catalog.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.catalog.ConfigurationKind;
import stagecoach.runtime.access.KeyCheck;
import stagecoach.runtime.test.TestEvents;

@OrchestratorTest
class ApiKeyTest {
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
