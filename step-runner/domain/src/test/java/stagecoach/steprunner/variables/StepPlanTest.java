package stagecoach.steprunner.variables;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.internal.Plan;
import stagecoach.contracts.run.Pair;
import stagecoach.contracts.run.PinnedPackage;
import stagecoach.contracts.run.Place;
import stagecoach.contracts.run.PlannedStep;
import stagecoach.contracts.run.PlannedStep.Kind;
import stagecoach.contracts.run.Purpose;
import stagecoach.contracts.run.StepAssignment;
import stagecoach.contracts.steprun.StepRunEvent.StepRunStarted;
import stagecoach.steprunner.order.Answer;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.Digest;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.RegionId;
import stagecoach.vocabulary.identity.ReleaseVersion;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.WorkerId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.Install;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Action.Syntax;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.template.Scope;
import stagecoach.vocabulary.template.Variable;

class StepPlanTest {
    private static final RunOn ON_WEB = new RunOn.Targets(List.of(new Tag("web")));
    static final Place WEB_1 = target("web-1", "web", "eu");
    static final Place WEB_2 = target("web-2", "web", "eu");
    static final Place WORKER =
            new Place(
                    Optional.empty(),
                    Optional.of(new WorkerId("w1")),
                    Optional.empty(),
                    List.of(),
                    Optional.empty());
    static final PackageReference SHOP =
            new PackageReference(
                    FeedId.BUILT_IN,
                    PackageId.parse("Shop.Web"),
                    AcquisitionLocation.EXECUTION_TARGET,
                    PackageSource.NEAREST_CACHE);

    private static Place target(String id, String tag, String region) {
        return new Place(
                Optional.of(new TargetId(id)),
                Optional.empty(),
                Optional.of(new RegionId(region)),
                List.of(new Tag(tag)),
                Optional.empty());
    }

    static Variable plain(String name, String value) {
        return new Variable(name, value, false, Scope.EVERYWHERE);
    }

    private static Variable at(String target, String name, String value) {
        return new Variable(
                name,
                value,
                false,
                new Scope(
                        List.of(), List.of(new TargetId(target)), List.of(), List.of(), List.of()));
    }

    static Action script(String body) {
        return new Action.Script(Syntax.BASH, body);
    }

    static Action check(String url) {
        return new Action.HttpCheck(
                url,
                "GET",
                List.of(200),
                Optional.of("v#{Stagecoach.Release.Version}"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1));
    }

    static StepPlan plan(Action action, Map<String, String> prompted, Variable... values) {
        return new StepPlan(plan(step("work", action, Optional.empty()), prompted, values));
    }

    private static Step step(String name, Action action, Optional<String> onlyIf) {
        var step = Step.of(name, ON_WEB, action);
        onlyIf.ifPresent(step::onlyIf);
        return step.build();
    }

    private static Plan plan(Step step, Map<String, String> prompted, Variable... values) {
        return new Plan(
                new ProjectId("shop"),
                new ReleaseVersion("1.2"),
                new EnvironmentId("production"),
                new DeploymentProcess(List.of(step)),
                List.of(values),
                prompted,
                List.of(),
                Optional.empty());
    }

    static PlannedStep planned(Kind kind) {
        var pin =
                new PackagePin(
                        PackageId.parse("Shop.Web"),
                        PackageVersion.parse("1.2.0"),
                        Sha512.parseHex("ab".repeat(64)),
                        1);
        var step = PlannedStep.of("work", kind, ON_WEB);
        if (kind == Kind.PACKAGE) {
            step.installing(
                    new PinnedPackage(
                            FeedId.BUILT_IN,
                            pin,
                            AcquisitionLocation.EXECUTION_TARGET,
                            PackageSource.NEAREST_CACHE));
        }
        return step.build();
    }

