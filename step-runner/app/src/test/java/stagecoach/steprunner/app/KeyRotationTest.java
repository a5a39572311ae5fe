package stagecoach.steprunner.app;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.http.ContentType;
import io.restassured.path.json.JsonPath;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.AgentCommand;
import stagecoach.contracts.internal.ReadPayloads;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.RunOutcome;
import stagecoach.contracts.steprun.StepRunEvent.StepRunEnded;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.test.KeyFile;
import stagecoach.runtime.test.TestKeys;
import stagecoach.wire.StagecoachJson;

/** Plans and payloads get another key in the middle of a deployment. */
@StepRunnerTest
class KeyRotationTest {
    private static final String KEYS = "/api/v1/services/step-runner/secret-keys";
    private static final String SECRET = "hunter2-of-rotation";
    private static final int TARGETS = 120;

    @Inject ServiceToken tokens;

    private static RequestSpecification admin() {
        return given().header("Authorization", TestKeys.ADMIN.bearer());
    }

    private static List<String> keysOf(String kind) {
        List<Map<String, Object>> rows =
                admin().get(KEYS).then().statusCode(200).extract().jsonPath().getList("rows");
        return rows.stream()
                .filter(row -> kind.equals(row.get("kind")))
                .map(row -> String.valueOf(row.get("key")))
                .toList();
    }

    /** One batch; the answer's cursor, or null at the end. */
    private static String batch(String cursor) {
        var request = admin();
        JsonPath answer =
                (cursor == null ? request : request.queryParam("cursor", cursor))
                        .post(KEYS + "/rotate")
                        .then()
                        .statusCode(200)
                        .extract()
                        .jsonPath();
        assertThat(answer.getList("left")).isEmpty();
        return answer.getString("next");
    }

    private String payloadOf(AgentCommand command) {
        return given().contentType(ContentType.JSON)
                .header("Authorization", "Bearer " + tokens.issue())
                .body(StagecoachJson.text(new ReadPayloads.Request(List.of(command.ticket()))))
                .post("/internal/payloads")
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }

    @Test
    void plans_and_payloads_are_sealed_again_while_a_run_is_under_way() {
        try (var deployed =
                new Deployed()
                        .secret("Db.Password", SECRET)
                        .script("one", "echo #{Db.Password}")
                        .script("two", "echo #{Db.Password} again")) {
            var places = new ArrayList<Place>();
            for (int i = 0; i < TARGETS; i++) {
                places.add(deployed.target("t" + i));
            }
            Place[] all = places.toArray(Place[]::new);
            deployed.begin(1, deployed.at("one", all), deployed.at("two", all));
            var first = deployed.commands(TARGETS);
            String old = KeyFile.ring().current().id().value();
            String fresh = KeyFile.addKey().value();
            assertThat(keysOf("payloads of open tickets")).containsExactly(old);
            assertThat(keysOf("plans")).containsExactly(old);

            // Answers kept for a day, of which there are none; then 100 payloads; then whoever
            // asked
            // for it dies.
            assertThat(batch(batch(null))).isNotNull();
            assertThat(keysOf("payloads of open tickets")).containsExactlyInAnyOrder(old, fresh);
            first.subList(0, TARGETS / 2).forEach(deployed::succeed);
            String cursor = null;
            do {
                cursor = batch(cursor);
            } while (cursor != null);

            assertThat(keysOf("payloads of open tickets")).containsExactly(fresh);
            assertThat(keysOf("plans")).containsExactly(fresh);
            KeyFile.dropOlder();
            assertThat(payloadOf(first.getLast())).contains(SECRET);
            first.subList(TARGETS / 2, TARGETS).forEach(deployed::succeed);
            deployed.commands(2 * TARGETS).stream().skip(TARGETS).forEach(deployed::succeed);
            assertThat(((StepRunEnded) deployed.endOf(1).getLast()).outcome())
                    .isEqualTo(RunOutcome.SUCCEEDED);
        }
    }
}
