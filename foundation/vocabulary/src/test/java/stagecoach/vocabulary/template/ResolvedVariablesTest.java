package stagecoach.vocabulary.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import stagecoach.vocabulary.identity.EnvironmentId;

class ResolvedVariablesTest {
    private static final ScopeContext HERE = ScopeContext.of(new EnvironmentId("production"));

    private static Variable plain(String name, String value) {
        return new Variable(name, value, false, Scope.EVERYWHERE);
    }

    private static Variable secret(String name, String value) {
        return new Variable(name, value, true, Scope.EVERYWHERE);
    }

    private static ResolvedVariables of(Variable... variables) {
        return VariableSet.of(List.of(variables)).resolve(HERE);
    }

    private static String value(ResolvedVariables variables, String name) {
        return variables.find(name).orElseThrow().value();
    }

    private static List<String> masks(ResolvedVariables variables) {
        return ResolvedVariables.masks(variables.all().values());
    }

    @Test
    void references_inside_values_are_put_in() {
        var variables =
                of(
                        plain("Url", "https://#{Host}:#{Port}/"),
                        plain("Host", "#{Name}.example"),
                        plain("Name", "shop"),
                        plain("Port", "8443"));
        assertThat(value(variables, "Url")).isEqualTo("https://shop.example:8443/");
        assertThat(variables.render("see #{Url} and #{Nothing}"))
                .isEqualTo("see https://shop.example:8443/ and #{Nothing}");
    }

    @Test
    void a_circle_is_told_with_its_path() {
        var variables =
                of(
                        plain("Start", "#{A}"),
                        plain("A", "#{B}"),
                        plain("B", "x#{C}"),
                        plain("C", "#{A}"));
        assertThatThrownBy(() -> variables.find("Start"))
                .isInstanceOfSatisfying(
                        VariableProblem.Circular.class,
                        circle -> assertThat(circle.path()).containsExactly("A", "B", "C", "A"))
                .hasMessageContaining("A → B → C → A");
        assertThatThrownBy(() -> of(plain("A", "#{A}")).all())
                .isInstanceOf(VariableProblem.Circular.class);
    }

    @Test
    void an_escaped_reference_to_itself_is_no_circle() {
        assertThat(value(of(plain("A", "write ##{A}")), "A")).isEqualTo("write #{A}");
    }

    @Test
    void what_holds_a_secret_is_sensitive_too() {
        var variables =
                of(
                        secret("Password", "s3cr3t"),
                        plain("Url", "db?p=#{Password}"),
                        plain("Port", "1"));
        assertThat(variables.find("Url"))
                .contains(
                        new ResolvedVariables.Value(
                                "db?p=s3cr3t", true, Set.of("s3cr3t"), "db?p=********"));
        assertThat(variables.find("Port"))
                .contains(new ResolvedVariables.Value("1", false, Set.of(), "1"));
        assertThat(masks(variables)).containsExactly("s3cr3t");
    }

    @Test
    void a_secret_of_several_lines_is_masked_line_by_line_and_whole() {
        assertThat(masks(of(secret("Key", "BEGIN KEY\nabcdefgh\n}\n"), secret("Empty", " "))))
                .containsExactly("BEGIN KEY\nabcdefgh\n}", "BEGIN KEY", "abcdefgh");
    }

    @Test
    void facts_are_literal_and_win() {
        var variables =
                of(plain("A", "old"), secret("Password", "s3cr3t"))
                        .withFacts(Map.of("A", "#{Password}"));
        assertThat(value(variables, "A")).isEqualTo("#{Password}");
    }

    @Test
    void a_value_given_for_a_deployment_wins_and_stays_as_sensitive_as_it_was() {
        var variables =
                of(secret("Password", "default"), plain("Name", "a"))
                        .overriddenBy(Map.of("Password", "#{Name}-given", "Other", "b"));
        assertThat(variables.find("Password"))
                .contains(
                        new ResolvedVariables.Value(
                                "a-given", true, Set.of("a-given"), "********"));
        assertThat(masks(variables)).containsExactly("a-given");
        assertThat(value(variables, "Other")).isEqualTo("b");
    }

    @Test
    void the_strict_form_refuses_what_is_unknown() {
        assertThatThrownBy(() -> of(plain("A", "1")).makeStrictly("http://#{Host}/#{A}"))
                .isInstanceOf(VariableProblem.Unknown.class)
                .hasMessageStartingWith("#{Host} is not known here.");
        assertThatThrownBy(() -> of(plain("A", "#{B}"), plain("B", "#{C}")).makeStrictly("#{A}"))
                .hasMessageStartingWith("#{C} (in A → B) is not known here.");
    }

    @Test
    void values_that_would_grow_without_bound_are_refused() {
        var doubling = new ArrayList<Variable>();
        doubling.add(plain("V0", "0123456789"));
        for (int i = 1; i < 60; i++) {
            doubling.add(plain("V" + i, "#{V%d}#{V%d}".formatted(i - 1, i - 1)));
        }
        assertThatThrownBy(() -> VariableSet.of(doubling).resolve(HERE).find("V59"))
                .isInstanceOf(VariableProblem.TooLarge.class);

        var chain = new ArrayList<Variable>();
        for (int i = 0; i < 100_000; i++) {
            chain.add(plain("V" + i, "#{V%d}".formatted(i + 1)));
        }
        assertThatThrownBy(() -> VariableSet.of(chain).resolve(HERE).find("V0"))
                .isInstanceOf(VariableProblem.TooLarge.class);
    }