    static StepRunStarted sheet(Kind kind, Place... places) {
        return new StepRunStarted(
                new DeploymentId("7f3k9qzm"),
                new ProjectId("shop"),
                new ReleaseVersion("1.2"),
                new EnvironmentId("production"),
                Digest.of("plan"),
                Phase.DEPLOYMENT,
                new Run(3),
                2,
                Purpose.NORMAL,
                false,
                List.of(new StepAssignment(planned(kind), List.of(places), Optional.empty())),
                Optional.empty());
    }

    private static Output output(String step, Place place, String value) {
        return new Output(new StepName(step), place.target(), "Port", value, false);
    }

    private static CommandPayload.Script scriptAt(Place place, StepPlan plan, Output... outputs) {
        return (CommandPayload.Script)
                plan.payload(
                        sheet(Kind.SCRIPT, place),
                        planned(Kind.SCRIPT),
                        place,
                        SoFar.of(List.of(outputs)));
    }

    private static String bodyAt(Place place, String body, Output... outputs) {
        return scriptAt(place, plan(script(body), Map.of()), outputs).body();
    }

    @Test
    void a_script_knows_what_people_call_its_target_and_that_is_its_id_if_they_gave_no_name() {
        var plan = plan(script("echo #{Stagecoach.Target.Name}"), Map.of());
        var named =
                new Place(
                        WEB_1.target(),
                        WEB_1.worker(),
                        WEB_1.region(),
                        WEB_1.tags(),
                        Optional.empty(),
                        Optional.of("Front door"));
        assertThat(scriptAt(named, plan).body()).isEqualTo("echo Front door");
        assertThat(scriptAt(WEB_2, plan).body()).isEqualTo("echo web-2");
        assertThat(scriptAt(WORKER, plan).variables()).doesNotContainKey("Stagecoach.Target.Name");
    }

    @Test
    void a_script_has_its_variables_in_its_body_and_beside_it_by_the_scopes_of_its_place() {
        var plan =
                plan(
                        script("echo #{Color} #{Stagecoach.Target.Id} #{Unknown} ${#a[@]}"),
                        Map.of(),
                        plain("Color", "red"),
                        at("web-2", "Color", "blue"));
        assertThat(scriptAt(WEB_1, plan).body()).isEqualTo("echo red web-1 #{Unknown} ${#a[@]}");
        assertThat(scriptAt(WEB_2, plan).body()).isEqualTo("echo blue web-2 #{Unknown} ${#a[@]}");
        assertThat(scriptAt(WEB_1, plan).variables())
                .containsEntry("Color", "red")
                .containsEntry("Stagecoach.Deployment.Id", "7f3k9qzm")
                .containsEntry("Stagecoach.Deployment.Attempt", "2")
                .containsEntry("Stagecoach.Release.Version", "1.2")
                .containsEntry("Stagecoach.Environment.Id", "production")
                .containsEntry("Stagecoach.Project.Id", "shop")
                .containsEntry("Stagecoach.Step.Name", "work")
                .containsEntry("Stagecoach.Region.Id", "eu")
                .doesNotContainKey("Stagecoach.Worker.Id");
    }

    @Test
    void secrets_are_handed_on_as_masks() {
        var plan =
                plan(
                        script("login #{Password}"),
                        Map.of(),
                        new Variable("Password", "s3cr3t", true, Scope.EVERYWHERE));
        assertThat(scriptAt(WEB_1, plan).masks()).containsExactly("s3cr3t");
        assertThat(scriptAt(WEB_1, plan).body()).isEqualTo("login s3cr3t");
    }

    @Test
    void a_value_given_for_the_deployment_wins() {
        var plan = plan(script("#{Color}"), Map.of("Color", "green"), at("web-1", "Color", "red"));
        assertThat(scriptAt(WEB_1, plan).body()).isEqualTo("green");
    }

