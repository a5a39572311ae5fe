package stagecoach.runtime.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThanOrEqualTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.net.Socket;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument.ApiKey;
import stagecoach.contracts.configuration.ConfigurationDocument.Role;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.AccountResource;
import stagecoach.runtime.toy.ToyReads;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.ProjectId;

@ToyTest
class AccessTest {
    @TestHTTPResource("")
    URL base;

    @Inject ServiceCalls calls;
    @Inject ServiceToken tokens;
    @Inject ToyReads reads;

    private static RequestSpecification as(TestKeys key) {
        return given().header("Authorization", key.bearer());
    }

    private static RequestSpecification configuring(String body) {
        return as(TestKeys.CONFIGURE).contentType("application/json").body(body);
    }

    @Test
    void without_a_key_only_what_is_open_answers() {
        given().get("/api/v1/who")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer realm=\"stagecoach\"")
                .body("type", equalTo("/api/problems/api-key-needed"))
                .body("status", equalTo(401))
                .body("detail", containsString("Authorization: Bearer"));
        given().header("X-Api-Key", "guessed").get("/api/v1/who").then().statusCode(401);
        given().get("/nuget/v3/index.json")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", "Basic realm=\"stagecoach\"")
                .body("detail", containsString("the password of any user"));
        given().get("/internal/echo").then().statusCode(not(equalTo(200)));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready").then().statusCode(200);
        given().get("/api/openapi").then().statusCode(200);
    }

    @Test
    void an_open_feed_is_read_by_anybody_and_nothing_else_is() {
        reads.open = true;
        try {
            for (String path : List.of("/nuget/v3/index.json", "/nuget/v3/reader")) {
                given().get(path).then().statusCode(200).body(equalTo("anonymous"));
                given().head(path).then().statusCode(200);
            }
            // As anybody may, so may whoever shows what is no key, or one for something else.
            given().header("X-NuGet-ApiKey", "old")
                    .get("/nuget/v3/index.json")
                    .then()
                    .statusCode(200);
            as(TestKeys.PUSH).get("/nuget/v3/index.json").then().statusCode(200);
            as(TestKeys.READ)
                    .get("/nuget/v3/index.json")
                    .then()
                    .statusCode(200)
                    .body(equalTo("test read"));
            for (String verb : List.of("PUT", "POST", "DELETE", "PATCH")) {
                given().request(verb, "/nuget/v3/index.json")
                        .then()
                        .statusCode(greaterThanOrEqualTo(400));
            }
            given().put("/nuget/v3/package").then().statusCode(401);
            given().get("/nuget/v3/keys").then().statusCode(401);
            given().get("/api/v1/who").then().statusCode(401);
            given().get("/internal/echo").then().statusCode(not(equalTo(200)));
        } finally {
            reads.open = false;
        }
        given().get("/nuget/v3/index.json").then().statusCode(401);
    }

    @Test
    void what_a_service_tells_of_its_operation_takes_a_key_that_may_read_and_health_none()
            throws Exception {
        given().get("/q/metrics")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", "Bearer realm=\"stagecoach\"")
                .body("type", equalTo("/api/problems/api-key-needed"));
        as(TestKeys.PUSH).get("/q/metrics").then().statusCode(403);
        as(TestKeys.READ).get("/q/metrics").then().statusCode(200).body(containsString("jvm_"));
        given().header("Authorization", "Bearer " + tokens.issue())
                .get("/q/metrics")
                .then()
                .statusCode(200);
        for (String path :
                List.of(
                        "//q/metrics",
                        "/q//metrics",
                        "/q/%6detrics",
                        "/%71/metrics",
                        "/q/./metrics",
                        "/q/health/../metrics",
                        "/q/health/%2e%2e/metrics",
                        "/q/metrics/",
                        "/q/metrics/foo",
                        "/q/metrics;a=b")) {
            assertThat(statusOf("GET", path)).as(path).isNotEqualTo(200);
        }
        given().get("/q/health").then().statusCode(200);
    }

    /** RestAssured would tidy the address up before it sends it. */
    private int statusOf(String verb, String rawPath) throws Exception {
        try (var socket = new Socket(base.getHost(), base.getPort());
                var out = socket.getOutputStream();
                var in = socket.getInputStream()) {
            out.write(
                    "%s %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                            .formatted(verb, rawPath)
                            .getBytes(StandardCharsets.US_ASCII));
            String answer = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Integer.parseInt(answer.split(" ", 3)[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, api/v1/who", "GET, nuget/v3/index.json", "POST, internal/echo"})
    void however_an_address_is_spelled_it_needs_what_its_method_needs(String verb, String method)
            throws Exception {
        for (String open : List.of("q", "q/health", "api/problems", "api/openapi", "nowhere")) {
            for (String up : List.of("..", "%2e%2e", "%2E%2E", ".%2e", "..;a=b")) {
                String back = (up + "/").repeat(open.split("/").length);
                for (String start : List.of("/", "//", "/./", "/%2e/")) {
                    assertThat(statusOf(verb, start + open + "/" + back + method))
                            .as("%s%s/%s%s", start, open, back, method)
                            .isGreaterThanOrEqualTo(400);
                }
            }
        }
        assertThat(statusOf(verb, "/" + method)).isEqualTo(401);
        assertThat(statusOf(verb, "//" + method)).isGreaterThanOrEqualTo(400);
    }

    @Test
    void a_key_is_taken_from_any_header_where_clients_put_it() {
        String key = TestKeys.READ.key();
        given().header("Authorization", "Bearer " + key)
                .get("/api/v1/who")
                .then()
                .statusCode(200)
                .body("items[0]", equalTo("test read"))
                .body("containsKey('next')", equalTo(true))
                .body("next", nullValue());
        given().header("X-Api-Key", key).get("/api/v1/who").then().statusCode(200);
        given().header("X-NuGet-ApiKey", key).get("/nuget/v3/index.json").then().statusCode(200);
        // "push -k any" beside the credentials of the source, as other feeds would have it
        given().header("X-NuGet-ApiKey", "any")
                .header("Authorization", "Bearer " + key)
                .get("/nuget/v3/index.json")
                .then()
                .statusCode(200);
        given().auth()
                .preemptive()
                .basic("anyone", key)
                .get("/nuget/v3/index.json")
                .then()
                .statusCode(200);
    }

    @Test
    void a_role_opens_what_it_is_for_and_nothing_else() {
        String item = "{\"project\":\"shop\",\"items\":[]}";
        configuring(item).put("/api/v1/bodies").then().statusCode(200);
        as(TestKeys.ADMIN)
                .contentType("application/json")
                .body(item)
                .put("/api/v1/bodies")
                .then()
                .statusCode(200);
        as(TestKeys.READ)
                .contentType("application/json")
                .body(item)
                .put("/api/v1/bodies")
                .then()
                .statusCode(403)
                .body("detail", containsString("CONFIGURE"));
        as(TestKeys.DEPLOY).get("/api/v1/who").then().statusCode(200);
        as(TestKeys.PUSH).get("/api/v1/who").then().statusCode(403);
        as(TestKeys.PUSH).get("/api/v1/push").then().statusCode(200);
        as(TestKeys.READ).get("/api/v1/push").then().statusCode(200);
    }

    @Test
    void a_write_of_which_nobody_said_who_may_do_it_is_for_administrators() {
        as(TestKeys.CONFIGURE).post("/api/v1/unjudged").then().statusCode(403);
        as(TestKeys.ADMIN).post("/api/v1/unjudged").then().statusCode(200);
    }

    @Test
    void refusals_are_problems_with_a_sentence_and_all_errors_at_once() {
        as(TestKeys.READ)
                .get("/api/v1/refusals/invalid")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("errors", hasSize(2))
                .body("errors[1].pointer", equalTo("/b/0"))
                .body("errors[1].detail", equalTo("B is wrong."));
        as(TestKeys.READ)
                .get("/api/v1/refusals/conflict")
                .then()
                .statusCode(409)
                .body("type", equalTo("/api/problems/release-exists"))
                .body("title", equalTo("Release exists"))
                .body("detail", equalTo("It exists."))
                .body("containsKey('errors')", equalTo(false));
        as(TestKeys.READ)
                .get("/api/v1/refusals/other")
                .then()
                .statusCode(500)
                .contentType("application/problem+json")
                .body(not(containsString("hunter2")));
        as(TestKeys.READ)
                .get("/api/v1/nowhere")
                .then()
                .statusCode(404)
                .contentType("application/problem+json");
        as(TestKeys.READ)
                .delete("/api/v1/who")
                .then()
                .statusCode(405)
                .contentType("application/problem+json");
        as(TestKeys.CONFIGURE)
                .contentType("text/csv")
                .body("a,b")
                .put("/api/v1/bodies")
                .then()
                .statusCode(415)
                .contentType("application/problem+json");
    }

    @Test
    void a_wrong_body_is_refused_with_the_place_and_what_to_change() {
        configuring(
                        "{\"project\":\"shop\",\"items\":[{\"id\":\"a\",\"count\":1,\"colour\":\"red\"}]}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/items/0/colour"))
                .body("errors[0].detail", containsString("Known: count, id"));
        configuring("{\"project\":\"Not An Id\",\"items\":[]}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/project"))
                .body(
                        "errors[0].detail",
                        equalTo(
                                "\"Not An Id\" is no project id: use 1 to 64 lower-case letters, digits and inner hyphens"));
        configuring("{\"project\":\"shop\",\"items\":[],\"role\":\"KING\"}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/role"))
                .body("errors[0].detail", containsString("ADMIN, CONFIGURE"));
        configuring("{\"project\":\"shop\",\"items\":[{\"id\":\"a\",\"count\":\"many\"}]}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/items/0/count"));
        configuring("{\"project\":\"shop\",\"items\":{}}")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .body("errors[0].pointer", equalTo("/items"))
                .body("errors[0].detail", equalTo("Here must stand a list."));
        configuring("{\"project\":")
                .put("/api/v1/bodies")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("detail", containsString("no JSON"));
    }

    @Test
    void services_call_each_other_with_a_token_and_nobody_else_does() {
        var item = new AccountResource.Item(new ProjectId("shop"), 3);
        assertThat(calls.post(root(), "/internal/echo", item, AccountResource.Item.class))
                .isEqualTo(item);
        as(TestKeys.ADMIN)
                .contentType("application/json")
                .body("{}")
                .post("/internal/echo")
                .then()
                .statusCode(401);
        assertThatThrownBy(() -> calls.get(root(), "/internal/nothing", AccountResource.Item.class))
                .isInstanceOfSatisfying(
                        ServiceCalls.Refused.class,
                        refused -> assertThat(refused.status()).isEqualTo(404));
        assertThat(tokens.verify(tokens.issue())).contains("toy");
        assertThat(tokens.verify(tokens.issue() + "x")).isEmpty();
        assertThat(tokens.verify("toy.99999999999.")).isEmpty();
        assertThat(tokens.verify("")).isEmpty();
    }

    private String root() {
        return base.toString().replaceAll("/$", "");
    }

    @Test
    void a_key_that_was_made_elsewhere_is_known_here_until_it_is_removed() {
        String key = KeyCheck.mint();
        String id = UUID.randomUUID().toString();
        var stream = StreamId.of("config", "API_KEY:" + id);
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                1,
                changed(
                        id,
                        1,
                        Optional.of(
                                new ApiKey(
                                        id,
                                        "ci",
                                        KeyCheck.sha256Of(key),
                                        List.of(Role.READ),
                                        Optional.empty(),
                                        List.of()))),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE).until(() -> statusWith(key) == 200);
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                2,
                changed(id, 2, Optional.empty()),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE).until(() -> statusWith(key) == 401);
    }

    @Test
    void a_key_that_has_expired_is_unknown() {
        String key = KeyCheck.mint();
        String id = UUID.randomUUID().toString();
        var stream = StreamId.of("config", "API_KEY:" + id);
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                1,
                changed(id, 1, Optional.of(keyUntil(id, key, Instant.now().plusSeconds(3600)))),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE).until(() -> statusWith(key) == 200);
        TestEvents.publish(
                Channels.CONFIGURATION,
                stream,
                2,
                changed(id, 2, Optional.of(keyUntil(id, key, Instant.now().minusSeconds(1)))),
                EventAttributes.none());
        await().atMost(StagecoachResource.PATIENCE).until(() -> statusWith(key) == 401);
    }

    private static ApiKey keyUntil(String id, String key, Instant until) {
        return new ApiKey(
                id,
                "ci",
                KeyCheck.sha256Of(key),
                List.of(Role.READ),
                Optional.of(until),
                List.of());
    }

    private static ConfigurationChanged changed(
            String id, long revision, Optional<ApiKey> document) {
        return new ConfigurationChanged(
                ConfigurationEvent.Kind.API_KEY, id, revision, document.map(d -> d));
    }

    private static int statusWith(String key) {
        return given().header("X-Api-Key", key).get("/api/v1/who").statusCode();
    }
}
