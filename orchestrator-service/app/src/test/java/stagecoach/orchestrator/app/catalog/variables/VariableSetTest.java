package stagecoach.orchestrator.app.catalog.variables;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;

@OrchestratorTest
class VariableSetTest {
    private static void set(String id, String... variables) {
        var response =
                Api.put(
                        "/variable-sets/" + id,
                        "{\"variables\": [%s]}".formatted(String.join(",", variables)));
        assertThat(response.statusCode()).as(response.asString()).isIn(200, 201);
    }

    private static String variable(String name, String value) {
        return "{\"name\": \"%s\", \"value\": \"%s\"}".formatted(name, value);
    }

    private static Shop shop(String sets, String... own) {
        var shop = Shop.open(1);
        Api.expect(
                200,
                Api.put("/projects/" + shop.project(), "{\"variableSets\": [%s]}".formatted(sets)));
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project() + "/variables",
                        "{\"variables\": [%s]}".formatted(String.join(",", own))));
        shop.process(
                """
                {"steps": [{"name": "say", "kind": "SCRIPT", "runOn": {"tags": ["web"]},
                  "onlyIf": "#{A} #{B} #{C | Default \\"none\\"}",
                  "script": {"syntax": "BASH", "body": "true"}}]}""");
        return shop;
    }

    /** What the only step's onlyIf gives, which is told where it is neither true nor false. */
    private static String values(Shop shop, String release) {
        return Api.expect(400, Api.post("/deployment-previews", shop.request(release)))
                .getString("errors[0].detail");
    }

    @Test
    void the_projects_own_values_come_before_those_of_the_first_set_and_these_before_the_next() {
        set("one", variable("A", "a-one"), variable("B", "b-one"));
        set("two", variable("A", "a-two"), variable("B", "b-two"), variable("C", "c-two"));
        var shop = shop("\"one\", \"two\"", variable("A", "a-own"));
        shop.release("1.0.0");
        assertThat(values(shop, "1.0.0")).contains("gives \"a-own b-one c-two\"");
    }

    @Test
    void a_release_keeps_the_values_that_it_was_made_with() {
        set("kept", variable("A", "a-old"), variable("B", "b-old"));
        var shop = shop("\"kept\"");
        shop.release("1.0.0");
        set("kept", variable("A", "a-new"), variable("B", "b-new"));
        shop.release("2.0.0");
        assertThat(values(shop, "1.0.0")).contains("gives \"a-old b-old none\"");
        assertThat(values(shop, "2.0.0")).contains("gives \"a-new b-new none\"");
    }

    @Test
    void a_set_that_a_project_names_is_not_removed() {
        set("used", variable("A", "1"));
        var shop = shop("\"used\"", variable("B", "2"));
        var refused = Api.expect(409, Api.delete("/variable-sets/used"));
        assertThat(refused.getString("detail")).contains("project " + shop.project());
        Api.expect(200, Api.put("/projects/" + shop.project(), "{}"));
        assertThat(Api.delete("/variable-sets/used").statusCode()).isEqualTo(204);
        Api.expect(404, Api.get("/variable-sets/used"));
    }

    @Test
    void secrets_are_written_and_never_told_and_stay_when_they_are_sent_back() {
        set("secret", "{\"name\": \"Pw\", \"value\": \"s3cr3t\", \"sensitive\": true}");
        var told = Api.get("/variable-sets/secret");
        assertThat(told.asString()).doesNotContain("s3cr3t").contains("\"hasValue\":true");
        Api.expect(200, Api.put("/variable-sets/secret", told.asString()));
        assertThat(Api.get("/variable-sets").asString()).doesNotContain("s3cr3t");
        assertThat(Api.get("/events?type=ConfigurationChanged").asString())
                .doesNotContain("s3cr3t");
    }

    @Test
    void what_a_project_or_a_set_names_must_exist() {
        var project = Api.expect(400, Api.put("/projects/sets", "{\"variableSets\": [\"nope\"]}"));
        assertThat(project.getString("errors[0].pointer")).isEqualTo("/variableSets/0");
        assertThat(project.getString("errors[0].detail"))
                .startsWith("There is no variable set \"nope\".");
        var set =
                Api.expect(
                        400,
                        Api.put(
                                "/variable-sets/bad",
                                "{\"variables\": [{\"name\": \"A\", \"value\": \"#{A}\"}, {\"name\": \"B\", \"value\": \"\", \"scope\": {\"regions\": [\"mars\"]}}]}"));
        assertThat(set.getList("errors.pointer"))
                .contains("/variables/0/value", "/variables/1/scope/regions/0");
    }
}