    @Test
    void an_output_without_index_is_that_of_this_target() {
        String body = "#{Stagecoach.Step[a].Output.Port}";
        var both = new Output[] {output("a", WEB_1, "1"), output("a", WEB_2, "2")};
        assertThat(bodyAt(WEB_1, body, both)).isEqualTo("1");
        assertThat(bodyAt(WEB_2, body, both)).isEqualTo("2");
        assertThat(bodyAt(WEB_2, body, output("a", WEB_1, "1"))).isEqualTo(body);
        assertThat(bodyAt(WEB_2, "#{Stagecoach.Step[a].Output[web-1].Port}", both)).isEqualTo("1");
    }

    @Test
    void an_output_of_a_worker_is_read_everywhere() {
        String body = "#{Stagecoach.Step[a].Output.Port}";
        assertThat(bodyAt(WEB_1, body, output("a", WORKER, "9"))).isEqualTo("9");
        assertThat(bodyAt(WORKER, body, output("a", WORKER, "9"))).isEqualTo("9");
    }

    @Test
    void a_worker_reads_a_targets_output_without_index_only_if_there_is_one_value() {
        String body = "#{Stagecoach.Step[a].Output.Port}";
        assertThat(bodyAt(WORKER, body, output("a", WEB_1, "1"))).isEqualTo("1");
        assertThat(bodyAt(WORKER, body, output("a", WEB_1, "1"), output("a", WEB_2, "2")))
                .isEqualTo(body);
    }

    @Test
    void an_output_is_text_and_never_a_template() {
        var plan =
                plan(script("#{Stagecoach.Step[a].Output.Port}"), Map.of(), plain("Color", "red"));
        assertThat(scriptAt(WEB_1, plan, output("a", WEB_1, "#{Color}")).body())
                .isEqualTo("#{Color}");
    }

    @Test
    void a_package_goes_to_its_usual_directory_or_to_the_one_asked_for() {
        var sheet = sheet(Kind.PACKAGE, WEB_1);
        var usual =
                plan(
                        new Action.DeployPackage(
                                SHOP,
                                new Install(
                                        Optional.empty(),
                                        List.of("**/*.conf"),
                                        Optional.of(2),
                                        List.of("**/*.json"))),
                        Map.of());
        var install =
                (CommandPayload.Install)
                        usual.payload(sheet, planned(Kind.PACKAGE), WEB_1, SoFar.NOTHING);
        assertThat(install.directory()).isEqualTo("applications/production/Shop.Web/1.2.0");
        assertThat(install.substituteIn()).containsExactly("**/*.conf");
        assertThat(install.structuredVariablesIn()).containsExactly("**/*.json");
        assertThat(install.keepReleases()).contains(2);
        assertThat(install.variables())
                .containsEntry("Stagecoach.Package.Id", "Shop.Web")
                .containsEntry("Stagecoach.Package.Version", "1.2.0");

        var own =
                plan(
                        new Action.DeployPackage(
                                SHOP, new Install(Optional.of("/srv/#{Name}"), List.of())),
                        Map.of(),
                        plain("Name", "shop"));
        assertThat(
                        ((CommandPayload.Install)
                                        own.payload(
                                                sheet, planned(Kind.PACKAGE), WEB_1, SoFar.NOTHING))
                                .directory())
                .isEqualTo("/srv/shop");
    }

    @Test
    void a_copy_goes_where_the_variables_say_and_nowhere_without_them() {
        var copied =
                new Action.DeployPackage(
                        SHOP,
                        new Install(
                                Optional.empty(),
                                List.of(),
                                Optional.empty(),
                                List.of(),
                                Optional.of(
                                        new Action.CopyTo(
                                                "/srv/#{Name}", true, List.of("logs/**")))));
        var sheet = sheet(Kind.PACKAGE, WEB_1);
        var install =
                (CommandPayload.Install)
                        plan(copied, Map.of(), plain("Name", "shop"))
                                .payload(sheet, planned(Kind.PACKAGE), WEB_1, SoFar.NOTHING);
        assertThat(install.copyTo())
                .contains(new CommandPayload.CopyTo("/srv/shop", true, List.of("logs/**")));
        assertThat(plan(copied, Map.of()).unready(sheet).values())
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("Name");
    }

