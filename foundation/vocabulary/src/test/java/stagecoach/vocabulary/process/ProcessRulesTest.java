package stagecoach.vocabulary.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageSource;

class ProcessRulesTest {
    private static final RunOn WEB = new RunOn.Targets(List.of(new Tag("web")));
    private static final RunOn HQ = new RunOn.Worker(new PoolId("hq"));
    private static final RunOn NOBODY = new RunOn.NoMachine();
    private static final Action LOOK = new Action.ManualIntervention("Look.", List.of());
    private static final Action SCRIPT = script("true");

    private static Action script(String body) {
        return new Action.Script(Action.Syntax.BASH, body);
    }

    @Test
    void a_script_before_a_package_before_a_check_is_a_good_process() {
        assertThat(
                        mistakes(
                                Step.of("tunnel", HQ, SCRIPT).phase(Phase.PRE_ACQUISITION),
                                Step.of("web", WEB, install()).window(2),
                                Step.of("healthy", WEB, check("http://localhost/health"))))
                .isEmpty();
    }

    @Test
    void pre_acquisition_behind_deployment_is_told_where_to_go() {
        assertThat(
                        mistakes(
                                Step.of("web", WEB, SCRIPT),
                                Step.of("db", WEB, SCRIPT),
                                Step.of("tunnel", HQ, SCRIPT).phase(Phase.PRE_ACQUISITION)))
                .containsExactly(
                        new ProcessRules.Mistake(
                                2,
                                "phase",
                                "PRE_ACQUISITION cannot follow DEPLOYMENT. Move it above \"web\"."));
    }

    @Test
    void a_package_cannot_be_installed_before_packages_are_there() {
        assertThat(pointers(mistakes(Step.of("web", WEB, install()).phase(Phase.PRE_ACQUISITION))))
                .containsExactly("/steps/0/phase");
    }