    @Test
    void what_a_filter_makes_of_a_secret_is_masked_too() {
        var variables =
                of(secret("Password", "s3cr3t-pw"), plain("Auth", "Basic #{Password | ToBase64}"));
        assertThat(masks(variables)).containsExactly("czNjcjN0LXB3", "s3cr3t-pw");
        assertThat(ResolvedVariables.masks(List.of(variables.make("say #{Password | ToUpper}"))))
                .containsExactly("S3CR3T-PW");
    }

    @Test
    void a_text_hides_the_secrets_that_went_into_it_and_no_others() {
        var variables =
                of(
                        secret("Password", "s3cr3t-pw"),
                        secret("Other", "never-asked"),
                        secret("Hosts", "alpha-1, beta-22, c"),
                        plain("Url", "http://me:#{Password}@db"));
        assertThat(variables.make("#{if Other}#{Url}#{/if}"))
                .isEqualTo(
                        new ResolvedVariables.Value(
                                "http://me:s3cr3t-pw@db",
                                true,
                                Set.of("s3cr3t-pw"),
                                "http://me:********@db"));
        assertThat(variables.make("#{each h in Hosts}#{h};#{/each}").secrets())
                .containsExactlyInAnyOrder("alpha-1", "beta-22");
        assertThat(variables.make("#{Password | Append \"!\"}").secrets())
                .containsExactlyInAnyOrder("s3cr3t-pw", "s3cr3t-pw!");
        assertThat(variables.make("#{Password | Substring 0 2}"))
                .isEqualTo(new ResolvedVariables.Value("s3", true, Set.of(), "********"));
        assertThat(variables.make("#{Nobody | Default #{Password}}").secrets())
                .containsExactly("s3cr3t-pw");
    }

    @Test
    void a_text_asks_for_variables_through_values_too() {
        var variables =
                of(plain("A", "#{B}"), plain("B", "1"), plain("C", "2"), plain("L[x].P", "3"));
        assertThat(variables.askedForBy("#{A} #{Nobody} #{each l in L}#{l.P}#{/each}"))
                .containsExactlyInAnyOrder("A", "B", "L[x].P");
    }

    @Test
    void a_circle_is_found_through_conditions_filters_and_indices() {
        assertThatThrownBy(
                        () ->
                                of(
                                                plain("A", "#{if B}x#{/if}"),
                                                plain("B", "#{C | ToUpper}"),
                                                plain("C", "#{D[#{A}]}"))
                                        .find("A"))
                .isInstanceOf(VariableProblem.Circular.class)
                .hasMessageContaining("A → B → C → A");
    }

    private static ResolvedVariables.Foreseen foreseen(ResolvedVariables variables, String text) {
        return variables.foresee(Template.parse(text));
    }

    @Test
    void what_is_unknown_is_foreseen_with_the_way_that_leads_there() {
        var variables =
                of(
                        plain("Url", "https://#{Host}/"),
                        plain("Host", "#{Nmae}.example"),
                        plain("Off", "false"));
        var foreseen =
                foreseen(variables, "#{Url} #{Other} #{if Off}#{NotAsked}#{/if}#{if Dbug}#{/if}");
        assertThat(foreseen.unknown())
                .containsExactly(List.of("#{Other}"), List.of("Url", "Host", "#{Nmae}"));
        assertThat(foreseen.asked()).containsExactly("Dbug");
        assertThat(foreseen.text()).contains("https://#{Nmae}.example/ #{Other} ");
    }

    @Test
    void where_a_value_comes_later_both_ways_are_gone() {
        var variables = of(plain("Due", "#{Out.Due}")).withLater(name -> name.startsWith("Out."));
        var foreseen =
                foreseen(
                        variables,
                        "#{if Due}#{A}#{else}#{B}#{/if}#{each x in Out.L}#{x}#{C}#{/each}");
        assertThat(foreseen.text()).isEmpty();
        assertThat(foreseen.unknown())
                .containsExactly(List.of("#{A}"), List.of("#{B}"), List.of("#{C}"));
    }

    @Property
    void any_web_of_references_either_has_one_answer_or_a_circle_that_is_really_there(
            @ForAll @Size(8) List<@IntRange(max = 8) Integer> targets) {
        var variables = new ArrayList<Variable>();
        var edges = new HashMap<String, String>();
        for (int i = 0; i < targets.size(); i++) {
            variables.add(plain("V" + i, "(#{V%d})".formatted(targets.get(i))));
            edges.put("V" + i, "V" + targets.get(i));
        }
        variables.add(plain("V8", "end"));
        var resolved = VariableSet.of(variables).resolve(HERE);
        for (int i = 0; i < targets.size(); i++) {
            try {
                assertThat(value(resolved, "V" + i)).matches("\\(+end\\)+");
            } catch (VariableProblem.Circular circle) {
                var path = circle.path();
                assertThat(path.getFirst()).isEqualTo(path.getLast());
                for (int step = 0; step + 1 < path.size(); step++) {
                    assertThat(edges.get(path.get(step))).isEqualTo(path.get(step + 1));
                }
            }
        }
    }
}