    @Test
    void a_check_has_its_variables_in_url_and_expectation() {
        var payload =
                (CommandPayload.Http)
                        plan(check("http://#{Host}/"), Map.of(), plain("Host", "localhost"))
                                .payload(
                                        sheet(Kind.HTTP_CHECK, WEB_1),
                                        planned(Kind.HTTP_CHECK),
                                        WEB_1,
                                        SoFar.NOTHING);
        assertThat(payload.url()).isEqualTo("http://localhost/");
        assertThat(payload.bodyMatches()).contains("v1.2");
    }

    @Test
    void what_leads_to_no_value_is_told_beforehand_pair_by_pair() {
        var circle = plan(script("x"), Map.of(), at("web-2", "A", "#{B}"), plain("B", "#{A}"));
        assertThat(circle.unready(sheet(Kind.SCRIPT, WEB_1, WEB_2)))
                .containsOnlyKeys(new Pair(new StepName("work"), WEB_2.target()))
                .allSatisfy((_, reason) -> assertThat(reason).contains("A → B → A"));

        var typo = plan(check("http://#{Hots}/"), Map.of(), plain("Host", "localhost"));
        assertThat(typo.unready(sheet(Kind.HTTP_CHECK, WEB_1)).values())
                .singleElement()
                .asString()
                .startsWith("#{Hots} is not known here.");

        var later = plan(check("http://#{Stagecoach.Step[a].Output.Host}/"), Map.of());
        assertThat(later.unready(sheet(Kind.HTTP_CHECK, WEB_1))).isEmpty();
    }

    @Test
    void two_equally_specific_values_make_a_step_unready_and_both_are_named() {
        var scope = new Scope(List.of(), List.of(), List.of(new Tag("web")), List.of(), List.of());
        var twice =
                plan(
                        script("x"),
                        Map.of(),
                        new Variable("A", "1", false, scope),
                        new Variable("A", "2", false, scope));
        assertThat(twice.unready(sheet(Kind.SCRIPT, WEB_1)).values())
                .singleElement()
                .asString()
                .contains("The variable A has two values");
    }

    @Test
    void a_place_that_cannot_be_reached_needs_no_payload() {
        var gone =
                new Place(
                        Optional.of(new TargetId("web-3")),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.of("gone"));
        assertThat(
                        plan(script("x"), Map.of(), plain("A", "#{A}"))
                                .unready(sheet(Kind.SCRIPT, gone)))
                .isEmpty();
    }

    @Test
    void the_same_place_gets_the_same_payload_again() {
        var plan = plan(script("#{Color}"), Map.of(), plain("Color", "red"));
        assertThat(scriptAt(WEB_1, plan, output("a", WEB_1, "1")))
                .isEqualTo(scriptAt(WEB_1, plan, output("a", WEB_1, "1")));
    }

    @Test
    void a_script_has_conditions_loops_and_filters_over_variables_and_outputs() {
        var body =
                "#{each t in Stagecoach.Step[look].Output}#{t}=#{t.Port | ToUpper};#{/each}#{if Debug}-v#{else}-q#{/if}";
        assertThat(
                        scriptAt(
                                        WEB_1,
                                        plan(script(body), Map.of(), plain("Debug", "no")),
                                        output("look", WEB_2, "b"),
                                        output("look", WEB_1, "a"))
                                .body())
                .isEqualTo("web-1=A;web-2=B;-q");
    }

    @Test
    void what_a_script_makes_of_a_secret_is_masked_too() {
        var secret = new Variable("Pw", "s3cr3t-pw", true, Scope.EVERYWHERE);
        assertThat(
                        scriptAt(WEB_1, plan(script("login #{Pw | ToBase64}"), Map.of(), secret))
                                .masks())
                .containsExactlyInAnyOrder("s3cr3t-pw", "czNjcjN0LXB3");
    }

