package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;

@OrchestratorTest
class ForeseenVariablesTest {
    private static Shop shop(String steps, String variables) {
        var shop = Shop.open(2);
        shop.process("{\"steps\": [" + steps + "]}");
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project() + "/variables",
                        "{\"variables\": [" + variables + "]}"));
        shop.release("1.0.0");
        return shop;
    }

    private static String script(String name, String more, String body) {
        return """
               {"name": "%s", "kind": "SCRIPT", "runOn": {"tags": ["web"]}, %s
                "script": {"syntax": "BASH", "body": "%s"}}"""
                .formatted(name, more, body);
    }

    private static void refusedAs(Shop shop, String sentence) {
        for (String path : new String[] {"/deployment-previews", "/deployments"}) {
            var problem = Api.expect(400, Api.post(path, shop.request("1.0.0")));
            assertThat(problem.getString("errors[0].pointer")).isEqualTo("/release");
            assertThat(problem.getString("errors[0].detail")).contains(sentence);
        }
    }

    @Test
    void a_name_that_nobody_knows_is_found_before_anything_runs_with_the_way_to_it() {
        var shop =
                shop(
                        script("say", "", "echo #{Url}"),
                        """
                        {"name": "Url", "value": "https://#{Host}/"},
                        {"name": "Host", "value": "#{Nmae}.example"}""");
        refusedAs(
                shop,
                "Step \"say\", script/body: #{Nmae} (in Url → Host) is not known here. Define the variable in a scope that holds here, correct its name, or write ##{ where the text #{ itself is meant. Seen on %s, %s."
                        .formatted(shop.web(1), shop.web(2)));
    }

    @Test
    void a_name_that_only_an_answer_brings_is_looked_for_in_the_answer() {
        var shop =
                shop(
                        script("say", "", "echo #{Url}"),
                        "{\"name\": \"Url\", \"value\": \"#{Nmae}\", \"prompt\": {}}");
        refusedAs(shop, "#{Nmae} (in Url) is not known here");
        String given =
                shop.request("1.0.0").replaceFirst("\\{", "{\"variables\": {\"Url\": \"x\"},");
        Api.expect(200, Api.post("/deployment-previews", given));
    }

    @Test
    void an_only_if_is_judged_as_far_as_it_can_be() {
        refusedAs(
                shop(
                        script("say", "\"onlyIf\": \"#{Due}\",", "true"),
                        "{\"name\": \"Due\", \"value\": \"soon\"}"),
                "Step \"say\", onlyIf: it must give true or false, and gives \"soon\". Seen on");
    }

    @Test
    void an_only_if_tells_no_piece_of_a_secret() {
        for (String piece : new String[] {"Substring 0 4", "ToLower", "ToBase64"}) {
            refusedAs(
                    shop(
                            script("say", "\"onlyIf\": \"#{Pw | %s}\",".formatted(piece), "true"),
                            "{\"name\": \"Pw\", \"value\": \"S3CR3T-pw\", \"sensitive\": true}"),
                    "Step \"say\", onlyIf: it must give true or false, and gives something else.");
        }
    }

    @Test
    void where_a_step_does_not_run_nothing_else_of_it_is_looked_at() {
        var shop =
                shop(
                        script("say", "\"onlyIf\": \"#{Due}\",", "#{Unknown}"),
                        "{\"name\": \"Due\", \"value\": \"false\"}");
        Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
    }

    @Test
    void outputs_of_earlier_steps_and_what_only_the_deployment_knows_are_taken_to_be_there() {
        var shop =
                shop(
                        script("look", "", "true")
                                + ","
                                + script(
                                        "say",
                                        "\"onlyIf\": \"#{Stagecoach.Step[look].Output.Due}\",",
                                        "#{Where} #{Stagecoach.Deployment.Id} #{Stagecoach.Target.Id} #{Stagecoach.Target.Name}"),
                        "{\"name\": \"Where\", \"value\": \"#{Stagecoach.Step[look].Output.Url | ToUpper}\"}");
        Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
        Api.expect(
                400,
                Api.put(
                        "/projects/" + shop.project() + "/process",
                        "{\"steps\": [%s]}"
                                .formatted(
                                        script("say", "", "#{Stagecoach.Step[gone].Output.X}"))));
    }

    @Test
    void an_output_of_a_later_step_is_found_in_the_value_of_a_variable() {
        refusedAs(
                shop(
                        script("say", "", "#{Where}") + "," + script("look", "", "true"),
                        "{\"name\": \"Where\", \"value\": \"#{Stagecoach.Step[look].Output.Url}\"}"),
                "the step \"look\" has not ended when \"say\" begins");
    }

    @Test
    void a_state_of_a_step_that_is_not_there_is_found_in_the_value_of_a_variable() {
        refusedAs(
                shop(
                        script("look", "", "true") + "," + script("say", "", "#{How}"),
                        "{\"name\": \"How\", \"value\": \"#{Stagecoach.Step[lok].State}\"}"),
                "the process has no step \"lok\"");
        var shop =
                shop(
                        script("look", "", "true") + "," + script("say", "", "#{How}"),
                        "{\"name\": \"How\", \"value\": \"#{Stagecoach.Step[look].State}\"}");
        var preview = Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
        assertThat(preview.getList("warnings.detail", String.class))
                .noneMatch(warning -> warning.contains("How"));
    }

    @Test
    void what_may_be_wrong_is_a_warning() {
        var shop =
                shop(
                        script("say", "", "#{if Dbug}-v#{/if}"),
                        "{\"name\": \"Unused\", \"value\": \"#{Typo}\"}");
        var preview = Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
        assertThat(preview.getList("warnings.detail", String.class))
                .contains(
                        "script/body asks for Dbug, which is defined nowhere; it counts as empty.",
                        "The value of Unused has #{Typo} in it, which is not known here and stays as it is written.");
    }

    @Test
    void a_scope_that_names_what_is_not_there_is_a_warning_with_the_way_to_it() {
        var shop =
                shop(
                        script("say", "", "echo #{Url}"),
                        """
                        {"name": "Url", "value": "a"},
                        {"name": "Url", "value": "b", "scope": {"steps": ["sya"]}},
                        {"name": "Url", "value": "c", "scope": {"targets": ["nobody-at-all"]}},
                        {"name": "Url", "value": "d", "scope": {"tags": ["no-such-tag"]}}""");
        var preview = Api.expect(200, Api.post("/deployment-previews", shop.request("1.0.0")));
        assertThat(preview.getList("warnings.detail", String.class))
                .containsExactly(
                        "Variable Url, scope/steps: this release has no step \"sya\" (of a group, name the children), so it counts nowhere for that name. Did you mean \"say\"?",
                        "Variable Url, scope/targets: there is no target \"nobody-at-all\", so it counts nowhere for that name.",
                        "Variable Url, scope/tags: no target has the tag \"no-such-tag\", so it counts nowhere for that name.");
    }
}
