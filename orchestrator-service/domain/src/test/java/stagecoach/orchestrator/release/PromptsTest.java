package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.Shop;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Prompt;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Template;
import stagecoach.vocabulary.template.Variable;

class PromptsTest {
    private static final EnvironmentId STAGING = new EnvironmentId("staging");
    private static final Scope IN_STAGING =
            new Scope(List.of(STAGING), List.of(), List.of(), List.of(), List.of());

    private static Release release(Variable... variables) {
        return new Release(
                Shop.PROJECT,
                Shop.RELEASE,
                new DeploymentProcess(List.of()),
                List.of(variables),
                List.of());
    }

    private static Variable asked(String name, String value, boolean required) {
        return new Variable(
                name,
                value,
                false,
                Scope.EVERYWHERE,
                Optional.of(new Prompt("Which " + name + "?", required)));
    }

    private static Variable fixed(String name, String value, Scope scope) {
        return new Variable(name, value, false, scope);
    }

    private static Prompts prompts(Variable... variables) {
        return Prompts.in(release(variables), Shop.PRODUCTION);
    }

    private static List<String> values(Release release) {
        return release.variables().stream().map(Variable::value).toList();
    }

    @Test
    void an_answer_takes_the_place_of_the_value_and_without_one_the_value_counts() {
        var prompts = prompts(asked("Colour", "red", false), fixed("Size", "9", Scope.EVERYWHERE));
        assertThat(prompts.objections(Map.of())).isEmpty();
        assertThat(values(prompts.answered(Map.of()))).containsExactly("red", "9");
        assertThat(prompts.objections(Map.of("Colour", "blue"))).isEmpty();
        assertThat(values(prompts.answered(Map.of("Colour", "blue")))).containsExactly("blue", "9");
        assertThat(values(prompts.answered(Map.of("Colour", "")))).containsExactly("", "9");
    }

    @Test
    void an_answer_is_data_and_no_template() {
        var prompts = prompts(asked("Colour", "#{Size}", false));
        assertThat(values(prompts.answered(Map.of()))).containsExactly("#{Size}");
        assertThat(values(prompts.answered(Map.of("Colour", "#{Size}"))))
                .as("who takes what is offered")
                .containsExactly("#{Size}");
        var answered = values(prompts.answered(Map.of("Colour", "#{Db.Password}"))).getFirst();
        assertThat(Template.parse(answered).fill(Map.of("Db.Password", "hunter2")).text())
                .isEqualTo("#{Db.Password}");
    }

    @Test
    void what_is_required_needs_an_answer_that_is_not_empty() {
        var prompts = prompts(asked("Colour", "red", true), asked("Size", "9", false));
        assertThat(prompts.objections(Map.of())).containsOnlyKeys("Colour");
        assertThat(prompts.objections(Map.of("Colour", ""))).containsOnlyKeys("Colour");
        assertThat(prompts.objections(Map.of("Size", "1")).get("Colour"))
                .contains("\"Colour\" (Which Colour?)", "Give it in \"variables\"");
        assertThat(prompts.objections(Map.of("Colour", "blue"))).isEmpty();
    }

    @Test
    void what_is_not_asked_for_is_refused_and_no_answer_is_told() {
        var prompts = prompts(asked("Colour", "red", false), fixed("Size", "9", Scope.EVERYWHERE));
        var objections = prompts.objections(Map.of("Size", "hunter2", "Colur", "hunter2"));
        assertThat(objections).containsOnlyKeys("Size", "Colur");
        assertThat(objections.get("Size")).contains("has no prompt", "asks for: Colour");
        assertThat(objections.get("Colur")).contains("no variable \"Colur\"", "asks for: Colour");
        assertThat(objections.toString()).doesNotContain("hunter2");
        assertThat(prompts().objections(Map.of("A", "1")).get("A")).contains("asks for nothing");
    }

    @Test
    void a_prompt_of_another_environment_asks_nothing_here() {
        var elsewhere =
                new Variable(
                        "Colour", "red", true, IN_STAGING, Optional.of(new Prompt("Which?", true)));
        var prompts = prompts(elsewhere);
        assertThat(prompts.questions()).isEmpty();
        assertThat(prompts.objections(Map.of())).isEmpty();
        assertThat(prompts.objections(Map.of("Colour", "blue")).get("Colour"))
                .contains("asked for in staging only");
        assertThat(Prompts.in(release(elsewhere), STAGING).objections(Map.of()))
                .containsOnlyKeys("Colour");
        assertThat(Prompts.anywhere(release(elsewhere)).questions()).hasSize(1);
    }

    @Test
    void values_without_a_prompt_stay_where_their_scope_is_more_specific() {
        var prompts =
                Prompts.in(
                        release(asked("Colour", "red", true), fixed("Colour", "grey", IN_STAGING)),
                        STAGING);
        assertThat(values(prompts.answered(Map.of("Colour", "blue"))))
                .containsExactly("blue", "grey");
    }
}