    @Test
    void a_value_that_a_filter_cannot_take_makes_the_pair_unready() {
        var plan = plan(script("#{V | FromBase64}"), Map.of(), plain("V", "?"));
        assertThat(plan.unready(sheet(Kind.SCRIPT, WEB_1)).values())
                .singleElement()
                .asString()
                .startsWith("#{V | FromBase64} gives nothing");
    }

    private static Answer judged(Optional<String> group, String onlyIf, Variable... values) {
        var step = step("work", script("x"), Optional.of(onlyIf));
        var outer =
                group.map(of -> step("outer", new Action.Group(List.of(step)), Optional.of(of)));
        return new StepPlan(plan(outer.orElse(step), Map.of(), values))
                .judge(
                        sheet(Kind.SCRIPT, WEB_1),
                        planned(Kind.SCRIPT),
                        WEB_1,
                        SoFar.of(List.of(output("a", WEB_1, "True"))));
    }

    private static String unreadable(String onlyIf, Variable... values) {
        return ((Answer.Unreadable) judged(Optional.empty(), onlyIf, values)).reason();
    }

    @Test
    void only_if_reads_variables_by_their_scopes_and_outputs() {
        assertThat(
                        judged(
                                Optional.empty(),
                                "#{Deploy}",
                                plain("Deploy", "false"),
                                at("web-1", "Deploy", "true")))
                .isEqualTo(new Answer.Runs());
        assertThat(judged(Optional.empty(), "#{Deploy}", plain("Deploy", " FALSE ")))
                .isEqualTo(new Answer.LeftOut("left out, because its onlyIf is false"));
        assertThat(judged(Optional.empty(), "#{Stagecoach.Step[a].Output.Port}"))
                .isEqualTo(new Answer.Runs());
    }

    @Test
    void the_only_if_of_a_group_is_judged_before_that_of_its_step() {
        assertThat(judged(Optional.of("false"), "#{Unknown}"))
                .isEqualTo(
                        new Answer.LeftOut("left out, because the onlyIf of its group is false"));
        assertThat(judged(Optional.of("true"), "false"))
                .isEqualTo(new Answer.LeftOut("left out, because its onlyIf is false"));
    }

    @Test
    void an_only_if_that_gives_neither_true_nor_false_says_what_it_gives_but_no_secret() {
        assertThat(unreadable("#{Deploy}", plain("Deploy", "maybe")))
                .isEqualTo("its onlyIf must give true or false, and gives \"maybe\"");
        assertThat(
                        unreadable(
                                "#{Password}",
                                new Variable("Password", "s3cr3t", true, Scope.EVERYWHERE)))
                .isEqualTo("its onlyIf must give true or false, and gives something else");
        for (String piece : List.of("Substring 0 4", "ToLower")) {
            assertThat(
                            unreadable(
                                    "#{Password | %s}".formatted(piece),
                                    new Variable("Password", "S3CR3T-pw", true, Scope.EVERYWHERE)))
                    .endsWith("and gives something else");
        }
        assertThat(unreadable("#{Deplyo}")).contains("#{Deplyo} is not known here");
    }

    @Test
    void a_step_with_only_if_needs_to_be_ready_only_where_it_runs() {
        var step = step("work", check("http://#{Hots}/"), Optional.of("#{Deploy}"));
        var conditional = new StepPlan(plan(step, Map.of(), plain("Deploy", "true")));
        assertThat(
                        conditional.judge(
                                sheet(Kind.HTTP_CHECK, WEB_1),
                                planned(Kind.HTTP_CHECK),
                                WEB_1,
                                SoFar.NOTHING))
                .isInstanceOf(Answer.Unreadable.class);
    }
}
