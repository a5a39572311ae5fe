package stagecoach.orchestrator.app.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.quarkus.test.common.http.TestHTTPResource;
import java.net.URI;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.cli.watch.Questions;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestCli;
import stagecoach.runtime.test.TestCli.Said;
import stagecoach.wire.StagecoachJson;

/**
 * The command line against the orchestrator as it is: keys, machines, removal, lists, questions.
 */
@OrchestratorTest
class CommandLineTest {
    @TestHTTPResource("/")
    URI url;

    private Said stagecoach(String... args) {
        return new TestCli(url).run(Questions.NOBODY, args);
    }

    private String says(String... args) {
        Said said = stagecoach(args);
        assertThat(said.exit()).describedAs(said.err()).isZero();
        return said.out();
    }

    private JsonNode tells(String... args) {
        return StagecoachJson.read(says(args), JsonNode.class);
    }

    /** Somebody at a terminal who gives this answer to everything. */
    private record Person(String answer) implements Questions {
        @Override
        public boolean possible() {
            return true;
        }

        @Override
        public Optional<String> ask(String question, boolean masked) {
            return Optional.of(answer);
        }
    }

    @Test
    void a_key_is_made_shown_once_listed_and_removed() {
        String made =
                says(
                        "api-key",
                        "create",
                        "release robot",
                        "--role",
                        "deploy,push",
                        "--team",
                        "dba");
        String id = made.replaceFirst("(?s)^made (key-\\w+);.*", "$1");
        assertThat(made.lines().toList().get(1)).startsWith("sc_");
        assertThat(says("api-key", "list"))
                .containsPattern(id + " +release robot +DEPLOY,PUSH +dba +never")
                .doesNotContain("sc_");
        assertThat(stagecoach("remove", "api-key", id).exit()).isEqualTo(2);
        assertThat(stagecoach("remove", "package", "Shop.Web", "--dry-run").err())
                .contains("not the id of a package, such as Shop.Web:1.2.0");
        assertThat(says("remove", "api-key", id, "--dry-run")).contains("would remove api-key");
        assertThat(says("remove", "api-key", id, "--yes")).contains("removed api-key " + id);
        assertThat(says("api-key", "list")).doesNotContain(id);
        assertThat(stagecoach("remove", "api-key", id, "--yes").exit()).isEqualTo(3);
    }

    @Test
    void workers_are_listed_and_shown() {
        Shop.open(0);
        assertThat(says("worker", "list")).containsPattern("hq-1 +hq +HEALTHY");
        assertThat(says("worker", "show", "hq-1")).contains("hq-1  in no region  hq  HEALTHY");
        assertThat(tells("worker", "list", "--json").findValuesAsText("id")).contains("hq-1");
    }

    @Test
    void what_is_in_use_stays_and_a_person_may_say_no() {
        var shop = Shop.open(1);
        var inUse = stagecoach("remove", "environment", shop.environment(), "--yes");
        assertThat(inUse.exit()).isEqualTo(3);
        assertThat(inUse.err()).contains("is in use by", shop.web(1));
        var cli = new TestCli(url);
        assertThat(cli.run(new Person("n"), "remove", "target", shop.web(1)).exit()).isEqualTo(3);
        assertThat(Api.get("/targets/" + shop.web(1)).statusCode()).isEqualTo(200);
        assertThat(cli.run(new Person("y"), "remove", "target", shop.web(1)).exit()).isZero();
        assertThat(Api.get("/targets/" + shop.web(1)).statusCode()).isEqualTo(404);
        Api.put("/variable-sets/gone-" + shop.number(), "{\"variables\": []}");
        assertThat(says("remove", "variable-set", "gone-" + shop.number(), "-y"))
                .contains("removed variable-set");
    }

    @Test
    void a_release_takes_a_version_for_one_step() {
        var shop = Shop.open(0);
        says("release", "create", shop.project(), "1.0.0", "--step-package", "server=1.0.0");
        assertThat(says("release", "show", shop.project(), "1.0.0"))
                .containsPattern("Shop.Server +1\\.0\\.0");
        var wrong =
                stagecoach(
                        "release",
                        "create",
                        shop.project(),
                        "1.0.1",
                        "--step-package",
                        "server:Shop.Nothing=1.0.0");
        assertThat(wrong.exit()).isEqualTo(3);
        assertThat(wrong.err()).contains("Shop.Nothing");
    }

