package stagecoach.orchestrator.app.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.RestAssured;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestKeys;

/** Nobody writes what a log or a terminal of others would obey. */
@OrchestratorTest
class PlainTextsTest {
    private static final String[] NEVER = {"\\u001b[2J", "\\u0000", "\\u202e", "\\u0085"};

    private static void refused(String verb, String path, String body, String pointer) {
        var answer = verb.equals("PUT") ? Api.put(path, body) : Api.post(path, body);
        var problem = Api.expect(400, answer);
        assertThat(problem.getList("errors.pointer", String.class)).as(body).contains(pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    POST|/api-keys|{"name": "a%s", "roles": ["READ"]}|/name
                    PUT|/environments/plain-texts|{"name": "a%s"}|/name
                    PUT|/regions/plain-texts|{"name": "a%s"}|/name
                    PUT|/projects/plain-texts|{"name": "a%s"}|/name
                    PUT|/worker-pools/plain-texts|{"name": "a%s"}|/name
                    PUT|/variable-sets/plain-texts|{"name": "a%s", "variables": []}|/name
                    PUT|/pauses/plain-texts|{"reason": "a%s"}|/reason
                    """)
    void what_stands_in_a_line_has_no_controls(
            String verb, String path, String body, String pointer) {
        for (String control : NEVER) {
            refused(verb, path, body.formatted(control), pointer);
        }
        refused(verb, path, body.formatted("\\n"), pointer);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    PUT|/projects/plain-texts|{"description": "a\\tb\\nc%s"}|/description
                    POST|/deployments|{"project": "p", "release": "1", "environment": "e", "comment": "a\\nb%s"}|/comment
                    """)
    void texts_of_several_lines_have_no_other_controls(
            String verb, String path, String body, String pointer) {
        for (String control : NEVER) {
            refused(verb, path, body.formatted(control), pointer);
        }
    }

    @Test
    void a_filter_that_nothing_can_have_is_refused() {
        var shop = Shop.open(1);
        shop.process(
                """
                {"steps": [{"name": "say", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                            "script": {"syntax": "BASH", "body": "true"}}]}""");
        shop.release("1.0.0");
        String logs = "/deployments/%s/logs?".formatted(shop.deploy("1.0.0"));
        for (String path :
                List.of(
                        "/interruptions?project=%00",
                        "/interruptions?environment=a%00",
                        "/deployments?project=%00",
                        "/deployments?environment=%00",
                        logs + "step=%00",
                        logs + "target=a%00")) {
            var answer =
                    RestAssured.given()
                            .urlEncodingEnabled(false)
                            .header("Authorization", TestKeys.ADMIN.bearer())
                            .get("/api/v1" + path);
            assertThat(Api.expect(400, answer).getString("errors[0].detail"))
                    .as(path)
                    .contains("NUL");
        }
    }
}
