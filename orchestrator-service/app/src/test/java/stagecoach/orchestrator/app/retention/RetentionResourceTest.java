package stagecoach.orchestrator.app.retention;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.http.ContentType;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.runtime.test.TestCli;
import stagecoach.runtime.test.TestKeys;

@OrchestratorTest
class RetentionResourceTest {
    private static final String PATH = "/retention";

    @TestHTTPResource("/")
    URI url;

    @AfterEach
    void reset() {
        Api.expect(200, Api.put(PATH, "{}"));
    }

    @Test
    void what_is_set_counts_and_what_is_left_out_has_its_default() {
        Api.expect(200, Api.put(PATH, "{}"));
        var defaults = Api.expect(200, Api.get(PATH));
        assertThat(defaults.getInt("logs.days")).isEqualTo(90);
        assertThat(defaults.getInt("deployments.days")).isEqualTo(365);
        assertThat(defaults.getInt("deployments.perEnvironment")).isEqualTo(20);
        assertThat(defaults.getInt("events.days")).isEqualTo(400);
        Api.expect(
                200,
                Api.put(
                        PATH,
                        """
                        {"logs": {"days": 10}, "deployments": {"days": 700, "perEnvironment": 3}}"""));
        var set = Api.expect(200, Api.get(PATH));
        assertThat(set.getInt("logs.days")).isEqualTo(10);
        assertThat(set.getInt("deployments.perEnvironment")).isEqualTo(3);
        assertThat(set.getInt("events.days")).isEqualTo(700);
    }

    @Test
    void what_caches_keep_is_set() {
        Api.expect(200, Api.put(PATH, "{}"));
        assertThat(Api.expect(200, Api.get(PATH)).<Object>get("caches.days")).isNull();
        assertThat(stagecoach("retention", "set", "--cache-days", "60", "--cache-free-disk", "10"))
                .contains("what was used within 60 days; 10% of the disk free in any case");
        var set = Api.expect(200, Api.get(PATH));
        assertThat(set.getInt("caches.days")).isEqualTo(60);
        assertThat(set.getInt("caches.freeDiskPercent")).isEqualTo(10);
        assertThat(set.getBoolean("caches.keepReleased")).isTrue();
        assertThat(stagecoach("retention", "set", "--cache-days", "0", "--package-days", "9"))
                .contains(
                        "for good; 10% of the disk free in any case; what kept releases have pinned in any case");
        assertThat(
                        stagecoach(
                                "retention",
                                "set",
                                "--cache-versions",
                                "4",
                                "--cache-keep-released",
                                "false"))
                .contains("the newest 4 versions; 10% of the disk free in any case")
                .doesNotContain("what kept releases");
        var other = Api.expect(200, Api.get(PATH));
        assertThat(other.getInt("caches.versions")).isEqualTo(4);
        assertThat(other.getBoolean("caches.keepReleased")).isFalse();
        var refused =
                Api.expect(
                        400,
                        Api.put(PATH, "{\"caches\": {\"versions\": 0, \"keepReleased\": \"no\"}}"));
        assertThat(refused.getList("errors.pointer"))
                .contains("/caches/versions", "/caches/keepReleased");
        Api.expect(200, Api.put(PATH, "{}"));
    }

    @Test
    void which_releases_are_kept_is_set() {
        Api.expect(200, Api.put(PATH, "{}"));
        var defaults = Api.expect(200, Api.get(PATH));
        assertThat(defaults.<Object>get("releases.perPhase")).isNull();
        assertThat(defaults.<Object>get("releases.days")).isNull();
        // So many that no release of another test goes meanwhile.
        assertThat(
                        stagecoach(
                                "retention",
                                "set",
                                "--releases-per-phase",
                                "9000",
                                "--release-days",
                                "90"))
                .contains(
                        "the last 9000 of each phase, and what was made or deployed within 90 days");
        assertThat(Api.expect(200, Api.get(PATH)).getInt("releases.perPhase")).isEqualTo(9000);
        stagecoach("retention", "set", "--releases-per-phase", "0");
        var set = Api.expect(200, Api.get(PATH));
        assertThat(set.<Object>get("releases.perPhase")).isNull();
        assertThat(set.getInt("releases.days")).isEqualTo(90);
        var refused =
                Api.expect(400, Api.put(PATH, "{\"releases\": {\"perPhase\": 0, \"newest\": 3}}"));
        assertThat(refused.getList("errors.pointer"))
                .contains("/releases/perPhase", "/releases/newest");
    }

    @Test
    void how_long_packages_are_kept_is_set() {
        Api.expect(200, Api.put(PATH, "{}"));
        var defaults = Api.expect(200, Api.get(PATH));
        assertThat(defaults.<Object>get("packages.versions")).isNull();
        Api.expect(
                200,
                Api.put(
                        PATH,
                        """
                        {"packages": {"versions": 5, "freeDiskPercent": 10}}"""));
        var set = Api.expect(200, Api.get(PATH));
        assertThat(set.getInt("packages.versions")).isEqualTo(5);
        assertThat(set.<Object>get("packages.days")).isNull();
        assertThat(set.getInt("packages.freeDiskPercent")).isEqualTo(10);
        assertThat(
                        stagecoach(
                                "retention",
                                "set",
                                "--package-days",
                                "40",
                                "--package-free-disk",
                                "0"))
                .contains("the newest 5 versions, and what was used within 40 days")
                .doesNotContain("of the disk");
    }

    @Test
    void mistakes_are_told_with_their_places() {
        var refused =
                Api.expect(
                        400,
                        Api.put(
                                PATH,
                                """
                                {"logs": {"days": 0}, "deployments": {"day": 5}, "packages": {"versions": 0}}"""));
        assertThat(refused.getList("errors.pointer"))
                .contains("/logs/days", "/deployments/day", "/packages/versions");
        assertThat(
                        Api.expect(
                                        400,
                                        Api.put(
                                                PATH,
                                                """
                                                {"logs": {"days": 30}, "deployments": {"days": 5}}"""))
                                .getString("errors[0].detail"))
                .contains("after 5 days at the latest");
        assertThat(
                        given().header("Authorization", TestKeys.CONFIGURE.bearer())
                                .contentType(ContentType.JSON)
                                .body("{}")
                                .put("/api/v1" + PATH)
                                .statusCode())
                .isEqualTo(403);
    }

    @Test
    void it_is_shown_and_set_from_the_command_line() {
        assertThat(stagecoach("retention", "set", "--log-days", "7")).contains("7 days");
        String shown = stagecoach("retention", "show");
        assertThat(shown)
                .contains("logs", "7 days", "365 days, and the newest 20 of a project", "for good");
        assertThat(stagecoach("projections", "list")).contains("progress");
        assertThat(stagecoach("projections", "rebuild", "progress")).contains("rows removed");
    }

    private String stagecoach(String... args) {
        var said = new TestCli(url).run(args);
        assertThat(said.exit()).as(said.err()).isZero();
        return said.out();
    }
}
