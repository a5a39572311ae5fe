package stagecoach.orchestrator.app.deployment;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.common.http.TestHTTPResource;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.watch.Questions;
import stagecoach.contracts.internal.Plan;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.access.ServiceToken;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.test.TestCli;
import stagecoach.runtime.test.TestCli.Said;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.Variable;
import stagecoach.wire.StagecoachJson;

/** Variables with a prompt, over REST and with the command line. */
@OrchestratorTest
class PromptedVariablesTest {
    private static final String SECRET = "hunter2-of-prompts";

    @Inject ServiceToken tokens;
    @Inject UnitOfWork unitOfWork;

    @TestHTTPResource("/")
    URI url;

    private static Shop shop() {
        var shop = Shop.open(1);
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project() + "/variables",
                        """
                        {"variables": [
                          {"name": "Greeting", "value": "Hello", "prompt": {"label": "What to say"}},
                          {"name": "Ticket", "prompt": {"label": "Change ticket", "required": true}},
                          {"name": "Pin", "sensitive": true, "prompt": {"label": "PIN of the day"}},
                          {"name": "Only.Staging", "prompt": {"required": true},
                           "scope": {"environments": ["%1$s"]}},
                          {"name": "Fixed", "value": "1"}]}"""
                                .formatted(otherEnvironment(shop))));
        shop.release("1.0.0");
        return shop;
    }

    private static String otherEnvironment(Shop shop) {
        String other = "staging-" + shop.number();
        Api.put("/environments/" + other, "{}");
        return other;
    }

    private static String request(Shop shop, String variables) {
        return shop.request("1.0.0").replaceFirst("\\{", "{\"variables\": {" + variables + "},");
    }

    private Map<String, String> valuesOf(String deployment) {
        String digest = planDigest(deployment);
        byte[] plan =
                RestAssured.given()
                        .header("Authorization", "Bearer " + tokens.issue())
                        .get("/internal/plans/" + digest)
                        .then()
                        .statusCode(200)
                        .extract()
                        .asByteArray();
        return StagecoachJson.read(plan, Plan.class).variables().stream()
                .collect(
                        java.util.stream.Collectors.toMap(
                                Variable::name, Variable::value, (a, _) -> a));
    }

    private String planDigest(String deployment) {
        return unitOfWork.run(
                tx ->
                        String.valueOf(
                                tx.rows(
                                                "SELECT plan_digest FROM deployment WHERE id = ?1",
                                                deployment)
                                        .getFirst()[0]));
    }

    @Test
    void prompts_are_kept_told_and_sent_back() {
        var shop = shop();
        String path = "/projects/" + shop.project() + "/variables";
        var told = Api.get(path);
        assertThat(told.jsonPath().getMap("variables[1].prompt"))
                .containsEntry("label", "Change ticket")
                .containsEntry("required", true);
        assertThat(told.jsonPath().getBoolean("variables[2].hasValue")).isFalse();
        assertThat(told.jsonPath().getString("variables[3].prompt.label"))
                .isEqualTo("Only.Staging");
        assertThat(told.jsonPath().getMap("variables[4]")).doesNotContainKey("prompt");
        Api.expect(200, Api.put(path, told.asString()));
        assertThat(Api.get(path).asString()).isEqualTo(told.asString());
    }

    @Test
    void a_release_tells_what_it_asks_for_and_no_secret() {
        var shop = shop();
        String path = "/projects/" + shop.project() + "/releases/1.0.0/prompts";
        var all = Api.expect(200, Api.get(path));
        assertThat(all.getList("items.name"))
                .containsExactly("Greeting", "Ticket", "Pin", "Only.Staging");
        var here = Api.expect(200, Api.get(path + "?environment=" + shop.environment()));
        assertThat(here.getList("items.name")).containsExactly("Greeting", "Ticket", "Pin");
        assertThat(here.getMap("items[0]"))
                .containsEntry("label", "What to say")
                .containsEntry("value", "Hello")
                .containsEntry("required", false);
        assertThat(here.getString("items[2].value")).isNull();
        Api.expect(404, Api.get("/projects/" + shop.project() + "/releases/9/prompts"));
        Api.expect(400, Api.get(path + "?environment=NO%20ID"));
    }

    @Test
    void a_required_prompt_without_an_answer_and_a_name_that_is_not_asked_for_are_refused() {
        var shop = shop();
        for (String path : List.of("/deployments", "/deployment-previews")) {
            var missing = Api.expect(400, Api.post(path, shop.request("1.0.0")));
            assertThat(missing.getList("errors.pointer")).containsExactly("/variables/Ticket");
            assertThat(missing.getString("errors[0].detail")).contains("Change ticket");
            var wrong =
                    Api.expect(
                            400,
                            Api.post(
                                    path,
                                    request(
                                            shop,
                                            "\"Ticket\": \"\", \"Fixed\": \"2\", \"Tiket\": \"x\", \"Only.Staging\": \"x\"")));
            assertThat(wrong.getList("errors.pointer"))
                    .containsExactlyInAnyOrder(
                            "/variables/Ticket",
                            "/variables/Fixed",
                            "/variables/Tiket",
                            "/variables/Only.Staging");
            assertThat(wrong.getList("errors.detail").toString())
                    .contains("has no prompt", "no variable \"Tiket\"", "in staging-");
        }
        Api.expect(200, Api.post("/deployment-previews", request(shop, "\"Ticket\": \"C-1\"")));
    }

    @Test
    void an_answer_is_data_so_that_nobody_reads_a_secret_through_it() {
        var shop = shop();
        String answer = "#{if Pin}#{taken}#{/if}#{Pin | Substring 0 1 | Nothing}#{each";
        String request = request(shop, "\"Pin\": \"1\", \"Ticket\": \"%s\"".formatted(answer));
        assertThat(Api.expect(200, Api.post("/deployment-previews", request)).prettify())
                .doesNotContain("taken", "Nothing");
        String deployed = Api.expect(201, Api.post("/deployments", request)).getString("id");
        assertThat(valuesOf(deployed).get("Ticket")).isEqualTo(Template.escaped(answer));
    }

    @Test
    void answers_are_in_the_plan_and_stay_with_a_retry_and_a_secret_is_nowhere_else() {
        var shop = shop();
        String first =
                Api.expect(201, Api.post("/deployments", request(shop, "\"Ticket\": \"C-1\"")))
                        .getString("id");
        assertThat(valuesOf(first))
                .containsEntry("Greeting", "Hello")
                .containsEntry("Ticket", "C-1")
                .containsEntry("Pin", "");
        String second =
                Api.expect(
                                201,
                                Api.post(
                                        "/deployments",
                                        request(
                                                shop,
                                                "\"Ticket\": \"C-2\", \"Greeting\": \"Bye\", \"Pin\": \"%s\""
                                                        .formatted(SECRET)),
                                        Map.of("Idempotency-Key", "prompts-" + shop.number())))
                        .getString("id");
        Api.expect(202, Api.post("/deployments/" + second + "/cancel", "{}"));
        Api.expect(202, Api.post("/deployments/" + second + "/retry", "{\"from\": \"START\"}"));
        assertThat(valuesOf(second))
                .containsEntry("Greeting", "Bye")
                .containsEntry("Ticket", "C-2")
                .containsEntry("Pin", SECRET)
                .containsEntry("Fixed", "1");
        assertThat(Api.get("/deployments/" + second).asString()).doesNotContain(SECRET);
        for (String column :
                List.of("event.data", "outbox.payload", "published.payload", "plan.sealed")) {
            String[] parts = column.split("\\.", -1);
            assertThat(
                            unitOfWork.<List<?>>run(
                                    tx ->
                                            tx.rows(
                                                    "SELECT 1 FROM %s WHERE position(convert_to(?1, 'UTF8') IN %s) > 0"
                                                            .formatted(parts[0], parts[1]),
                                                    SECRET)))
                    .as(column)
                    .isEmpty();
        }
    }

    @Test
    void a_variable_set_asks_too() {
        var shop = Shop.open(1);
        Api.expect(
                201,
                Api.put(
                        "/variable-sets/asking-" + shop.number(),
                        "{\"variables\": [{\"name\": \"Ticket\", \"prompt\": {\"required\": true}}]}"));
        Api.expect(
                200,
                Api.put(
                        "/projects/" + shop.project(),
                        "{\"variableSets\": [\"asking-%d\"]}".formatted(shop.number())));
        shop.release("1.0.0");
        var missing = Api.expect(400, Api.post("/deployments", shop.request("1.0.0")));
        assertThat(missing.getList("errors.pointer")).containsExactly("/variables/Ticket");
        Api.expect(201, Api.post("/deployments", request(shop, "\"Ticket\": \"C-1\"")));
    }

    /** Somebody who gives these answers, one after the other. */
    private static final class Person implements Questions {
        private final Deque<String> answers;
        private final List<String> asked = new ArrayList<>();

        Person(String... answers) {
            this.answers = new ArrayDeque<>(List.of(answers));
        }

        @Override
        public boolean possible() {
            return true;
        }

        @Override
        public Optional<String> ask(String question, boolean masked) {
            asked.add((masked ? "masked " : "") + question);
            return Optional.ofNullable(answers.poll());
        }
    }

    private Said stagecoach(Questions person, String... args) {
        return new TestCli(url).run(person, args);
    }

    private Said deploy(Questions questions, Shop shop, String... more) {
        var args =
                new ArrayList<>(
                        List.of(
                                "deploy",
                                shop.project(),
                                "1.0.0",
                                "--to",
                                shop.environment(),
                                "--detach"));
        args.addAll(List.of(more));
        return stagecoach(questions, args.toArray(String[]::new));
    }

    @Test
    void at_a_terminal_the_command_line_asks_for_what_options_do_not_answer() {
        var shop = shop();
        // Nothing for what must be answered: it is asked for again.
        var person = new Person("", "", "C-7", SECRET);
        Said said = deploy(person, shop);
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(person.asked)
                .containsExactly(
                        "What to say [Hello]: ",
                        "Change ticket: ",
                        "Change ticket: ",
                        "masked PIN of the day [Enter for the value of the release]: ");
        assertThat(valuesOf(said.out().strip()))
                .containsEntry("Greeting", "Hello")
                .containsEntry("Ticket", "C-7")
                .containsEntry("Pin", SECRET);
        assertThat(said.out() + said.err()).doesNotContain(SECRET);

        var quick = new Person("Hi", "");
        assertThat(deploy(quick, shop, "--variable", "Ticket=C-8").exit()).isZero();
        assertThat(quick.asked).hasSize(2);

        assertThat(deploy(new Person("Hi"), shop))
                .satisfies(
                        gone -> {
                            assertThat(gone.exit()).isEqualTo(2);
                            assertThat(gone.err()).contains("no answer to \"Change ticket\"");
                        });
    }

    @Test
    void where_nobody_is_what_is_missing_is_listed_and_options_answer(@TempDir Path folder)
            throws Exception {
        var shop = shop();
        Said missing = deploy(Questions.NOBODY, shop);
        assertThat(missing.exit()).isEqualTo(2);
        assertThat(missing.err())
                .contains(
                        "%s 1.0.0 asks for what was not given".formatted(shop.project()),
                        "--variable Ticket=…   Change ticket")
                .doesNotContain("Greeting");
        Path pin = Files.writeString(folder.resolve("pin"), SECRET + "\n");
        Said said =
                deploy(
                        Questions.NOBODY,
                        shop,
                        "--variable",
                        "Ticket=C-9",
                        "--variable-file",
                        "Pin=" + pin);
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(valuesOf(said.out().strip()))
                .containsEntry("Ticket", "C-9")
                .containsEntry("Pin", SECRET);
        Said refused = deploy(Questions.NOBODY, shop, "--var", "Ticket=x", "--var", "Fixed=2");
        assertThat(refused.exit()).isEqualTo(3);
        assertThat(refused.err()).contains("/variables/Fixed", "has no prompt");
        assertThat(
                        stagecoach(
                                        Questions.NOBODY,
                                        "preview",
                                        shop.project(),
                                        "1.0.0",
                                        "--to",
                                        shop.environment())
                                .err())
                .contains("--variable Ticket=");
        assertThat(
                        stagecoach(
                                        Questions.NOBODY,
                                        "deploy",
                                        shop.project(),
                                        "9.9.9",
                                        "--to",
                                        shop.environment())
                                .err())
                .contains("has no release \"9.9.9\"");
    }

    @Test
    void a_manifest_brings_prompts_and_sees_that_they_differ(@TempDir Path folder)
            throws Exception {
        var shop = Shop.open(0);
        Path manifest = folder.resolve("stagecoach.yaml");
        String text =
                """
                version: 1
                projects:
                  %s:
                    name: Web shop
                    variables:
                      - { name: Ticket, prompt: { label: Change ticket, required: true } }
                      - { name: Pin, sensitive: true, prompt: { label: "PIN of the day" } }
                """
                        .formatted(shop.project());
        Files.writeString(manifest, text);
        String file = manifest.toString();
        assertThat(stagecoach(Questions.NOBODY, "apply", "-f", file, "--yes"))
                .satisfies(said -> assertThat(said.exit()).as(said.err()).isZero());
        assertThat(
                        Api.get("/projects/" + shop.project() + "/variables")
                                .jsonPath()
                                .getString("variables[0].prompt.label"))
                .isEqualTo("Change ticket");
        assertThat(stagecoach(Questions.NOBODY, "apply", "-f", file, "--dry-run").exit()).isZero();
        Files.writeString(manifest, text.replace("required: true", "required: false"));
        assertThat(stagecoach(Questions.NOBODY, "apply", "-f", file, "--dry-run"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isEqualTo(1);
                            assertThat(said.out()).contains("variables[0].prompt.required");
                        });
    }
}
