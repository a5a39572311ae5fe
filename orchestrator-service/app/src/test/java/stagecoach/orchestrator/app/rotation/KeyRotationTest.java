package stagecoach.orchestrator.app.rotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.KeyFile;
import stagecoach.runtime.test.TestCli;

/** Everything that the orchestrator has sealed gets another key while people go on working. */
@OrchestratorTest
class KeyRotationTest {
    private static final String SERVICE = "orchestrator-service";
    private static final String SECRET = "hunter2-of-rotation";

    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;

    @TestHTTPResource("/")
    URI url;

    private String rotate() {
        var said = new TestCli(url).run("keys", "rotate", "--service", SERVICE);
        assertThat(said.exit()).as(said.out() + said.err()).isZero();
        return said.out() + said.err();
    }

    /** How many rows of each kind have which key. */
    private static Map<String, Map<String, Integer>> rows() {
        List<Map<String, Object>> uses =
                Api.expect(200, Api.get("/services/" + SERVICE + "/secret-keys")).getList("rows");
        Map<String, Map<String, Integer>> byKind = new HashMap<>();
        uses.forEach(
                use ->
                        byKind.computeIfAbsent(
                                        String.valueOf(use.get("kind")), _ -> new HashMap<>())
                                .put(String.valueOf(use.get("key")), (Integer) use.get("rows")));
        return byKind;
    }

    private static void variables(Shop shop, int number) {
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project() + "/variables",
                        """
                        {"variables": [{"name": "Db.Password", "value": "%s", "sensitive": true},
                                       {"name": "Number", "value": "%d"}]}"""
                                .formatted(SECRET, number)));
    }

    private static void set(Shop shop, int number) {
        var answer =
                Api.put(
                        "/variable-sets/set-" + shop.number(),
                        """
                        {"variables": [{"name": "Shared", "value": "%s", "sensitive": true},
                                       {"name": "Counted", "value": "%d"}]}"""
                                .formatted(SECRET, number));
        assertThat(answer.statusCode()).isIn(200, 201);
    }

    private static void deploy(Shop shop, String release) {
        Api.expect(
                201,
                Api.post(
                        "/deployments",
                        shop.request(release),
                        Map.of("Idempotency-Key", UUID.randomUUID().toString())));
    }

    private String planOf(Shop shop) {
        String digest =
                unitOfWork.run(
                        tx ->
                                String.valueOf(
                                        tx.rows(
                                                        "SELECT plan_digest FROM deployment WHERE project = ?1 ORDER BY number LIMIT 1",
                                                        shop.project())
                                                .getFirst()[0]));
        return RestAssured.given()
                .header("Authorization", "Bearer " + tokens.issue())
                .get("/internal/plans/" + digest)
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    @Test
    void every_row_gets_the_new_key_while_people_write_and_nothing_is_left_on_the_old_one()
            throws Exception {
        var shop = Shop.open(1);
        set(shop, 0);
        variables(shop, 0);
        shop.release("1.0.0");
        deploy(shop, "1.0.0");
        String old = KeyFile.ring().current().id().value();
        String fresh = KeyFile.addKey().value();
        assertThat(rows())
                .containsOnlyKeys(
                        "answers kept for a day", "plans", "variable sets", "variables of projects")
                .allSatisfy((_, byKey) -> assertThat(byKey).containsKey(old));

        var stop = new AtomicBoolean();
        try (ExecutorService people = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> work = new ArrayList<>();
            for (IntConsumer one :
                    List.<IntConsumer>of(
                            n -> variables(shop, n),
                            n -> set(shop, n),
                            // Writes the whole row with the variables as they were read.
                            n ->
                                    Api.expect(
                                            200,
                                            Api.put(
                                                    "/projects/" + shop.project(),
                                                    "{\"description\": \"%d\"}".formatted(n))),
                            n -> {
                                shop.release("1.0." + n);
                                deploy(shop, "1.0." + n);
                            })) {
                work.add(
                        people.submit(
                                () -> {
                                    int times = 0;
                                    while (!stop.get()) {
                                        one.accept(++times);
                                    }
                                    return times;
                                }));
            }
            for (int i = 0; i < 3; i++) {
                assertThat(rotate()).contains("all of them have key " + fresh);
            }
            stop.set(true);
            for (Future<Integer> one : work) {
                assertThat(one.get()).isPositive();
            }
        }
        assertThat(rows()).allSatisfy((_, byKey) -> assertThat(byKey).containsOnlyKeys(fresh));

        KeyFile.dropOlder();
        assertThat(planOf(shop)).contains(SECRET);
        variables(shop, -1);
        shop.release("2.0.0");
        deploy(shop, "2.0.0");
        assertThat(
                        Api.expect(200, Api.get("/projects/" + shop.project() + "/variables"))
                                .getString("variables[1].value"))
                .isEqualTo("-1");
    }
}