    @Test
    void patterns_of_files_are_few_and_short_enough_for_a_machine_to_try() {
        assertThat(mistakes(Step.of("web", WEB, substituting("**/a/".repeat(8) + "*.conf"))))
                .isEmpty();
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of(
                                                "web",
                                                WEB,
                                                substituting(
                                                        "**/*.conf",
                                                        "**/a/".repeat(9) + "*.conf",
                                                        "**\\a\\".repeat(9) + "*.conf",
                                                        "a".repeat(257))))))
                .containsExactly(
                        "/steps/0/install/substituteIn/1",
                        "/steps/0/install/substituteIn/2",
                        "/steps/0/install/substituteIn/3");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of(
                                                "web",
                                                WEB,
                                                substituting(
                                                        Stream.generate(() -> "*.conf")
                                                                .limit(51)
                                                                .toArray(String[]::new))))))
                .containsExactly("/steps/0/install/substituteIn");
    }

    @Test
    void a_step_starts_with_the_one_before_it_only_where_both_can() {
        assertThat(pointers(mistakes(Step.of("a", WEB, SCRIPT).withPrevious())))
                .containsExactly("/steps/0/start");
        assertThat(
                        mistakes(
                                Step.of("a", WEB, SCRIPT).phase(Phase.PRE_ACQUISITION),
                                Step.of("b", WEB, SCRIPT).withPrevious()))
                .containsExactly(
                        new ProcessRules.Mistake(
                                1,
                                "start",
                                "The step before it, \"a\", belongs to PRE_ACQUISITION, and the acquisition lies between the two. Leave start out."));
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("a", WEB, SCRIPT),
                                        Step.of("go", NOBODY, LOOK).withPrevious(),
                                        Step.of("b", WEB, SCRIPT).withPrevious())))
                .containsExactly("/steps/1/start", "/steps/2/start");
        assertThat(mistakes(Step.of("a", WEB, SCRIPT), Step.of("b", HQ, SCRIPT).withPrevious()))
                .isEmpty();
    }

    @Test
    void only_if_is_true_false_or_a_template() {
        for (String good :
                List.of(
                        "true",
                        " FALSE ",
                        "#{Deploy.Web}",
                        "#{A}#{B}",
                        "#{if A == \"x\"}true#{else}false#{/if}",
                        "#{A | ToLower}")) {
            assertThat(mistakes(Step.of("a", WEB, SCRIPT).onlyIf(good))).isEmpty();
        }
        for (String bad : List.of("", "yes", "#{if A}true", "#{A | ToLowr}")) {
            assertThat(pointers(mistakes(Step.of("a", WEB, SCRIPT).onlyIf(bad))))
                    .containsExactly("/steps/0/onlyIf");
        }
    }

    @Test
    void a_mistake_in_a_template_is_told_with_step_line_and_column() {
        assertThat(
                        mistakes(
                                Step.of("a", WEB, SCRIPT),
                                Step.of("b", WEB, script("echo\n #{if X}y"))))
                .containsExactly(
                        new ProcessRules.Mistake(
                                1,
                                "script/body",
                                "line 2, column 2: #{if X} is never closed. Write #{/if} where it ends. Write ##{ where the text #{ itself is meant."));
        assertThat(
                        mistakes(
                                Step.of(
                                        "a",
                                        WEB,
                                        script("echo ${#array[@]} ${x##*/} ##{user.name + 1}"))))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{Stagecoach.Step[look].Sate}",
                "#{Stagecoach.Step[look].State.Web}",
                "#{Stagecoach.Step[Look].State}",
                "#{Stagecoach.Step[gone].State}",
                "#{Stagecoach.Step[look].Output[web-1]x}"
            })
    void what_a_step_has_none_of_is_refused(String name) {
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("look", WEB, SCRIPT),
                                        Step.of("b", WEB, script(name)))))
                .containsExactly("/steps/1/script/body");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "#{Stagecoach.Step[look].State}",
                "#{Stagecoach.Step[look].State[web-1]}",
                "#{Stagecoach.Step[look].Output[web-1].Url}",
                "#{Stagecoach.Step[#{Which}].State}",
                "#{each o in Stagecoach.Step[look].Output}#{o}#{/each}",
                "#{each t in Stagecoach.Step[look].State}#{t.Key}#{/each}"
            })
    void what_a_step_has_is_not(String text) {
        assertThat(mistakes(Step.of("look", WEB, SCRIPT), Step.of("b", WEB, script(text))))
                .isEmpty();
    }

    @Test
    void outputs_are_read_of_steps_that_have_ended() {
        String output = "#{Stagecoach.Step[%s].Output.Url}";
        var reads = script(output.formatted("look"));
        assertThat(mistakes(Step.of("look", WEB, SCRIPT), Step.of("b", WEB, reads))).isEmpty();
        assertThat(
                        mistakes(
                                Step.of("look", WEB, SCRIPT),
                                Step.of("b", WEB, SCRIPT).onlyIf(output.formatted("look"))))
                .isEmpty();
        assertThat(mistakes(Step.of("b", WEB, reads), Step.of("look", WEB, SCRIPT)))
                .extracting(ProcessRules.Mistake::sentence)
                .containsExactly(
                        "#{Stagecoach.Step[look].Output.Url}: the step \"look\" has not ended when \"b\" begins, so this is not known then. Move it before this one.");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("look", WEB, SCRIPT),
                                        Step.of("b", WEB, reads).withPrevious())))
                .containsExactly("/steps/1/script/body");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("b", WEB, SCRIPT)
                                                .onlyIf(
                                                        "#{if Stagecoach.Step[gone].Output.X}true#{else}false#{/if}"))))
                .containsExactly("/steps/0/onlyIf");
        var look = Step.of("look", WEB, SCRIPT).build();
        var child = Step.of("b", WEB, reads).build();
        assertThat(mistakes(Step.of("g", WEB, new Action.Group(List.of(look, child))))).isEmpty();
        assertThat(pointers(mistakes(Step.of("g", WEB, new Action.Group(List.of(child, look))))))
                .containsExactly("/steps/0/steps/0/script/body");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("g", WEB, new Action.Group(List.of(look)))
                                                .onlyIf(output.formatted("look")))))
                .containsExactly("/steps/0/onlyIf");
    }

    @Test
    void a_name_of_ours_that_does_not_exist_is_refused() {
        assertThat(mistakes(Step.of("a", WEB, script("#{Stagecoach.Deployment.Id}")))).isEmpty();
        assertThat(mistakes(Step.of("a", WEB, script("#{Stagecoach.Deploymnt.Id}"))))
                .extracting(ProcessRules.Mistake::sentence)
                .first()
                .asString()
                .startsWith("#{Stagecoach.Deploymnt.Id}: there is no built-in variable");
    }

    @Test
    void a_manual_intervention_stands_where_nothing_has_failed() {
        assertThat(pointers(mistakes(Step.of("go", NOBODY, LOOK).condition(Condition.FAILURE))))
                .containsExactly("/steps/0/condition");
        assertThat(mistakes(Step.of("go", NOBODY, LOOK).phase(Phase.PRE_ACQUISITION))).isEmpty();
    }

    @Test
    void a_group_holds_steps_on_its_own_targets() {
        var child = Step.of("child", WEB, SCRIPT).build();
        assertThat(mistakes(Step.of("g", WEB, new Action.Group(List.of(child))))).isEmpty();
        assertThat(pointers(mistakes(Step.of("g", WEB, new Action.Group(List.of())))))
                .containsExactly("/steps/0/steps");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("g", HQ, new Action.Group(List.of(child))),
                                        Step.of("child", WEB, SCRIPT))))
                .containsExactly("/steps/1/name", "/steps/0/runOn", "/steps/0/steps/0/runOn");
    }

    @Test
    void steps_that_start_together_and_the_children_of_a_group_share_a_number() {
        var group =
                Step.of(
                        "g",
                        WEB,
                        new Action.Group(
                                List.of(
                                        Step.of("c1", WEB, SCRIPT).build(),
                                        Step.of("c2", WEB, SCRIPT).build())));
        var process =
                new DeploymentProcess(
                        List.of(
                                Step.of("a", WEB, SCRIPT).build(),
                                Step.of("b", WEB, SCRIPT).withPrevious().build(),
                                group.build(),
                                Step.of("d", WEB, SCRIPT).withPrevious().build(),
                                Step.of("e", WEB, SCRIPT).build()));
        assertThat(process.leaves())
                .extracting(leaf -> leaf.step().name() + " " + leaf.batch())
                .containsExactly("a 1", "b 1", "c1 2", "c2 2", "d 2", "e 3");
        assertThat(process.all()).extracting(step -> step.name().value()).contains("g", "c1");
    }

    @Test
    void an_expression_may_hold_variables() {
        var check =
                new Action.HttpCheck(
                        "http://localhost/",
                        "GET",
                        List.of(200),
                        Optional.of("release #{Stagecoach.Release.Version}, .*"),
                        Duration.ofMinutes(1),
                        Duration.ofSeconds(1));
        assertThat(mistakes(Step.of("healthy", WEB, check))).isEmpty();
    }

    @Test
    void a_package_is_installed_on_targets_only() {
        assertThat(pointers(mistakes(Step.of("web", HQ, install()))))
                .containsExactly("/steps/0/runOn");
    }

    @Test
    void rolling_and_parallelism_exclude_each_other() {
        assertThat(pointers(mistakes(Step.of("web", WEB, SCRIPT).window(2).parallelism(3))))
                .containsExactly("/steps/0/parallelism");
    }

    @Test
    void a_step_on_one_worker_has_no_pace() {
        assertThat(pointers(mistakes(Step.of("once", HQ, SCRIPT).window(2))))
                .containsExactly("/steps/0/rolling");
    }

    @Test
    void two_steps_of_one_name_are_told_apart() {
        assertThat(mistakes(Step.of("web", WEB, SCRIPT), Step.of("web", WEB, SCRIPT)))
                .extracting(ProcessRules.Mistake::pointer, ProcessRules.Mistake::sentence)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                "/steps/1/name",
                                "\"web\" is the name of steps[0] already. Give each step a name of its own."));
    }

    @Test
    void an_environment_is_included_or_excluded_not_both() {
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("web", WEB, SCRIPT)
                                                .environments(
                                                        List.of(
                                                                new EnvironmentId("staging"),
                                                                new EnvironmentId("production")))
                                                .excludeEnvironments(
                                                        List.of(new EnvironmentId("production"))))))
                .containsExactly("/steps/0/excludeEnvironments/0");
    }

    @Test
    void a_check_says_everything_that_is_wrong_with_it_at_once() {
        Action bad =
                new Action.HttpCheck(
                        "localhost",
                        "FETCH",
                        List.of(200, 42),
                        Optional.of("(open"),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2));
        assertThat(pointers(mistakes(Step.of("healthy", WEB, bad))))
                .containsExactly(
                        "/steps/0/http/url",
                        "/steps/0/http/method",
                        "/steps/0/http/status/1",
                        "/steps/0/http/bodyMatches",
                        "/steps/0/http/every");
    }

    @Test
    void the_other_steps_are_judged_although_one_could_not_be_read() {
        var steps =
                List.of(
                        Optional.of(Step.of("web", WEB, SCRIPT).build()),
                        Optional.<Step>empty(),
                        Optional.of(
                                Step.of("late", HQ, SCRIPT).phase(Phase.PRE_ACQUISITION).build()));
        assertThat(pointers(ProcessRules.mistakes(steps))).containsExactly("/steps/2/phase");
    }

    @Test
    void how_a_process_is_ended_has_bounds() {
        var quick = Step.of("web", WEB, SCRIPT).killAfter(Duration.ZERO);
        assertThat(mistakes(quick.abandonAfter(Duration.ofSeconds(1)))).isEmpty();
        var never =
                Step.of("web", WEB, SCRIPT)
                        .killAfter(Duration.ofMinutes(61))
                        .abandonAfter(Duration.ZERO);
        assertThat(pointers(mistakes(never)))
                .containsExactly("/steps/0/killAfter", "/steps/0/abandonAfter");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("web", WEB, SCRIPT)
                                                .killAfter(Duration.ofSeconds(-1)))))
                .containsExactly("/steps/0/killAfter");
    }

    @Test
    void an_empty_script_and_a_timeout_of_nothing_are_refused() {
        Action empty = new Action.Script(Action.Syntax.SH, "  \n");
        assertThat(pointers(mistakes(Step.of("web", WEB, empty).timeout(Duration.ZERO))))
                .containsExactly("/steps/0/timeout", "/steps/0/script/body");
    }

    @Test
    void only_a_health_check_of_targets_takes_targets_out() {
        var check = new Action.HealthCheck(UnavailableTargets.EXCLUDE, Duration.ofMinutes(1));
        assertThat(mistakes(Step.of("alive", WEB, check))).isEmpty();
        assertThat(pointers(mistakes(Step.of("alive", HQ, check))))
                .containsExactly("/steps/0/health/unavailable");
        assertThat(
                        pointers(
                                mistakes(
                                        Step.of("web", WEB, SCRIPT)
                                                .unavailableTargets(UnavailableTargets.EXCLUDE))))
                .containsExactly("/steps/0/unavailableTargets");
    }

    private static List<String> pointers(List<ProcessRules.Mistake> mistakes) {
        return mistakes.stream().map(ProcessRules.Mistake::pointer).toList();
    }

    private static List<ProcessRules.Mistake> mistakes(Step.Builder... steps) {
        return ProcessRules.mistakes(
                new DeploymentProcess(Stream.of(steps).map(Step.Builder::build).toList()));
    }

    private static Action install() {
        return substituting();
    }

    @Test
    void patterns_of_structured_files_have_the_same_bounds() {
        var install =
                new Action.Install(
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        List.of("*.json", "**/".repeat(9) + "*.json"));
        var deploy = new Action.DeployPackage(((Action.DeployPackage) install()).source(), install);
        assertThat(pointers(mistakes(Step.of("web", WEB, deploy))))
                .containsExactly("/steps/0/install/structuredVariablesIn/1");
    }

    @Test
    void a_pattern_that_no_machine_could_match_with_is_refused_with_its_place() {
        for (String glob :
                List.of(
                        "[",
                        "[]",
                        "[!]",
                        "[a",
                        "[]a]",
                        "[a/b]",
                        "[a\\b]",
                        "{a",
                        "{a,{b}}",
                        "[b-a]",
                        "[a--]",
                        "[--a]",
                        "[a-b-c]",
                        "[!a-",
                        "{[a}",
                        "conf/[.json",
                        "",
                        " ")) {
            assertThat(mistakes(Step.of("web", WEB, substituting("*.json", glob))))
                    .as(glob)
                    .singleElement()
                    .satisfies(
                            mistake -> {
                                assertThat(mistake.pointer())
                                        .isEqualTo("/steps/0/install/substituteIn/1");
                                assertThat(mistake.sentence())
                                        .startsWith(
                                                "\"" + glob + "\" is no pattern of file names: ");
                            });
        }
    }

    @Test
    void a_pattern_that_machines_can_match_with_is_taken() {
        assertThat(
                        mistakes(
                                Step.of(
                                        "web",
                                        WEB,
                                        substituting(
                                                "[^a]",
                                                "[^]",
                                                "a}",
                                                "[a-]",
                                                "[-a]",
                                                "[-]",
                                                "{[}]}",
                                                "[[a]",
                                                "[a&&b]",
                                                "[!-a]",
                                                "{}",
                                                "a,b}",
                                                "conf\\*.{json,xml}",
                                                "**/[a-z0-9]?.conf"))))
                .isEmpty();
    }

    private static List<ProcessRules.Mistake> copying(
            String directory, boolean purge, String... except) {
        var install =
                new Action.Install(
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        List.of(),
                        Optional.of(new Action.CopyTo(directory, purge, List.of(except))));
        return mistakes(
                Step.of(
                        "web",
                        WEB,
                        new Action.DeployPackage(
                                ((Action.DeployPackage) install()).source(), install)));
    }

    @Test
    void a_copy_goes_to_a_directory_that_is_whole_and_no_root() {
        for (String good :
                List.of(
                        "/srv/shop",
                        "C:\\inetpub\\shop",
                        "d:/shop",
                        "\\\\files\\web\\shop",
                        "#{Shop.Root}",
                        "#{Root}/shop",
                        "/srv/..shop")) {
            assertThat(copying(good, true)).as(good).isEmpty();
        }
        for (var bad :
                Map.of(
                                "", "The directory is empty.",
                                " ", "The directory is empty.",
                                "srv/shop", "\"srv/shop\" is relative",
                                "C:shop", "\"C:shop\" is relative",
                                "/srv/../etc", "\"/srv/../etc\" goes up with '..'.",
                                "C:\\a\\..", "\"C:\\a\\..\" goes up with '..'.",
                                "/", "\"/\" is the root of a disk.",
                                "C:\\", "\"C:\\\" is the root of a disk.",
                                "\\\\files\\web", "\"\\\\files\\web\" is the root of a disk.",
                                "/srv/a\nb", "A directory is one line of at most 1024 characters.")
                        .entrySet()) {
            assertThat(copying(bad.getKey(), false))
                    .as(bad.getKey())
                    .singleElement()
                    .satisfies(
                            mistake -> {
                                assertThat(mistake.pointer())
                                        .isEqualTo("/steps/0/install/copyTo/directory");
                                assertThat(mistake.sentence()).startsWith(bad.getValue());
                            });
        }
    }

    @Test
    void what_a_purge_leaves_is_named_by_patterns_within_the_directory() {
        assertThat(copying("/srv/shop", true, "logs/**", "*.local", "a\\b")).isEmpty();
        assertThat(pointers(copying("/srv/shop", true, "ok", "/logs", "../x", "C:\\x", "[", "")))
                .containsExactlyInAnyOrder(
                        "/steps/0/install/copyTo/except/1",
                        "/steps/0/install/copyTo/except/2",
                        "/steps/0/install/copyTo/except/3",
                        "/steps/0/install/copyTo/except/4",
                        "/steps/0/install/copyTo/except/5");
        // A purge would remove what these seem to keep.
        for (String idle :
                List.of("./logs/**", "logs//**", "logs/./*", "logs/#{Tenant}/**", "a/../b", ".")) {
            assertThat(pointers(copying("/srv/shop", true, idle)))
                    .as(idle)
                    .containsExactly("/steps/0/install/copyTo/except/0");
        }
        assertThat(copying("/srv/shop", true, "logs/", ".well-known/**", "a.b/*.c")).isEmpty();
        assertThat(pointers(copying("/srv/shop", false, "logs/**")))
                .containsExactly("/steps/0/install/copyTo/except");
    }

    private static Action substituting(String... globs) {
        return new Action.DeployPackage(
                new Action.PackageReference(
                        FeedId.BUILT_IN,
                        PackageId.parse("Shop.Web"),
                        AcquisitionLocation.EXECUTION_TARGET,
                        PackageSource.NEAREST_CACHE),
                new Action.Install(Optional.empty(), List.of(globs)));
    }

    private static Action check(String url) {
        return new Action.HttpCheck(
                url,
                "GET",
                List.of(200),
                Optional.empty(),
                Duration.ofMinutes(1),
                Duration.ofSeconds(2));
    }
}
