package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.path.json.JsonPath;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Machines;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;

@OrchestratorTest
class PreviewOfWorkersTest {
    /** The preview of a script with a package beside it, on a pool of its own. */
    private static JsonPath preview(Shop shop, String runOn) {
        shop.process(
                """
                {"steps": [{"name": "migrate", "kind": "SCRIPT", "runOn": %s,
                  "packages": [{"id": "Shop.Config"}],
                  "script": {"syntax": "BASH", "body": "true"}}]}"""
                        .formatted(runOn));
        shop.release("1.0.0");
        return Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
    }

    private static String pool(Shop shop) {
        String pool = "preview-" + shop.number();
        Api.expect(201, Api.put("/worker-pools/" + pool, "{}"));
        return pool;
    }

    @Test
    void a_worker_that_runs_a_script_has_a_row_of_its_own_for_each_package() {
        var shop = Shop.open(2);
        String pool = pool(shop);
        Machines.worker("w-" + pool, pool);
        var preview = preview(shop, "{\"workerPool\": \"%s\"}".formatted(pool));
        assertThat(preview.getList("steps[0].places.worker")).containsExactly("w-" + pool);
        assertThat(preview.getString("steps[0].places[0].target")).isNull();
        assertThat(preview.getList("packages.worker")).containsExactly("w-" + pool);
        assertThat(preview.getString("packages[0].target")).isNull();
        assertThat(preview.getString("packages[0].package")).isEqualTo("Shop.Config");
        assertThat(preview.getList("packages[0].path")).containsExactly("CACHE:eu-1", "SERVER");
        assertThat(preview.getList("warnings.step")).containsOnlyNulls();
    }

    @Test
    void a_worker_that_runs_for_several_targets_has_one_row_and_the_targets_none() {
        var shop = Shop.open(2);
        String pool = pool(shop);
        Machines.worker("w-" + pool, pool);
        var preview =
                preview(
                        shop,
                        "{\"workerPool\": \"%s\", \"onBehalfOf\": {\"tags\": [\"web\"]}}"
                                .formatted(pool));
        assertThat(preview.getList("steps[0].places.target"))
                .containsExactly(shop.web(1), shop.web(2));
        assertThat(preview.getList("packages.worker")).containsExactly("w-" + pool);
    }

    @Test
    void a_pool_without_a_worker_is_warned_of_and_nothing_would_move() {
        var shop = Shop.open(1);
        String pool = pool(shop);
        var preview = preview(shop, "{\"workerPool\": \"%s\"}".formatted(pool));
        assertThat(preview.getList("packages")).isEmpty();
        assertThat(preview.getString("steps[0].places[0].unavailable")).contains(pool);
        assertThat(preview.getString("warnings[0].step")).isEqualTo("migrate");
        assertThat(preview.getString("warnings[0].detail")).contains(pool);
    }
}
