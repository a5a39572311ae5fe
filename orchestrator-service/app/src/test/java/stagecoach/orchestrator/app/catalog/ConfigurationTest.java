package stagecoach.orchestrator.app.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.nullValue;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationDocument;
import stagecoach.contracts.configuration.ConfigurationDocument.Region;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ConfigurationChanged;
import stagecoach.contracts.configuration.ConfigurationEvent.Kind;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.packages.TransferBudget;

@OrchestratorTest
class ConfigurationTest {
    @Test
    void what_is_put_is_made_and_then_replaced() {
        configure()
                .body("{}")
                .put("/api/v1/environments/staging")
                .then()
                .statusCode(201)
                .header("Location", containsString("/api/v1/environments/staging"))
                .body("id", equalTo("staging"))
                .body("name", equalTo("staging"))
                .body("guidedFailure", equalTo(false));
        String got =
                configure()
                        .body("{\"name\": \"Staging\"}")
                        .put("/api/v1/environments/staging")
                        .then()
                        .statusCode(200)
                        .body("name", equalTo("Staging"))
                        .extract()
                        .asString();
        configure().body(got).put("/api/v1/environments/staging").then().statusCode(200);
        read().get("/api/v1/environments/staging").then().body("name", equalTo("Staging"));
    }

    @Test
    void every_change_is_told_once_with_its_revision() {
        put("/api/v1/environments/told", "{}");
        put("/api/v1/environments/told", "{}");
        put("/api/v1/environments/told", "{\"name\": \"Told\"}");
        configure().delete("/api/v1/environments/told").then().statusCode(204);
        try (var topic = TestEvents.consume(Channels.CONFIGURATION)) {
            var seen =
                    topic.until(
                            ConfigurationKind.streamOf(Kind.ENVIRONMENT, "told"),
                            events -> events.size() == 3);
            assertThat(seen)
                    .extracting(event -> event.event(ConfigurationEvent.class))
                    .containsExactly(
                            changed(1, Optional.of("told")),
                            changed(2, Optional.of("Told")),
                            changed(3, Optional.empty()));
            assertThat(seen.getFirst().envelope().environment()).contains("told");
            assertThat(seen.getFirst().envelope().actor()).contains(TestKeys.CONFIGURE.actor());
        }
    }

    private static ConfigurationEvent changed(long revision, Optional<String> name) {
        return new ConfigurationChanged(
                Kind.ENVIRONMENT,
                "told",
                revision,
                name.map(
                        text ->
                                new ConfigurationDocument.Environment(
                                        new EnvironmentId("told"), text)));
    }

    @Test
    void what_may_enter_a_region_at_once_is_kept_told_and_lifted_again() {
        String path = "/api/v1/regions/narrow";
        put(
                path,
                """
                {"bytesPerSecondMax": 5000000, "transfersMax": 2}""");
        read().get(path)
                .then()
                .body("bytesPerSecondMax", equalTo(5_000_000))
                .body("transfersMax", equalTo(2));
        put(path, "{}");
        read().get(path).then().body("bytesPerSecondMax", nullValue());

        try (var events = TestEvents.consume(Channels.CONFIGURATION)) {
            assertThat(
                            events
                                    .until(
                                            StreamId.of("config", "region:narrow"),
                                            seen -> seen.size() >= 2)
                                    .stream()
                                    .map(
                                            event ->
                                                    (ConfigurationChanged)
                                                            event.event(ConfigurationEvent.class))
                                    .map(changed -> (Region) changed.document().orElseThrow()))
                    .extracting(Region::budget)
                    .containsExactly(
                            Optional.of(
                                    new TransferBudget(Optional.of(5_000_000L), Optional.of(2))),
                            Optional.empty());
        }
    }

    @Test
    void what_is_wrong_is_said_at_once_with_places() {
        configure()
                .body(
                        """
                        {"nmae": "x", "id": "other", "serverFallback": "yes", "bytesPerSecondMax": 5, "transfersMax": 0}""")
                .put("/api/v1/regions/eu-wrong")
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("type", containsString("/api/problems/invalid-input"))
                .body(
                        "errors.pointer",
                        contains(
                                "/id",
                                "/serverFallback",
                                "/bytesPerSecondMax",
                                "/transfersMax",
                                "/nmae"))
                .body(
                        "errors.detail",
                        hasItems(
                                "There is no field \"nmae\" here. Did you mean \"name\"?",
                                "bytesPerSecondMax is no whole number from 1000 to 2000000000."));
        read().get("/api/v1/regions/eu-wrong").then().statusCode(404);
    }