    @Test
    void a_list_says_that_there_is_more_and_one_deployment_is_told_with_steps_and_packages() {
        try (var phases = new Phases()) {
            var shop = Shop.open(1);
            shop.release("1.0.0");
            String first = shop.deploy("1.0.0");
            for (int run = 1; run <= 3; run++) {
                Phases.succeeds(phases.awaitPhase(first, run));
            }
            phases.awaitEnd(first, 1);
            String second = shop.deploy("1.0.0");
            Api.expect(202, Api.post("/deployments/" + second + "/cancel", ""));
            Phases.endsCancelled(phases.awaitPhase(second, 1));
            Phases.succeeds(phases.awaitPhase(second, 2));
            phases.awaitEnd(second, 1);

            String list = "deployment list --project " + shop.project();
            assertThat(says((list + " --limit 1").split(" ")))
                    .contains(second, "there are more; --all lists them")
                    .doesNotContain(first);
            assertThat(says((list + " --all").split(" ")))
                    .contains(second, first)
                    .doesNotContain("there are more");
            assertThat(tells((list + " --all --json").split(" ")).path("next").isNull()).isTrue();
            var shown = tells("deployment", "show", first, "--json");
            assertThat(shown.path("state").asText()).isEqualTo("SUCCEEDED");
            assertThat(shown.path("steps").findValuesAsText("step")).contains("server", "start");
            assertThat(shown.path("acquisitions").has("targets")).isTrue();
        }
    }

    @Test
    void what_a_deployment_may_take_is_shown_changed_and_refused_at_its_end() {
        try (var phases = new Phases()) {
            var shop = Shop.open(0);
            shop.release("1.0.0");
            String id = shop.deploy("1.0.0");
            assertThat(says("limit", "deployment", id).lines().toList())
                    .containsExactly("BYTES A SECOND  PACKAGES AT ONCE", "-               -");
            says("limit", "deployment", id, "--bytes-per-second-max", "5000000");
            assertThat(says("limit", "deployment", id, "--transfers-max", "2"))
                    .containsPattern("5000000 +2");
            assertThat(
                            tells("limit", "deployment", id, "--transfers-max", "0", "--json")
                                    .path("transfersMax")
                                    .isNull())
                    .isTrue();
            Phases.succeeds(phases.awaitPhase(id, 1));
            Phases.succeeds(phases.awaitPhase(id, 2));
            phases.awaitEnd(id, 1);
            Said refused = stagecoach("limit", "deployment", id, "--transfers-max", "1");
            assertThat(refused.exit()).isEqualTo(3);
            assertThat(refused.err()).contains("already ended: it is SUCCEEDED");
        }
    }

    @Test
    void open_questions_are_listed_and_answered() {
        try (var phases = new Phases()) {
            var shop = Shop.open(1);
            shop.release("1.0.0");
            String id =
                    Api.expect(
                                    201,
                                    Api.post(
                                            "/deployments",
                                            shop.request("1.0.0")
                                                    .replace("}", ", \"guidedFailure\": true}")))
                            .getString("id");
            Phases.succeeds(phases.awaitPhase(id, 1));
            Phases.failsAt(phases.awaitPhase(id, 2), "", "", "");
            String[] list = {"interruption", "list", "--environment", shop.environment()};
            await().atMost(StagecoachResource.PATIENCE)
                    .until(() -> says(list).contains("GUIDED_FAILURE"));
            String asked = says(list);
            assertThat(asked)
                    .contains(shop.project() + " 1.0.0 to " + shop.environment())
                    .contains("stagecoach interruption resolve " + id + "-2 RETRY|EXCLUDE|ABORT");
            says("interruption", "resolve", id + "-2", "abort", "--notes", "enough", "--detach");
            Phases.succeeds(phases.awaitPhase(id, 3));
            phases.awaitEnd(id, 1);
            assertThat(says(list)).contains("nobody is asked anything");
            assertThat(says("interruption", "list", "--all", "--project", shop.project()))
                    .contains("ABORT by test admin", ": enough");
        }
    }
}
