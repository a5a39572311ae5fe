package stagecoach.orchestrator.app.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;

/** Of two who change one document, the second is told so, if they say what they have read. */
@OrchestratorTest
class LostUpdateTest {
    private static Response put(String path, String json, String ifMatch) {
        return Api.put(path, json, Map.of("If-Match", ifMatch));
    }

    private static String tag(String path) {
        return Api.get(path).header("ETag");
    }

    private static String set(String value) {
        return "{\"variables\": [{\"name\": \"A\", \"value\": \"%s\", \"sensitive\": true}]}"
                .formatted(value);
    }

    private static String fresh(String path) {
        return path + "l-" + UUID.randomUUID();
    }

    @Test
    void a_variable_set_that_was_changed_since_it_was_read_is_not_overwritten() {
        String path = fresh("/variable-sets/");
        String made = Api.put(path, set("one")).header("ETag");
        assertThat(tag(path)).isEqualTo(made).matches("\"\\d+\"");
        String changed = put(path, set("two"), made).header("ETag");
        assertThat(changed).isNotEqualTo(made);

        // What is different is a secret, which the document that is read does not show.
        var refused = Api.expect(412, put(path, set("three"), made));

        assertThat(refused.getString("type")).isEqualTo("/api/problems/changed-meanwhile");
        assertThat(refused.getString("detail")).contains("its ETag is " + changed + " now");
        assertThat(tag(path)).isEqualTo(changed);
        Api.expect(200, put(path, set("three"), "\"0\", " + changed));
        Api.expect(200, Api.put(path, set("four")));
    }

    @Test
    void what_changes_nothing_keeps_its_tag_and_a_star_means_that_there_must_be_one() {
        String path = fresh("/environments/");
        Api.expect(412, put(path, "{}", "*"));
        Api.expect(412, put(path, "{}", "\"1\""));
        Api.expect(404, Api.get(path));
        String made = Api.put(path, "{}").header("ETag");
        assertThat(put(path, "{}", "*").header("ETag")).isEqualTo(made);
        Api.expect(412, put(path + "?dryRun=true", "{}", "\"999\""));
        Api.expect(412, put(path, "{}", "W/" + made));
    }

    @Test
    void a_projects_process_and_variables_have_the_projects_tag() {
        String path = fresh("/projects/");
        Api.expect(201, Api.put(path, "{}"));
        String read = tag(path + "/process");
        Api.expect(200, Api.put(path + "/variables", "{\"variables\": []}"));
        assertThat(tag(path + "/variables")).isEqualTo(read);
        Api.expect(200, put(path + "/variables", set("1"), read));
        Api.expect(412, put(path + "/process", "{\"steps\": []}", read));
        Api.expect(200, put(path + "/process", "{\"steps\": []}", tag(path)));
    }

    @Test
    void of_many_who_write_at_once_on_top_of_the_same_one_alone_succeeds() throws Exception {
        String path = fresh("/variable-sets/");
        String read = Api.put(path, set("0")).header("ETag");
        try (var people = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked =
                    List.of("1", "2", "3", "4").stream()
                            .map(value -> people.submit(() -> put(path, set(value), read)))
                            .toList();
            int written = 0;
            for (var answer : asked) {
                int status = answer.get().statusCode();
                assertThat(status).isIn(200, 412);
                written += status == 200 ? 1 : 0;
            }
            assertThat(written).isEqualTo(1);
        }
    }
}
