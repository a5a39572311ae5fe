package stagecoach.orchestrator.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.Shop;
import stagecoach.orchestrator.release.UnknownScope.Dimension;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

class UnknownScopeTest {
    private static final Set<TargetId> TARGETS = Set.of(new TargetId("web-1"));
    private static final Set<Tag> TAGS = Set.of(new Tag("web"));

    private static List<UnknownScope> unknown(Scope... scopes) {
        var values =
                List.of(scopes).stream()
                        .map(scope -> new Variable("Url", "x", false, scope))
                        .toList();
        var release =
                new Release(
                        Shop.PROJECT,
                        Shop.RELEASE,
                        new DeploymentProcess(List.of()),
                        values,
                        List.of());
        return UnknownScope.of(release, TARGETS, TAGS);
    }

    private static Scope scope(List<String> targets, List<String> tags, List<String> steps) {
        return new Scope(
                List.of(),
                targets.stream().map(TargetId::new).toList(),
                tags.stream().map(Tag::new).toList(),
                steps.stream().map(StepName::new).toList(),
                List.of());
    }

    @Test
    void what_is_there_is_known() {
        assertThat(unknown(Scope.EVERYWHERE, scope(List.of("web-1"), List.of("web"), List.of())))
                .isEmpty();
    }

    @Test
    void each_name_that_is_not_there_is_told_once_with_the_way_to_it() {
        assertThat(
                        unknown(
                                scope(List.of("web-9"), List.of("wbe"), List.of("stop")),
                                scope(List.of(), List.of("wbe"), List.of())))
                .extracting(UnknownScope::variable, UnknownScope::dimension, UnknownScope::name)
                .containsExactly(
                        tuple("Url", Dimension.STEPS, "stop"),
                        tuple("Url", Dimension.TARGETS, "web-9"),
                        tuple("Url", Dimension.TAGS, "wbe"));
    }
}