    @Test
    void an_id_that_breaks_the_rule_is_refused_and_an_unknown_one_is_not_found() {
        configure()
                .body("{}")
                .put("/api/v1/environments/Prod_1")
                .then()
                .statusCode(400)
                .body("errors.pointer", contains("/id"));
        read().get("/api/v1/environments/Prod_1")
                .then()
                .statusCode(404)
                .body("detail", equalTo("There is no environment \"Prod_1\"."));
        configure().delete("/api/v1/environments/never").then().statusCode(404);
    }

    @Test
    void what_is_in_use_stays_and_its_users_are_named() {
        put("/api/v1/environments/used", "{}");
        put("/api/v1/regions/used", "{}");
        put(
                "/api/v1/targets/user-1",
                """
                {"environments": ["used"], "region": "used", "tags": ["web"]}""");
        configure()
                .delete("/api/v1/environments/used")
                .then()
                .statusCode(409)
                .body("type", containsString("/api/problems/in-use"))
                .body("detail", containsString("target user-1"));
        configure().delete("/api/v1/regions/used").then().statusCode(409);
        configure().delete("/api/v1/targets/user-1").then().statusCode(204);
        configure().delete("/api/v1/environments/used").then().statusCode(204);
        configure().delete("/api/v1/regions/used").then().statusCode(204);
    }

    @Test
    void a_region_with_a_cache_stays_until_the_cache_is_gone() {
        put("/api/v1/regions/cached", "{}");
        var cache =
                new ConfigurationDocument.Cache(
                        new CacheId("cached-1"),
                        "cached-1",
                        new RegionId("cached"),
                        "STAGECOACH",
                        "https://cached",
                        "https://cached",
                        Optional.empty(),
                        Optional.empty(),
                        0,
                        Optional.empty());
        cacheChanged(1, Optional.of(cache));
        Awaitility.await()
                .atMost(StagecoachResource.PATIENCE)
                .until(() -> namesCache(configure().delete("/api/v1/regions/cached")));
        cacheChanged(2, Optional.empty());
        Awaitility.await()
                .atMost(StagecoachResource.PATIENCE)
                .until(() -> configure().delete("/api/v1/regions/cached").statusCode() == 204);
    }

    /** Whether the removal was refused because of the cache; one that came too early is undone. */
    private static boolean namesCache(Response removal) {
        if (removal.statusCode() == 204) {
            put("/api/v1/regions/cached", "{}");
            return false;
        }
        return removal.jsonPath().getString("detail").contains("cache cached-1");
    }

    private static void cacheChanged(long version, Optional<ConfigurationDocument> cache) {
        TestEvents.publish(
                Channels.CONFIGURATION,
                ConfigurationKind.streamOf(Kind.CACHE, "cached-1"),
                version,
                new ConfigurationChanged(Kind.CACHE, "cached-1", version, cache),
                EventAttributes.none());
    }

