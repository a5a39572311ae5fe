package stagecoach.orchestrator.app.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.Channels;
import stagecoach.contracts.configuration.ConfigurationEvent;
import stagecoach.contracts.configuration.ConfigurationEvent.ReleaseCreated;
import stagecoach.decider.StreamId;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.PlayedPackageService;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestEvents;

@OrchestratorTest
class ReleaseTest {
    @Test
    void a_release_pins_its_packages_and_is_published() {
        var shop = Shop.open(0);
        String path = "/projects/" + shop.project() + "/releases";
        var created =
                Api.expect(
                        201,
                        Api.post(
                                path,
                                """
                                {"version": "1.0.0", "packages": [{"package": "shop.server", "version": "1.0"}],
                                 "notes": "the first"}"""));
        var pin = PlayedPackageService.pinOf("Shop.Server", "1.0.0");
        assertThat(created.getString("packages[0].package")).isEqualTo("Shop.Server");
        assertThat(created.getString("packages[0].step")).isEqualTo("server");
        assertThat(created.getString("packages[0].version")).isEqualTo("1.0.0");
        assertThat(created.getString("packages[0].sha512")).isEqualTo(pin.sha512().value());
        assertThat(created.getLong("packages[0].size")).isEqualTo(pin.size());
        assertThat(Api.get(path + "/1.0.0").jsonPath().getString("notes")).isEqualTo("the first");
        try (var configuration = TestEvents.consume(Channels.CONFIGURATION)) {
            var event =
                    configuration
                            .until(
                                    StreamId.of("release", shop.project() + ":1.0.0"),
                                    seen -> !seen.isEmpty())
                            .getFirst()
                            .event(ConfigurationEvent.class);
            assertThat(((ReleaseCreated) event).packages().getFirst().pin()).isEqualTo(pin);
        }
    }

    @Test
    void a_repeat_gets_the_first_answer_although_the_process_has_changed_since() {
        var shop = Shop.open(0);
        String path = "/projects/" + shop.project() + "/releases";
        String body =
                "{\"version\": \"1.0.0\", \"packages\": [{\"package\": \"Shop.Server\", \"version\": \"1.0.0\"}]}";
        var once = Map.of("Idempotency-Key", "release-once");
        String first = Api.post(path, body, once).then().statusCode(201).extract().asString();
        Api.expect(200, Api.put("/projects/" + shop.project() + "/process", "{\"steps\": []}"));

        assertThat(Api.post(path, body).statusCode()).isEqualTo(400);
        assertThat(Api.post(path, body, once).then().statusCode(201).extract().asString())
                .isEqualTo(first);
        assertThat(Api.post(path, body.replace("1.0.0", "1.0.1"), once).statusCode())
                .isEqualTo(422);
    }

    @Test
    void a_version_that_exists_is_refused() {
        var shop = Shop.open(0);
        shop.release("1.0.0");
        var again =
                Api.post("/projects/" + shop.project() + "/releases", "{\"version\": \"1.0.0\"}");
        assertThat(again.statusCode()).isEqualTo(409);
        assertThat(again.jsonPath().getString("detail")).contains("exists already");
    }

    @Test
    void releases_are_listed_newest_first_and_page_by_page() {
        var shop = Shop.open(0);
        for (String version : List.of("1.0.0", "1.0.1", "1.0.2")) {
            shop.release(version);
        }
        String path = "/projects/" + shop.project() + "/releases";
        var first = Api.expect(200, Api.get(path + "?limit=2"));
        assertThat(first.getList("items.version")).containsExactly("1.0.2", "1.0.1");
        var second = Api.expect(200, Api.get(path + "?cursor=" + first.getString("next")));
        assertThat(second.getList("items.version")).containsExactly("1.0.0");
        assertThat(second.getString("next")).isNull();
    }

