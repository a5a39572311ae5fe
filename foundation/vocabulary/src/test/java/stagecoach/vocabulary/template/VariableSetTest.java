package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;

class VariableSetTest {
    private static final List<EnvironmentId> PRODUCTION = List.of(new EnvironmentId("production"));
    private static final List<TargetId> WEB_1 = List.of(new TargetId("web-1"));
    private static final List<Tag> WEB = List.of(new Tag("web"));
    private static final List<Tag> EDGE = List.of(new Tag("edge"));
    private static final List<StepName> INSTALL = List.of(new StepName("install"));
    private static final List<RegionId> EU = List.of(new RegionId("eu"));

    private static final Scope TARGET =
            new Scope(List.of(), WEB_1, List.of(), List.of(), List.of());
    private static final Scope STEP =
            new Scope(List.of(), List.of(), List.of(), INSTALL, List.of());
    private static final Scope TAG = new Scope(List.of(), List.of(), WEB, List.of(), List.of());
    private static final Scope OTHER_TAG =
            new Scope(List.of(), List.of(), EDGE, List.of(), List.of());
    private static final Scope REGION = new Scope(List.of(), List.of(), List.of(), List.of(), EU);
    private static final Scope ENVIRONMENT =
            new Scope(PRODUCTION, List.of(), List.of(), List.of(), List.of());

    /** Most specific first. */
    private static final List<Scope> ORDER =
            List.of(TARGET, STEP, TAG, REGION, ENVIRONMENT, Scope.EVERYWHERE);

    private static final ScopeContext HERE =
            new ScopeContext(
                    new EnvironmentId("production"),
                    Optional.of(new TargetId("web-1")),
                    Set.of(new Tag("web"), new Tag("edge")),
                    Optional.of(new StepName("install")),
                    Optional.of(new RegionId("eu")));

    private static Variable value(String value, Scope scope) {
        return new Variable("X", value, false, scope);
    }

    private static String resolved(ScopeContext place, Variable... values) {
        return VariableSet.of(List.of(values))
                .resolve(place)
                .find("X")
                .map(ResolvedVariables.Value::value)
                .orElse("nothing");
    }

    private static List<VariableProblem.Circular> circles(Variable... values) {
        return VariableSet.of(List.of(values)).circles();
    }

    private static Variable named(String name, String value, Scope scope) {
        return new Variable(name, value, false, scope);
    }

    @Test
    void a_circle_is_found_wherever_its_values_meet() {
        assertThat(
                        circles(
                                named("A", "#{B | ToUpper}", Scope.EVERYWHERE),
                                named("B", "x", Scope.EVERYWHERE),
                                named("B", "#{if C}#{C}#{/if}", ENVIRONMENT),
                                named("C", "#{A}", REGION),
                                named("D", "#{A}", Scope.EVERYWHERE)))
                .singleElement()
                .satisfies(circle -> assertThat(circle.path()).contains("A", "B", "C"));
    }

    @Test
    void values_that_never_count_together_are_no_circle() {
        assertThat(
                        circles(
                                named("A", "#{B}", Scope.EVERYWHERE),
                                named("A", "end", ENVIRONMENT),
                                named("B", "#{A}", ENVIRONMENT),
                                named("B", "end", Scope.EVERYWHERE)))
                .isEmpty();
        assertThat(circles(named("A", "##{A}", Scope.EVERYWHERE))).isEmpty();
    }

    @Test
    void the_more_specific_dimension_wins_in_the_promised_order() {
        for (int more = 0; more < ORDER.size(); more++) {
            for (int less = more + 1; less < ORDER.size(); less++) {
                assertThat(
                                resolved(
                                        HERE,
                                        value("less", ORDER.get(less)),
                                        value("more", ORDER.get(more))))
                        .as("%s before %s", ORDER.get(more).inWords(), ORDER.get(less).inWords())
                        .isEqualTo("more");
            }
        }
    }

    @Test
    void of_several_dimensions_the_most_specific_counts_and_then_the_next() {
        var targetAndEnvironment = new Scope(PRODUCTION, WEB_1, List.of(), List.of(), List.of());
        var allButTarget = new Scope(PRODUCTION, List.of(), WEB, INSTALL, EU);
        var targetAndRegion = new Scope(List.of(), WEB_1, List.of(), List.of(), EU);
        assertThat(resolved(HERE, value("a", TARGET), value("b", targetAndEnvironment)))
                .isEqualTo("b");
        assertThat(resolved(HERE, value("a", allButTarget), value("b", TARGET))).isEqualTo("b");
        assertThat(resolved(HERE, value("a", targetAndRegion), value("b", targetAndEnvironment)))
                .isEqualTo("a");
    }

