package stagecoach.orchestrator.app.catalog.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Action.AcquisitionLocation;
import stagecoach.vocabulary.process.Action.PackageReference;
import stagecoach.vocabulary.process.Action.PackageSource;

class ScriptReaderTest {
    private static final KnownNames NAMES =
            new KnownNames(
                    Set.of("production"),
                    Set.of("eu"),
                    Set.of("hq"),
                    Set.of(FeedId.BUILT_IN.value()),
                    Set.of(),
                    Set.of());

    private static JsonBody step(String fields) {
        return JsonBody.of(
                """
                {"steps": [{"name": "a", "runOn": {"tags": ["web"]}, %s}]}"""
                        .formatted(fields)
                        .getBytes(StandardCharsets.UTF_8));
    }

    private static Action.Script read(String fields) {
        return (Action.Script)
                new ProcessReader(NAMES).read(step(fields)).steps().getFirst().action();
    }

    private static List<FieldError> errors(String fields) {
        return catchThrowableOfType(
                        InvalidInput.class, () -> new ProcessReader(NAMES).read(step(fields)))
                .errors();
    }

    private static PackageReference builtIn(String id) {
        return new PackageReference(
                FeedId.BUILT_IN,
                PackageId.parse(id),
                AcquisitionLocation.EXECUTION_TARGET,
                PackageSource.NEAREST_CACHE);
    }

    @Test
    void a_package_of_a_script_says_little_and_means_the_defaults() {
        Action.Script script =
                read(
                        """
                        "script": {"body": "true"}, "packages": [{"id": "Shop.Tools"},
                        {"feed": "built-in", "id": "Shop.Data", "acquisitionLocation": "SERVER", "extract": false}]""");
        assertThat(script.packages())
                .containsExactly(
                        new Action.ScriptPackage(builtIn("Shop.Tools"), true),
                        new Action.ScriptPackage(
                                new PackageReference(
                                        FeedId.BUILT_IN,
                                        PackageId.parse("Shop.Data"),
                                        AcquisitionLocation.SERVER,
                                        PackageSource.NEAREST_CACHE),
                                false));
        assertThat(script.file()).isEmpty();
    }

    @Test
    void a_script_lies_in_a_package_that_is_named_in_full_or_by_its_id() {
        for (String named : List.of("{\"id\": \"Shop.Tools\"}", "\"Shop.Tools\"")) {
            Action.Script script =
                    read("\"script\": {\"package\": %s, \"path\": \"a/b.sh\"}".formatted(named));
            assertThat(script.body()).isEmpty();
            assertThat(script.file())
                    .contains(new Action.ScriptFile(builtIn("Shop.Tools"), "a/b.sh"));
            assertThat(script.packages()).isEmpty();
        }
    }

    @Test
    void the_bare_id_of_a_listed_package_means_that_one() {
        Action.Script script =
                read(
                        """
                        "script": {"package": "shop.tools", "path": "a.sh"},
                        "packages": [{"id": "Shop.Tools", "acquisitionLocation": "SERVER"}]""");
        assertThat(script.file().orElseThrow().source())
                .isEqualTo(script.packages().getFirst().source());
    }

    @Test
    void half_of_a_place_in_a_package_is_told_with_what_is_missing() {
        assertThat(errors("\"script\": {\"path\": \"a.sh\"}"))
                .extracting(FieldError::pointer)
                .containsExactly("/steps/0/script/path");
        assertThat(errors("\"script\": {\"package\": \"X\"}"))
                .extracting(FieldError::pointer)
                .containsExactly("/steps/0/script/package");
        assertThat(errors("\"script\": {}"))
                .extracting(FieldError::pointer)
                .containsExactly("/steps/0/script/body");
    }

    @Test
    void everything_that_is_wrong_with_packages_is_told_at_once() {
        assertThat(
                        errors(
                                """
                                "script": {"body": "true"},
                                "packages": [{"id": "X Y"}, {"feed": "nuget", "id": "X"},
                                             {"id": "X", "version": "1.0.0"}, {"id": "Z", "extrct": true}]"""))
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder(
                        "/steps/0/packages/0/id",
                        "/steps/0/packages/1/feed",
                        "/steps/0/packages/2/version",
                        "/steps/0/packages/3/extrct");
        assertThat(
                        errors(
                                """
                                "phase": "PRE_ACQUISITION",
                                "script": {"package": "Shop.Tools", "path": "../a.sh", "body": "true"},
                                "packages": [{"id": "X"}, {"id": "x"}]"""))
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder(
                        "/steps/0/phase",
                        "/steps/0/script/path",
                        "/steps/0/script/body",
                        "/steps/0/packages/1/id");
    }

    @Test
    void only_scripts_refer_to_packages() {
        assertThat(
                        errors(
                                """
                                "kind": "PACKAGE", "package": {"id": "Shop.Web"}, "packages": [{"id": "X"}]"""))
                .extracting(FieldError::pointer)
                .contains("/steps/0/packages");
    }
}
