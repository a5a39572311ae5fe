package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;

class VariableNamesTest {
    @Test
    void names_in_the_environment_are_upper_case_words_behind_one_prefix() {
        assertThat(VariableNames.environmentName("Db.Url")).isEqualTo("STAGECOACH_DB_URL");
        assertThat(VariableNames.environmentName("größe-1")).isEqualTo("STAGECOACH_GR_SSE_1");
        assertThat(VariableNames.environmentName(BuiltIns.TARGET_ID))
                .isEqualTo("STAGECOACH_TARGET_ID");
        assertThat(VariableNames.environmentName("Stagecoach.Step[web].Output.InstallDirectory"))
                .isEqualTo("STAGECOACH_STEP_WEB__OUTPUT_INSTALLDIRECTORY");
    }

    @Test
    void names_that_overwrite_one_another_are_found_also_with_the_built_in_ones() {
        assertThat(VariableNames.collisions(List.of("Db.Url", "Db_Url", "Db", "Target.Id")))
                .containsOnlyKeys("STAGECOACH_DB_URL", "STAGECOACH_TARGET_ID")
                .containsEntry("STAGECOACH_DB_URL", List.of("Db.Url", "Db_Url"))
                .containsEntry(
                        "STAGECOACH_TARGET_ID", List.of("Stagecoach.Target.Id", "Target.Id"));
        assertThat(VariableNames.collisions(List.of("A", "B"))).isEmpty();
    }

    @Test
    void a_name_may_be_an_xpath_which_no_environment_has() {
        assertThat(VariableNames.allows("/configuration/add[@key='Db.Url']/@value")).isTrue();
        assertThat(VariableNames.allows("//a:port")).isTrue();
        assertThat(VariableNames.allows("/")).isFalse();
        assertThat(VariableNames.allows("/a\n/b")).isFalse();
        assertThat(VariableNames.allows("/" + "a".repeat(VariableNames.LENGTH_MAX))).isFalse();
        assertThat(VariableNames.collisions(List.of("/a/b", "/a.b"))).isEmpty();
    }

    @Test
    void a_name_that_would_overwrite_the_state_of_a_step_is_found_too() {
        assertThat(VariableNames.environmentName(BuiltIns.stepState(new StepName("web"))))
                .isEqualTo("STAGECOACH_STEP_WEB__STATE");
        assertThat(VariableNames.collisions(List.of("Step[web].State", "Step.State")))
                .containsExactly(
                        Map.entry(
                                "STAGECOACH_STEP_WEB__STATE",
                                List.of("Stagecoach.Step[…].State", "Step[web].State")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Db.Url",
                "_x",
                "1",
                "größe",
                "a:b-c",
                "Endpoint[a].Address",
                "A[Package 1]"
            })
    void a_name_of_letters_digits_and_marks_is_allowed(String name) {
        assertThat(VariableNames.allows(name)).isTrue();
        assertThat(Template.parse("#{" + name + "}").names()).containsExactly(name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".a", "-a", "a b", "a[]", "a[b", "a[b[c]]", "a}", "a|b", "a#"})
    void other_names_are_not(String name) {
        assertThat(VariableNames.allows(name)).isFalse();
    }

    @Test
    void our_own_names_are_reserved_in_any_case() {
        assertThat(VariableNames.isReserved("Stagecoach.Target.Id")).isTrue();
        assertThat(VariableNames.isReserved("STAGECOACH.x")).isTrue();
        assertThat(VariableNames.isReserved("Stagecoaches")).isFalse();
    }

    @Test
    void an_output_is_read_by_step_and_perhaps_by_target() {
        var here = OutputReference.here(new StepName("web"), "Url");
        var there = OutputReference.at(new StepName("web"), new TargetId("web-1"), "Url");
        assertThat(here.variableName()).isEqualTo("Stagecoach.Step[web].Output.Url");
        assertThat(there.variableName()).isEqualTo("Stagecoach.Step[web].Output[web-1].Url");
        assertThat(OutputReference.parse(here.variableName())).contains(here);
        assertThat(OutputReference.parse(there.variableName())).contains(there);
        assertThat(OutputReference.parse("Stagecoach.Step[Web].Output.Url")).isEmpty();
        assertThat(OutputReference.parse("Stagecoach.Step.Name")).isEmpty();
    }

    @Property
    void no_text_breaks_the_reading_of_a_name(@ForAll String text) {
        Optional<OutputReference> read = OutputReference.parse(text);
        read.ifPresent(reference -> assertThat(reference.variableName()).isEqualTo(text));
        assertThat(VariableNames.environmentName(text)).matches("STAGECOACH_[A-Z0-9_]*");
    }
}