    @Test
    void while_packages_are_on_their_way_the_request_is_to_be_repeated() {
        var shop = Shop.open(0);
        var path = "/projects/" + shop.project() + "/releases";
        var response =
                Api.post(
                        path,
                        """
                        {"version": "1.0.0", "packages": [{"package": "Shop.Server", "version": "5.0.*"}]}""");
        assertThat(response.statusCode()).isEqualTo(503);
        assertThat(response.header("Retry-After")).isEqualTo("2");
        assertThat(response.jsonPath().getString("type")).endsWith("/packages-on-their-way");
        assertThat(response.jsonPath().getString("detail"))
                .isEqualTo("Shop.Server 5.0.* is being fetched. Repeat the request.");
        assertThat(Api.get(path + "/1.0.0").statusCode()).isEqualTo(404);
    }

    @Test
    void wrong_versions_are_told_where_they_stand() {
        var shop = Shop.open(0);
        String path = "/projects/" + shop.project() + "/releases";
        var wrong =
                Api.expect(
                        400,
                        Api.post(
                                path,
                                """
                                {"version": "1.0.0", "packages": [
                                  {"package": "Shop.Servr", "version": "1.0.0"},
                                  {"step": "sever", "version": "1.0.0"},
                                  {"version": "1.0.0"},
                                  {"package": "Shop.Server", "version": "one"}]}"""));
        assertThat(wrong.getList("errors.pointer"))
                .containsExactlyInAnyOrder(
                        "/packages/0/package",
                        "/packages/1/step",
                        "/packages/2",
                        "/packages/3/version");
        assertThat(wrong.getString("errors[0].detail")).contains("Did you mean \"Shop.Server\"?");
        var unknown =
                Api.expect(
                        400,
                        Api.post(
                                path,
                                "{\"version\": \"1.0.0\", \"packages\": [{\"step\": \"server\", \"version\": \"9.0.0\"}]}"));
        assertThat(unknown.getList("errors.pointer")).containsExactly("/packages/0/version");
    }

    @Test
    void the_packages_of_a_script_are_pinned_each_by_its_own_version() {
        var shop = Shop.open(0);
        String path = "/projects/" + shop.project();
        Api.expect(
                200,
                Api.put(
                        path + "/process",
                        """
                        {"steps": [{"name": "migrate", "runOn": {"tags": ["web"]},
                          "script": {"package": "Shop.Server", "path": "a.sh"},
                          "packages": [{"id": "Shop.Config", "extract": false}]}]}"""));
        var unclear =
                Api.expect(
                        400,
                        Api.post(
                                path + "/releases",
                                """
                                {"version": "2.0.0", "packages": [{"step": "migrate", "version": "1.0.0"},
                                  {"step": "migrate", "package": "Shop.Cnfig", "version": "1.0.0"}]}"""));
        assertThat(unclear.getList("errors.pointer"))
                .containsExactly("/packages/0/step", "/packages/1/package");
        assertThat(unclear.getString("errors[0].detail"))
                .isEqualTo(
                        "The step \"migrate\" uses Shop.Config, Shop.Server. Say which one this is the version of: add \"package\".");
        var made =
                Api.expect(
                        201,
                        Api.post(
                                path + "/releases",
                                """
                                {"version": "2.0.0", "packages": [
                                  {"step": "migrate", "package": "shop.config", "version": "1.0.0"}]}"""));
        assertThat(made.getList("packages.package")).containsExactly("Shop.Config", "Shop.Server");
        assertThat(made.getList("packages.step")).containsOnly("migrate");
        assertThat(made.getString("packages[0].version")).isEqualTo("1.0.0");
    }

    @Test
    void there_is_nothing_of_an_unknown_project() {
        assertThat(Api.post("/projects/nobody/releases", "{\"version\": \"1\"}").statusCode())
                .isEqualTo(404);
        assertThat(Api.get("/projects/nobody/releases").statusCode()).isEqualTo(404);
        assertThat(Api.get("/projects/nobody/releases/1.0.0").statusCode()).isEqualTo(404);
    }
}