    @Test
    void of_many_who_make_the_same_thing_at_once_one_makes_it() throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls =
                    IntStream.range(0, 8)
                            .mapToObj(
                                    i ->
                                            threads.submit(
                                                    () ->
                                                            configure()
                                                                    .body(
                                                                            "{\"name\": \"by %d\"}"
                                                                                    .formatted(i))
                                                                    .put(
                                                                            "/api/v1/environments/at-once")
                                                                    .statusCode()))
                            .toList();
            for (var call : calls) {
                statuses.add(call.get());
            }
        }
        assertThat(statuses).containsOnly(200, 201).containsOnlyOnce(201);
    }

    @Test
    void lists_go_page_by_page() {
        for (String id : List.of("page-a", "page-b", "page-c")) {
            put("/api/v1/worker-pools/" + id, "{}");
        }
        String next =
                read().queryParam("limit", 1)
                        .get("/api/v1/worker-pools")
                        .then()
                        .statusCode(200)
                        .body("items.size()", equalTo(1))
                        .extract()
                        .path("next");
        assertThat(next).isNotNull();
        read().queryParam("limit", 500)
                .queryParam("cursor", next)
                .get("/api/v1/worker-pools")
                .then()
                .body("items.id", hasItems("page-b", "page-c"))
                .body("next", nullValue());
        read().queryParam("limit", 501).get("/api/v1/worker-pools").then().statusCode(400);
        read().queryParam("cursor", "%%%").get("/api/v1/worker-pools").then().statusCode(400);
    }

    @Test
    void a_target_names_what_exists_and_what_is_not_there_yet_is_said() {
        put("/api/v1/environments/production-t", "{}");
        configure()
                .body(
                        """
                        {"environments": ["producton-t"], "region": "nowhere", "tags": ["Web Server"],
                         "communication": "LISTENING", "address": "10.0.0.1"}""")
                .put("/api/v1/targets/t-1")
                .then()
                .statusCode(400)
                .body(
                        "errors.pointer",
                        hasItems(
                                "/environments/0", "/region", "/tags/0", "/thumbprint", "/address"))
                .body(
                        "errors.detail",
                        hasItem(
                                "There is no environment \"producton-t\". Did you mean \"production-t\"?"));
    }

    @Test
    void a_dry_run_judges_and_writes_nothing() {
        configure()
                .queryParam("dryRun", true)
                .header("Stagecoach-Assume", "environments/dry-env,projects/dry")
                .body(
                        """
                        {"steps": [{"name": "a", "runOn": {"tags": ["web"]}, "script": {"body": "true"},
                                    "environments": ["dry-env"]}]}""")
                .put("/api/v1/projects/dry/process")
                .then()
                .statusCode(200);
        configure()
                .queryParam("dryRun", true)
                .body("{}")
                .put("/api/v1/projects/dry")
                .then()
                .statusCode(200);
        read().get("/api/v1/projects/dry").then().statusCode(404);
    }

    @Test
    void nothing_answers_without_a_key_and_reading_takes_no_more_than_read() {
        given().get("/api/v1/environments").then().statusCode(401);
        read().body("{}")
                .contentType(ContentType.JSON)
                .put("/api/v1/environments/staging-r")
                .then()
                .statusCode(403);
    }

    @Test
    void an_environment_may_ask_a_person_at_failures() {
        configure()
                .body("{\"guidedFailure\": true}")
                .put("/api/v1/environments/guided")
                .then()
                .statusCode(201)
                .body("guidedFailure", equalTo(true));
        read().get("/api/v1/environments/guided").then().body("guidedFailure", equalTo(true));
    }

    @Test
    void a_lifecycle_is_phases_of_environments() {
        put("/api/v1/environments/cycle-test", "{}");
        put("/api/v1/environments/cycle-eu", "{}");
        put("/api/v1/environments/cycle-us", "{}");
        configure()
                .body("{\"lifecycle\": [\"cycle-test\", [\"cycle-eu\", \"cycle-us\"]]}")
                .put("/api/v1/projects/cycle")
                .then()
                .statusCode(201)
                .body("lifecycle[0]", contains("cycle-test"))
                .body("lifecycle[1]", contains("cycle-eu", "cycle-us"));
        configure().delete("/api/v1/environments/cycle-us").then().statusCode(409);
        configure()
                .body("{\"lifecycle\": [[\"cycle-test\"], [], [\"nowhere\", \"cycle-test\"]]}")
                .put("/api/v1/projects/cycle")
                .then()
                .statusCode(400)
                .body(
                        "errors.pointer",
                        contains("/lifecycle/1", "/lifecycle/2/0", "/lifecycle/2/1"));
    }

    private static void put(String path, String body) {
        assertThat(configure().body(body).put(path).statusCode()).isIn(200, 201);
    }

    private static RequestSpecification configure() {
        return given().header("Authorization", TestKeys.CONFIGURE.bearer())
                .contentType(ContentType.JSON);
    }

    private static RequestSpecification read() {
        return given().headers(Map.of("X-Api-Key", TestKeys.READ.key()));
    }
}