    @Test
    void a_value_for_another_place_does_not_count() {
        var elsewhere = ScopeContext.of(new EnvironmentId("test"));
        for (Scope scope : ORDER.subList(0, 5)) {
            assertThat(resolved(elsewhere, value("a", scope))).isEqualTo("nothing");
        }
        assertThat(resolved(elsewhere, value("a", Scope.EVERYWHERE), value("b", TARGET)))
                .isEqualTo("a");
    }

    @Test
    void two_equally_specific_values_are_refused_naming_both() {
        assertThatThrownBy(() -> resolved(HERE, value("a", TAG), value("b", OTHER_TAG)))
                .isInstanceOfSatisfying(
                        VariableProblem.Ambiguous.class,
                        ambiguous -> {
                            assertThat(ambiguous.name()).isEqualTo("X");
                            assertThat(ambiguous.first()).isEqualTo(TAG);
                            assertThat(ambiguous.second()).isEqualTo(OTHER_TAG);
                        })
                .hasMessageContaining("one for tag web and one for tag edge");
    }

    @Test
    void equally_specific_values_below_the_one_that_counts_do_no_harm() {
        assertThat(resolved(HERE, value("a", TAG), value("b", OTHER_TAG), value("c", TARGET)))
                .isEqualTo("c");
        assertThat(resolved(HERE, value("c", TARGET), value("a", TAG), value("b", OTHER_TAG)))
                .isEqualTo("c");
    }

    @Test
    void what_is_surely_ambiguous_is_known_without_any_target() {
        var both = VariableSet.of(List.of(value("a", TAG), value("b", TAG), value("c", OTHER_TAG)));
        assertThat(both.ambiguities())
                .singleElement()
                .satisfies(ambiguous -> assertThat(ambiguous.second()).isEqualTo(TAG));
        assertThat(VariableSet.of(List.of(value("a", TAG), value("b", OTHER_TAG))).ambiguities())
                .isEmpty();
    }

    @Property
    void what_counts_does_not_depend_on_the_order_of_the_values(
            @ForAll("scopes") List<Scope> scopes, @ForAll("places") ScopeContext place) {
        var values = new ArrayList<Variable>();
        for (int i = 0; i < scopes.size(); i++) {
            values.add(value("v" + i, scopes.get(i)));
        }
        assertThat(outcome(values.reversed(), place)).isEqualTo(outcome(values, place));
    }

    @Property
    void a_set_that_is_ambiguous_at_a_place_without_several_tags_is_found_beforehand(
            @ForAll("scopes") List<Scope> scopes, @ForAll("places") ScopeContext place) {
        var set = VariableSet.of(scopes.stream().map(scope -> value("v", scope)).toList());
        boolean ambiguousHere;
        try {
            set.resolve(place);
            ambiguousHere = false;
        } catch (VariableProblem.Ambiguous e) {
            ambiguousHere = true;
        }
        if (ambiguousHere && place.tags().size() < 2) {
            assertThat(set.ambiguities()).isNotEmpty();
        }
    }

    private static String outcome(List<Variable> values, ScopeContext place) {
        try {
            return VariableSet.of(values).resolve(place).all().toString();
        } catch (VariableProblem.Ambiguous e) {
            return "ambiguous";
        }
    }

    @Provide
    Arbitrary<List<Scope>> scopes() {
        return Combinators.combine(
                        some("production", "test").map(VariableSetTest::environments),
                        some("web-1", "web-2").map(s -> s.stream().map(TargetId::new).toList()),
                        some("web", "edge").map(s -> s.stream().map(Tag::new).toList()),
                        some("install", "check").map(s -> s.stream().map(StepName::new).toList()),
                        some("eu", "us").map(s -> s.stream().map(RegionId::new).toList()))
                .as(Scope::new)
                .list()
                .ofMaxSize(6);
    }

    @Provide
    Arbitrary<ScopeContext> places() {
        return Combinators.combine(
                        Arbitraries.of("production", "test").map(EnvironmentId::new),
                        Arbitraries.of("web-1", "web-2").map(TargetId::new).optional(),
                        Arbitraries.of("web", "edge").map(Tag::new).set().ofMaxSize(2),
                        Arbitraries.of("install", "check").map(StepName::new).optional(),
                        Arbitraries.of("eu", "us").map(RegionId::new).optional())
                .as(ScopeContext::new);
    }

    private static List<EnvironmentId> environments(List<String> ids) {
        return ids.stream().map(EnvironmentId::new).toList();
    }

    private static Arbitrary<List<String>> some(String one, String other) {
        return Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(3, Arbitraries.just(List.of())),
                net.jqwik.api.Tuple.of(
                        2,
                        Arbitraries.of(one, other)
                                .list()
                                .uniqueElements()
                                .ofMinSize(1)
                                .ofMaxSize(2)));
    }
}
