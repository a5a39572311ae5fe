package stagecoach.orchestrator.app.catalog.variables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.template.Prompt;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;
import stagecoach.wire.StagecoachJson;

class VariableReaderTest {
    private static final KnownNames NAMES =
            new KnownNames(
                    Set.of("production"), Set.of("eu"), Set.of(), Set.of(), Set.of(), Set.of());
    private static final Scope EU =
            new Scope(List.of(), List.of(), List.of(), List.of(), List.of(new RegionId("eu")));
    private static final Variable SECRET =
            new Variable("Db.Password", "s3cret", true, Scope.EVERYWHERE);

    @Test
    void a_value_may_have_a_scope() {
        assertThat(
                        read(
                                "{\"name\": \"Db.Url\", \"value\": \"jdbc:x\", \"scope\": {\"regions\": [\"eu\"]}}"))
                .containsExactly(new Variable("Db.Url", "jdbc:x", false, EU));
    }

    @Test
    void a_sensitive_value_that_is_sent_back_as_it_was_told_stays() {
        String told = StagecoachJson.text(VariablesView.of(List.of(SECRET)));
        assertThat(told).doesNotContain("s3cret").contains("\"hasValue\":true");
        assertThat(new VariableReader(NAMES, List.of(SECRET)).read(body(told)))
                .containsExactly(SECRET);
    }

    @Test
    void a_value_that_is_missing_is_told() {
        assertThat(places("{\"name\": \"A\"}, {\"name\": \"B\", \"sensitive\": true}"))
                .containsExactly("/variables/0/value", "/variables/1/value");
    }

    @Test
    void a_kept_secret_is_no_value_for_another_scope_and_never_becomes_readable() {
        var reader = new VariableReader(NAMES, List.of(SECRET));
        var errors =
                catchThrowableOfType(
                                InvalidInput.class,
                                () ->
                                        reader.read(
                                                body(
                                                        """
                                                        {"variables": [
                                                        {"name": "Db.Password", "sensitive": true, "scope": {"regions": ["eu"]}},
                                                        {"name": "Db.Password", "sensitive": false}]}""")))
                        .errors();
        assertThat(errors)
                .extracting(FieldError::pointer)
                .containsExactly("/variables/0/value", "/variables/1/value");
    }

    @Test
    void two_equally_specific_values_are_refused_naming_both() {
        assertThat(
                        errors(
                                "{\"name\": \"A\", \"value\": \"1\"}, {\"name\": \"A\", \"value\": \"2\"}"))
                .singleElement()
                .satisfies(
                        error -> {
                            assertThat(error.pointer()).isEqualTo("/variables/1");
                            assertThat(error.detail()).contains("A has two values");
                        });
    }

    @Test
    void names_that_collide_in_a_scripts_environment_are_refused_naming_both() {
        assertThat(
                        errors(
                                "{\"name\": \"Db.Url\", \"value\": \"1\"}, {\"name\": \"db-url\", \"value\": \"2\"}"))
                .singleElement()
                .satisfies(
                        error ->
                                assertThat(error.detail())
                                        .contains("\"Db.Url\"")
                                        .contains("\"db-url\"")
                                        .contains("STAGECOACH_DB_URL"));
    }

    @Test
    void what_a_scope_and_a_prompt_name_must_exist() {
        assertThat(
                        places(
                                """
                                {"name": "A", "value": "1", "scope": {"regions": ["us"], "environment": ["x"]}},
                                {"name": "Stagecoach.Mine", "value": "1"},
                                {"name": "B", "value": 5, "prompt": {"label": "B", "help": "x"}},
                                {"name": "C", "prompt": {"label": "a\\nb", "required": "yes"}}"""))
                .containsExactlyInAnyOrder(
                        "/variables/0/scope/regions/0",
                        "/variables/0/scope/environment",
                        "/variables/1/name",
                        "/variables/2/value",
                        "/variables/2/prompt/help",
                        "/variables/3/prompt/label",
                        "/variables/3/prompt/required");
    }

    @Test
    void a_prompt_needs_no_value_and_its_label_is_the_name_if_nothing_is_said() {
        assertThat(
                        read(
                                """
                                {"name": "A", "prompt": {}},
                                {"name": "B", "value": "1", "prompt": {"label": "Which B?", "required": true}},
                                {"name": "C", "sensitive": true, "prompt": {"required": true}},
                                {"name": "D", "value": "1", "prompt": null}"""))
                .extracting(Variable::name, Variable::value, Variable::prompt)
                .containsExactly(
                        tuple("A", "", Optional.of(new Prompt("A", false))),
                        tuple("B", "1", Optional.of(new Prompt("Which B?", true))),
                        tuple("C", "", Optional.of(new Prompt("C", true))),
                        tuple("D", "1", Optional.empty()));
    }

    @Test
    void one_name_is_asked_for_once() {
        assertThat(
                        errors(
                                """
                                {"name": "A", "value": "1", "prompt": {"label": "A?"}},
                                {"name": "A", "value": "2", "prompt": {"label": "A!"}, "scope": {"regions": ["eu"]}},
                                {"name": "A", "value": "3", "scope": {"tags": ["web"]}}"""))
                .singleElement()
                .satisfies(
                        error -> {
                            assertThat(error.pointer()).isEqualTo("/variables/1/prompt");
                            assertThat(error.detail()).contains("asked for once");
                        });
    }

    @Test
    void a_mistake_in_a_value_is_told_with_line_and_column_and_without_a_secret() {
        assertThat(
                        errors(
                                """
                                {"name": "A", "value": "x\\n#{B | ToUpperr}"},
                                {"name": "C", "value": "#{s3cret +", "sensitive": true},
                                {"name": "Endpoint[a].Url", "value": "##{fine here}"}"""))
                .extracting(FieldError::pointer, FieldError::detail)
                .satisfiesExactly(
                        first ->
                                assertThat(first.toList().toString())
                                        .startsWith(
                                                "[/variables/0/value, line 2, column 1: There is no filter ToUpperr"),
                        second ->
                                assertThat(second.toList().toString())
                                        .startsWith("[/variables/1/value, line 1, column 1:")
                                        .doesNotContain("s3cret"));
    }

    @Test
    void values_that_lead_back_to_themselves_are_refused_with_the_path() {
        assertThat(
                        errors(
                                """
                                {"name": "X", "value": "1"},
                                {"name": "A", "value": "#{B}"},
                                {"name": "B", "value": "#{if A}1#{/if}", "scope": {"regions": ["eu"]}},
                                {"name": "B", "value": "2"}"""))
                .singleElement()
                .satisfies(
                        error -> {
                            assertThat(error.pointer()).isEqualTo("/variables/1/value");
                            assertThat(error.detail()).contains("A → B → A");
                        });
    }

    private static List<Variable> read(String variables) {
        return new VariableReader(NAMES, List.of())
                .read(body("{\"variables\": [" + variables + "]}"));
    }

    private static List<String> places(String variables) {
        return errors(variables).stream().map(FieldError::pointer).toList();
    }

    private static List<FieldError> errors(String variables) {
        return catchThrowableOfType(InvalidInput.class, () -> read(variables)).errors();
    }

    private static JsonBody body(String json) {
        return JsonBody.of(json.getBytes(StandardCharsets.UTF_8));
    }
}
