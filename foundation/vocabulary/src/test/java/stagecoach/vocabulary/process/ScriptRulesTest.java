package stagecoach.vocabulary.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;
import stagecoach.vocabulary.process.Action.Script;
import stagecoach.vocabulary.process.Action.ScriptFile;
import stagecoach.vocabulary.process.Action.ScriptPackage;
import stagecoach.vocabulary.process.Action.Syntax;

class ScriptRulesTest {
    private static PackageReference reference(String id) {
        return new PackageReference(
                FeedId.BUILT_IN,
                PackageId.parse(id),
                AcquisitionLocation.EXECUTION_TARGET,
                PackageSource.NEAREST_CACHE);
    }

    private static Script using(String... ids) {
        return new Script(
                Syntax.BASH,
                "true",
                List.of(ids).stream().map(id -> new ScriptPackage(reference(id), true)).toList(),
                Optional.empty());
    }

    private static Script lyingAt(String path) {
        return new Script(
                Syntax.BASH,
                "",
                List.of(),
                Optional.of(new ScriptFile(reference("Shop.Tools"), path)));
    }

    private static List<String> mistakes(Script script, Phase phase) {
        return ProcessRules.mistakes(
                        new DeploymentProcess(
                                List.of(
                                        Step.of("a", new RunOn.Worker(new PoolId("hq")), script)
                                                .phase(phase)
                                                .build())))
                .stream()
                .map(mistake -> mistake.field() + ": " + mistake.sentence())
                .toList();
    }

    private static List<String> mistakes(Script script) {
        return mistakes(script, Phase.DEPLOYMENT);
    }

    @Test
    void a_script_refers_to_packages_or_lies_in_one() {
        assertThat(mistakes(using("Shop.Tools", "Shop.Data"))).isEmpty();
        assertThat(mistakes(lyingAt("scripts/migrate.sh"))).isEmpty();
        assertThat(mistakes(lyingAt("..hidden/a b..sh"))).isEmpty();
    }

    @Test
    void the_package_that_a_script_lies_in_need_not_stand_among_the_others() {
        assertThat(lyingAt("a.sh").allPackages())
                .containsExactly(new ScriptPackage(reference("Shop.Tools"), true));
        var listed =
                new Script(
                        Syntax.BASH,
                        "",
                        List.of(new ScriptPackage(reference("shop.tools"), true)),
                        Optional.of(new ScriptFile(reference("Shop.Tools"), "a.sh")));
        assertThat(mistakes(listed)).isEmpty();
        assertThat(listed.allPackages()).hasSize(1);
    }

    @Test
    void before_the_acquisition_there_is_no_package() {
        assertThat(mistakes(using("Shop.Tools"), Phase.PRE_ACQUISITION))
                .containsExactly(
                        "phase: A step of PRE_ACQUISITION runs before any package is there, so its script cannot use \"Shop.Tools\". Move the step to DEPLOYMENT.");
        assertThat(mistakes(lyingAt("a.sh"), Phase.PRE_ACQUISITION)).hasSize(1);
    }

    @Test
    void each_package_is_named_once_and_has_an_environment_name_of_its_own() {
        assertThat(mistakes(using("Shop.Tools", "Shop.Data", "shop.tools")))
                .containsExactly(
                        "packages/2/id: \"shop.tools\" is packages[0] already. Name each package once.");
        assertThat(mistakes(using("Shop.Tools", "Shop-Tools")))
                .containsExactly(
                        "packages/1/id: \"Shop.Tools\" and \"Shop-Tools\" have the same name in the script's environment. Use them in two steps.");
    }

    @Test
    void a_body_names_only_packages_that_the_step_has() {
        var good =
                new Script(
                        Syntax.BASH,
                        "#{Stagecoach.Package[Shop.Tools].Directory}/a #{Stagecoach.Package[Shop.Tools].Version}",
                        List.of(new ScriptPackage(reference("Shop.Tools"), true)),
                        Optional.empty());
        assertThat(mistakes(good)).isEmpty();
        assertThat(
                        mistakes(
                                new Script(
                                        Syntax.BASH,
                                        "#{Stagecoach.Package[Shop.Tols].Directory}",
                                        good.packages(),
                                        Optional.empty())))
                .containsExactly(
                        "script/body: #{Stagecoach.Package[Shop.Tols].Directory}: the step's packages have Stagecoach.Package[Shop.Tools].Directory, Stagecoach.Package[Shop.Tools].Version. Correct it, or name the package in packages.");
        assertThat(mistakes(new Script(Syntax.BASH, "#{Stagecoach.Package[Shop.Tools].Version}")))
                .containsExactly(
                        "script/body: #{Stagecoach.Package[Shop.Tools].Version}: the step has no packages. Name the package in packages.");
    }

    @Test
    void a_script_has_a_body_or_a_file() {
        var both =
                new Script(
                        Syntax.BASH,
                        "true",
                        List.of(),
                        Optional.of(new ScriptFile(reference("Shop.Tools"), "a.sh")));
        assertThat(mistakes(both))
                .containsExactly(
                        "script/body: The script is a.sh in the package Shop.Tools, so there is no body. Leave one of them out.");
        assertThat(mistakes(new Script(Syntax.BASH, ""))).hasSize(1);
    }

    @Test
    void a_script_runs_from_a_package_that_is_unpacked() {
        var packed =
                new Script(
                        Syntax.BASH,
                        "",
                        List.of(new ScriptPackage(reference("Shop.Tools"), false)),
                        Optional.of(new ScriptFile(reference("Shop.Tools"), "a.sh")));
        assertThat(mistakes(packed))
                .containsExactly(
                        "script/package: The script lies in Shop.Tools, and packages says not to unpack it. Leave extract out there.");
    }

    @Test
    void what_the_server_uploads_is_pulled_from_nowhere() {
        var upload =
                new PackageReference(
                        FeedId.BUILT_IN,
                        PackageId.parse("Shop.Tools"),
                        AcquisitionLocation.SERVER,
                        PackageSource.FEED);
        var script =
                new Script(
                        Syntax.BASH,
                        "true",
                        List.of(new ScriptPackage(upload, true)),
                        Optional.empty());
        assertThat(mistakes(script)).singleElement().asString().startsWith("packages/0/source: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "/etc/passwd",
                "C:/a.ps1",
                "../a.sh",
                "scripts/../../a.sh",
                "./a.sh",
                "scripts//a.sh",
                "scripts/",
                "scripts\\a.sh",
                "a\nb.sh",
                "#{Name}.sh"
            })
    void a_path_names_a_file_from_the_packages_top_down(String path) {
        assertThat(mistakes(lyingAt(path))).singleElement().asString().startsWith("script/path: ");
    }
}
