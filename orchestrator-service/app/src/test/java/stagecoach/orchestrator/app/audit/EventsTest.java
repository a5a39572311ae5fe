package stagecoach.orchestrator.app.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.restassured.RestAssured;
import io.restassured.path.json.JsonPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentReport.AgentRevoked;
import stagecoach.contracts.channel.Channels;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Follower;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.aggregate.EventAttributes;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.wire.StagecoachJson;

@OrchestratorTest
class EventsTest {
    @Test
    void a_cursor_never_skips_and_never_repeats() {
        for (int i = 1; i <= 12; i++) {
            revoked("cursor", i);
        }
        awaitRevoked("cursor", 12);
        List<String> whole = ids("/events?limit=500");
        List<String> inSmallPages = ids("/events?limit=3");
        assertThat(inSmallPages).doesNotHaveDuplicates().startsWith(whole.toArray(String[]::new));
        assertThat(whole.stream().filter(id -> id.startsWith("agent-target:cursor/")))
                .containsExactlyElementsOf(
                        List.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12).stream()
                                .map(n -> "agent-target:cursor/" + n)
                                .toList());
    }

    @Test
    void an_event_that_is_published_again_is_told_once() {
        revoked("again", 1);
        revoked("again", 1);
        revoked("again", 2);
        awaitRevoked("again", 2);
        assertThat(ids("/events?limit=500").stream().filter(id -> id.contains(":again/")))
                .containsExactly("agent-target:again/1", "agent-target:again/2");
    }

    @Test
    void an_event_is_a_cloud_event_that_says_where_it_belongs() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var page = await("/events?deployment=" + id + "&type=DeploymentQueued", 1);
        Map<String, Object> event = page.getMap("items[0]");
        assertThat(event)
                .containsEntry("specversion", "1.0")
                .containsEntry("type", "stagecoach.DeploymentQueued.v1")
                .containsEntry("subject", "deployment-" + id)
                .containsEntry("id", "deployment-" + id + "/1")
                .containsEntry("deploymentid", id)
                .containsEntry("project", shop.project())
                .containsEntry("environment", shop.environment())
                .containsEntry("actor", "test admin")
                .containsEntry("datacontenttype", "application/json");
        assertThat(page.getString("items[0].data.release")).isEqualTo("1.0.0");
        assertThat(
                        await(
                                        "/events?project="
                                                + shop.project()
                                                + "&type=stagecoach.DeploymentQueued.v1,ReleaseCreated",
                                        2)
                                .getList("items.type"))
                .containsExactlyInAnyOrder(
                        "stagecoach.ReleaseCreated.v1", "stagecoach.DeploymentQueued.v1");
    }

    @Test
    void whoever_follows_begins_now_and_goes_on_where_he_was() {
        revoked("follow", 1);
        awaitRevoked("follow", 1);
        String first;
        try (var follower = Follower.of("/events?type=AgentRevoked", Map.of())) {
            revoked("follow", 2);
            revoked("follow", 3);
            var two = revokedOf("follow", follower, 2);
            assertThat(two.getFirst().data()).contains("agent-target:follow/2");
            assertThat(two.getLast().data()).contains("agent-target:follow/3");
            first = two.getFirst().id();
        }
        try (var again = Follower.of("/events?cursor=start", Map.of("Last-Event-ID", first))) {
            assertThat(revokedOf("follow", again, 1).getFirst().data())
                    .contains("agent-target:follow/3");
        }
        try (var fromStart = Follower.of("/events?cursor=start&type=AgentRevoked", Map.of())) {
            assertThat(revokedOf("follow", fromStart, 1).getFirst().data())
                    .contains("agent-target:follow/1");
        }
    }

    @Test
    void a_filter_that_no_event_fits_finds_nothing() {
        for (String filter : List.of("type=%00", "type=a%00b", "project=%00", "deployment=a%00")) {
            assertThat(
                            RestAssured.given()
                                    .urlEncodingEnabled(false)
                                    .header("Authorization", TestKeys.ADMIN.bearer())
                                    .get("/api/v1/events?" + filter)
                                    .then()
                                    .statusCode(200)
                                    .extract()
                                    .jsonPath()
                                    .getList("items"))
                    .as(filter)
                    .isEmpty();
        }
    }

    @Test
    void what_is_no_place_in_the_feed_is_refused() {
        assertThat(Api.get("/events?cursor=nonsense").statusCode()).isEqualTo(400);
        assertThat(Api.get("/events?since=yesterday").statusCode()).isEqualTo(400);
        String future = Api.get("/events?since=2999-01-01T00:00:00Z").jsonPath().getString("next");
        assertThat(Api.get("/events?cursor=" + future).jsonPath().getBoolean("caughtUp")).isTrue();
        String beyond = new EventCursor(1, 999_999_999).text();
        assertThat(Api.get("/events?cursor=" + beyond).jsonPath().getString("errors[0].detail"))
                .contains("restored");
    }

    private static List<Follower.Event> revokedOf(String target, Follower follower, int count) {
        List<Follower.Event> its = new ArrayList<>();
        while (its.size() < count) {
            Follower.Event event = follower.take(1).getFirst();
            if (event.data().contains(":" + target + "/")) {
                its.add(event);
            }
        }
        return its;
    }

    private static void revoked(String target, long version) {
        var agent = new AgentId("target:" + target);
        TestEvents.publish(
                Channels.AGENTS,
                StreamId.of("agent", agent),
                version,
                new AgentRevoked(agent, "number " + version),
                EventAttributes.none());
    }

    private static void awaitRevoked(String target, int count) {
        Awaitility.await()
                .atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                ids("/events?limit=500&type=AgentRevoked").stream()
                                                .filter(id -> id.contains(":" + target + "/"))
                                                .count()
                                        == count);
    }

    private static JsonPath await(String path, int count) {
        Awaitility.await()
                .atMost(StagecoachResource.PATIENCE)
                .until(() -> Api.get(path).jsonPath().getList("items").size() == count);
        return Api.get(path).jsonPath();
    }

    /** The ids of all events, page by page until nothing is left. */
    private static List<String> ids(String path) {
        List<String> ids = new ArrayList<>();
        String cursor = "";
        while (true) {
            JsonNode page =
                    StagecoachJson.read(Api.get(path + cursor).asByteArray(), JsonNode.class);
            page.path("items").forEach(event -> ids.add(event.path("id").asText()));
            if (page.path("caughtUp").asBoolean()) {
                return ids;
            }
            cursor = "&cursor=" + page.path("next").asText();
        }
    }
}
