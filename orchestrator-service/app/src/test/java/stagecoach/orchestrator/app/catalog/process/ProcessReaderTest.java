package stagecoach.orchestrator.app.catalog.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import stagecoach.orchestrator.app.request.KnownNames;
import stagecoach.runtime.access.FieldError;
import stagecoach.runtime.access.InvalidInput;
import stagecoach.runtime.request.JsonBody;
import stagecoach.vocabulary.identity.FeedId;
import stagecoach.vocabulary.identity.PoolId;
import stagecoach.vocabulary.identity.Tag;
import stagecoach.vocabulary.process.Action;
import stagecoach.vocabulary.process.Condition;
import stagecoach.vocabulary.process.DeploymentProcess;
import stagecoach.vocabulary.process.Mutex;
import stagecoach.vocabulary.process.Phase;
import stagecoach.vocabulary.process.Retries;
import stagecoach.vocabulary.process.RunOn;
import stagecoach.vocabulary.process.StartTrigger;
import stagecoach.vocabulary.process.Step;
import stagecoach.vocabulary.process.UnavailableTargets;
import stagecoach.wire.StagecoachJson;

class ProcessReaderTest {
    private static final KnownNames NAMES =
            new KnownNames(
                    Set.of("staging", "production"),
                    Set.of("eu"),
                    Set.of("hq"),
                    Set.of(FeedId.BUILT_IN.value()),
                    Set.of(),
                    Set.of("dba"));

    @Test
    void a_step_says_little_and_means_the_defaults() {
        Step step =
                only(
                        """
                        {"name": "web", "runOn": {"tags": ["web"]}, "script": {"body": "true"}}""");
        assertThat(step.phase()).isEqualTo(Phase.DEPLOYMENT);
        assertThat(step.runOn()).isEqualTo(new RunOn.Targets(List.of(new Tag("web"))));
        assertThat(step.action()).isEqualTo(new Action.Script(Action.Syntax.BASH, "true"));
        assertThat(step.condition()).isEqualTo(Condition.SUCCESS);
        assertThat(step.timeout()).contains(Duration.ofHours(1));
        assertThat(step.retries()).isEqualTo(Retries.NONE);
        assertThat(step.unavailableTargets()).isEqualTo(UnavailableTargets.FAIL);
    }

    @Test
    void a_timeout_of_null_is_none_and_other_kinds_have_none() {
        assertThat(
                        only("""
                                        {"name": "a", "runOn": {"tags": ["web"]}, "timeout": null,
                                         "script": {"body": "true"}}""")
                                .timeout())
                .isEmpty();
        assertThat(
                        only("""
                                        {"name": "a", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                         "package": {"id": "Shop.Web"}}""")
                                .timeout())
                .isEmpty();
    }

    @Test
    void how_a_process_is_ended_is_read_and_refused_where_there_is_none() {
        var step =
                only(
                        """
                        {"name": "a", "runOn": {"tags": ["web"]}, "killAfter": "PT5M",
                         "abandonAfter": "PT1M", "script": {"body": "true"}}""");
        assertThat(step.killAfter()).contains(Duration.ofMinutes(5));
        assertThat(step.abandonAfter()).contains(Duration.ofMinutes(1));
        assertThat(
                        places(
                                """
                                {"name": "h", "kind": "HEALTH_CHECK", "runOn": {"tags": ["web"]}, "killAfter": "PT5M"},
                                {"name": "w", "kind": "HTTP_CHECK", "runOn": {"tags": ["web"]},
                                 "http": {"url": "http://a"}, "abandonAfter": "PT5M"},
                                {"name": "m", "kind": "MANUAL_INTERVENTION", "killAfter": "PT5M",
                                 "manual": {"instructions": "look"}}"""))
                .containsExactlyInAnyOrder(
                        "/steps/0/killAfter", "/steps/1/abandonAfter", "/steps/2/killAfter");
    }

    @Test
    void a_package_step_has_the_documented_defaults() {
        var deploy =
                (Action.DeployPackage)
                        only("""
                                        {"name": "a", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                         "package": {"id": "Shop.Web"}}""")
                                .action();
        assertThat(deploy.source().feed()).isEqualTo(FeedId.BUILT_IN);
        assertThat(deploy.source().acquisitionLocation())
                .isEqualTo(Action.AcquisitionLocation.EXECUTION_TARGET);
        assertThat(deploy.source().source()).isEqualTo(Action.PackageSource.NEAREST_CACHE);
        assertThat(deploy.install()).isEqualTo(new Action.Install(Optional.empty(), List.of()));
    }

    @Test
    void a_package_step_names_structured_files() {
        var deploy =
                (Action.DeployPackage)
                        only("""
                                        {"name": "a", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                         "package": {"id": "Shop.Web"},
                                         "install": {"structuredVariablesIn": ["**/*.json"]}}""")
                                .action();
        assertThat(deploy.install().structuredVariablesIn()).containsExactly("**/*.json");
    }

    @Test
    void a_package_step_names_a_folder_that_gets_a_copy() {
        var deploy =
                (Action.DeployPackage)
                        only("""
                                        {"name": "a", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                         "package": {"id": "Shop.Web"},
                                         "install": {"copyTo": {"directory": "/srv/#{Name}",
                                                                "purge": true,
                                                                "except": ["logs/**"]}}}""")
                                .action();
        assertThat(deploy.install().copyTo())
                .contains(new Action.CopyTo("/srv/#{Name}", true, List.of("logs/**")));
    }

    @Test
    void a_mutex_is_exclusive_on_targets_and_shared_on_workers_unless_it_says_otherwise() {
        assertThat(mutexOn("{\"tags\": [\"web\"]}", "\"iis\""))
                .contains(new Mutex("iis", Mutex.Mode.EXCLUSIVE));
        assertThat(mutexOn("{\"workerPool\": \"hq\"}", "\"iis\""))
                .contains(new Mutex("iis", Mutex.Mode.SHARED));
        assertThat(
                        mutexOn(
                                "{\"workerPool\": \"hq\"}",
                                "{\"name\": \"iis\", \"mode\": \"EXCLUSIVE\"}"))
                .contains(new Mutex("iis", Mutex.Mode.EXCLUSIVE));
    }

    private static Optional<Mutex> mutexOn(String runOn, String mutex) {
        return only("""
                        {"name": "a", "runOn": %s, "script": {"body": "true"}, "mutex": %s}"""
                        .formatted(runOn, mutex))
                .mutex();
    }

    @Test
    void a_step_runs_on_targets_on_a_worker_or_on_a_worker_for_each_target() {
        assertThat(
                        only("""
                                        {"name": "a", "runOn": {"workerPool": "hq", "onBehalfOf": {"tags": ["web"]}},
                                         "script": {"body": "true"}}""")
                                .runOn())
                .isEqualTo(new RunOn.OnBehalfOf(new PoolId("hq"), List.of(new Tag("web"))));
        assertThat(
                        places(
                                """
                                {"name": "a", "runOn": {"workerPool": "hq", "tags": ["web"]},
                                 "script": {"body": "true"}}"""))
                .containsExactly("/steps/0/runOn/tags");
        assertThat(places("{\"name\": \"a\", \"runOn\": {}, \"script\": {\"body\": \"true\"}}"))
                .containsExactly("/steps/0/runOn");
    }

    @Test
    void everything_that_is_wrong_is_told_at_once() {
        List<FieldError> errors =
                errors(
                        """
                        {"name": "web", "runOn": {"tags": ["web"]}, "script": {"body": "true"},
                         "rolling": {"window": 2}, "parallelism": 3, "timeout": "1 hour"},
                        {"name": "web", "phase": "PRE_ACQUISITION", "runOn": {"workerPool": "hp"},
                         "script": {"body": "true", "syntax": "BASHH"}, "retires": {"max": 2}},
                        {"name": "late", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                         "package": {"feed": "nuget-org", "id": "Shop Web"}, "environments": ["prodution"]}""");
        assertThat(errors)
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder(
                        "/steps/0/timeout",
                        "/steps/0/parallelism",
                        "/steps/1/script/syntax",
                        "/steps/1/retires",
                        "/steps/1/phase",
                        "/steps/1/name",
                        "/steps/1/runOn/workerPool",
                        "/steps/2/package/feed",
                        "/steps/2/package/id",
                        "/steps/2/environments/0");
        assertThat(errors)
                .extracting(FieldError::detail)
                .contains(
                        "PRE_ACQUISITION cannot follow DEPLOYMENT. Move it above \"web\".",
                        "There is no worker pool \"hp\". Did you mean \"hq\"?",
                        "There is no field \"retires\" here. Did you mean \"retries\"?",
                        "\"BASHH\" is none of BASH, SH, POWERSHELL or PYTHON. Did you mean \"BASH\"?");
    }

    @Test
    void older_releases_are_kept_by_number_where_there_can_be_any() {
        var deploy =
                (Action.DeployPackage)
                        only("""
                                        {"name": "b", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                         "package": {"id": "Shop.Web"}, "install": {"keepReleases": 3}}""")
                                .action();
        assertThat(deploy.install().keepReleases()).contains(3);
        assertThat(
                        places(
                                """
                                {"name": "b", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                 "package": {"id": "Shop.Web"}, "install": {"keepReleases": -1}},
                                {"name": "c", "kind": "PACKAGE", "runOn": {"tags": ["web"]},
                                 "package": {"id": "Shop.Web"},
                                 "install": {"directory": "/srv/shop", "keepReleases": 1}}"""))
                .containsExactly("/steps/0/install/keepReleases", "/steps/1/install/keepReleases");
    }

    @Test
    void a_step_may_start_with_the_one_before_it_and_only_if_a_template_says_so() {
        Step step =
                read("""
                                {"name": "a", "runOn": {"tags": ["web"]}, "script": {"body": "true"}},
                                {"name": "b", "runOn": {"tags": ["web"]}, "script": {"body": "true"},
                                 "start": "WITH_PREVIOUS", "onlyIf": "#{Deploy.Web}",
                                 "unavailableTargets": "WAIT"}""")
                        .steps()
                        .getLast();
        assertThat(step.start()).isEqualTo(StartTrigger.WITH_PREVIOUS);
        assertThat(step.onlyIf()).contains("#{Deploy.Web}");
        assertThat(step.waitFor()).contains(Duration.ofMinutes(10));
    }

    @Test
    void a_manual_intervention_needs_no_place() {
        Step step =
                only(
                        """
                        {"name": "go", "kind": "MANUAL_INTERVENTION",
                         "manual": {"instructions": "Look at the dashboard.", "roles": ["CONFIGURE", "dba"]}}""");
        assertThat(step.runOn()).isEqualTo(new RunOn.NoMachine());
        assertThat(step.action())
                .isEqualTo(
                        new Action.ManualIntervention(
                                "Look at the dashboard.", List.of("CONFIGURE", "dba")));
        assertThat(
                        places(
                                """
                                {"name": "go", "kind": "MANUAL_INTERVENTION", "retries": {"max": 1},
                                 "condition": "ALWAYS", "manual": {"instructions": "Look."}}"""))
                .containsExactlyInAnyOrder("/steps/0/retries", "/steps/0/condition");
    }

    @Test
    void a_role_that_nobody_can_have_is_refused() {
        assertThat(
                        errors(
                                """
                                {"name": "go", "kind": "MANUAL_INTERVENTION",
                                 "manual": {"instructions": "Look.", "roles": ["DEPLOYER"]}}"""))
                .singleElement()
                .satisfies(
                        error -> {
                            assertThat(error.pointer()).isEqualTo("/steps/0/manual/roles/0");
                            assertThat(error.detail())
                                    .contains("\"DEPLOYER\" is no role and no team of an API key")
                                    .contains("Did you mean \"DEPLOY\"?");
                        });
    }

    @Test
    void what_would_be_ignored_in_a_check_is_refused() {
        assertThat(
                        places(
                                """
                                {"name": "h", "kind": "HEALTH_CHECK", "runOn": {"tags": ["web"]}, "mutex": "m", "timeout": "PT1M"},
                                {"name": "w", "kind": "HTTP_CHECK", "runOn": {"tags": ["web"]}, "mutex": "m", "timeout": "PT1M",
                                 "http": {"url": "http://localhost/"}}"""))
                .containsExactlyInAnyOrder(
                        "/steps/0/mutex", "/steps/0/timeout", "/steps/1/mutex", "/steps/1/timeout");
    }

    @Test
    void an_expression_that_may_never_come_to_an_end_is_refused() {
        assertThat(
                        errors(
                                """
                                {"name": "w", "kind": "HTTP_CHECK", "runOn": {"tags": ["web"]},
                                 "http": {"url": "http://localhost/", "bodyMatches": "(?=ok)"}}"""))
                .singleElement()
                .satisfies(error -> assertThat(error.detail()).contains("no looking around"));
    }

    @Test
    void a_health_check_says_little_and_means_the_defaults() {
        assertThat(
                        only("{\"name\": \"h\", \"kind\": \"HEALTH_CHECK\", \"runOn\": {\"tags\": [\"web\"]}}")
                                .action())
                .isEqualTo(new Action.HealthCheck(UnavailableTargets.FAIL, Duration.ofMinutes(1)));
        assertThat(
                        errors(
                                """
                                {"name": "h", "kind": "HEALTH_CHECK", "runOn": {"tags": ["web"]},
                                 "health": {"unavailable": "SKIP", "within": "PT5S"},
                                 "unavailableTargets": "SKIP"}"""))
                .extracting(FieldError::pointer)
                .containsExactly("/steps/0/unavailableTargets");
    }

    @Test
    void the_children_of_a_group_take_place_phase_and_pace_from_it() {
        Step group =
                only(
                        """
                        {"name": "swap", "kind": "GROUP", "phase": "PRE_ACQUISITION",
                         "runOn": {"tags": ["web"]}, "rolling": {"window": 2},
                         "unavailableTargets": "SKIP", "steps": [
                          {"name": "drain", "runOn": {"workerPool": "hq", "onBehalfOf": {"tags": ["web"]}},
                           "script": {"body": "drain"}},
                          {"name": "look", "kind": "HTTP_CHECK", "http": {"url": "http://localhost/"}}]}""");
        var children = ((Action.Group) group.action()).steps();
        assertThat(children)
                .extracting(step -> step.name().value())
                .containsExactly("drain", "look");
        assertThat(children)
                .allSatisfy(
                        child -> {
                            assertThat(child.phase()).isEqualTo(Phase.PRE_ACQUISITION);
                            assertThat(child.window()).contains(2);
                            assertThat(child.unavailableTargets())
                                    .isEqualTo(UnavailableTargets.SKIP);
                        });
        assertThat(children.getFirst().runOn()).isInstanceOf(RunOn.OnBehalfOf.class);
        assertThat(children.getLast().runOn()).isEqualTo(group.runOn());
    }

    @Test
    void what_is_wrong_within_a_group_is_told_at_its_place() {
        assertThat(
                        errors(
                                """
                                {"name": "swap", "kind": "GROUP", "runOn": {"tags": ["web"]}, "timeout": "PT1H", "steps": [
                                 {"name": "swap", "runOn": {"tags": ["db"]}, "script": {"body": "x"}},
                                 {"name": "b", "rolling": {"window": 2}, "script": {"body": " x"}, "onlyIf": "yes"},
                                 {"name": "c", "kind": "GROUP", "steps": []},
                                 {"name": "d", "kind": "MANUAL_INTERVENTION", "manual": {"instructions": "x"}}]}"""))
                .extracting(FieldError::pointer)
                .containsExactlyInAnyOrder(
                        "/steps/0/timeout",
                        "/steps/0/steps/0/name",
                        "/steps/0/steps/0/runOn",
                        "/steps/0/steps/1/rolling",
                        "/steps/0/steps/1/onlyIf",
                        "/steps/0/steps/2/kind",
                        "/steps/0/steps/3/kind");
        assertThat(places("{\"name\": \"g\", \"kind\": \"GROUP\", \"runOn\": {\"tags\": [\"w\"]}}"))
                .containsExactly("/steps/0/steps");
        assertThat(
                        places(
                                """
                                {"name": "g", "kind": "GROUP", "runOn": {"tags": ["w"]}, "steps": [
                                 {"name": "A", "script": {"body": "x"}}, {"name": "b", "script": {"bdy": "x"}}]}"""))
                .contains("/steps/0/steps/0/name", "/steps/0/steps/1/script/body");
    }

    @Test
    void a_field_of_another_kind_is_refused() {
        assertThat(
                        places(
                                """
                                {"name": "a", "kind": "HTTP_CHECK", "runOn": {"tags": ["web"]},
                                 "http": {"url": "http://localhost/"}, "script": {"body": "true"}}"""))
                .containsExactly("/steps/0/script");
    }

    @Test
    void what_is_told_can_be_sent_back_and_means_the_same() {
        DeploymentProcess process =
                read(
                        """
                        {"name": "tunnel", "phase": "PRE_ACQUISITION", "runOn": {"workerPool": "hq"},
                         "script": {"syntax": "SH", "body": "up"}, "timeout": null,
                         "retries": {"max": 2, "backoff": "PT5S"}},
                        {"name": "web", "kind": "PACKAGE", "runOn": {"tags": ["web", "db"]},
                         "package": {"id": "Shop.Web", "acquisitionLocation": "SERVER"},
                         "install": {"directory": "apps/web", "substituteIn": ["**/*.properties"]},
                         "rolling": {"window": 2}, "unavailableTargets": "SKIP",
                         "excludeEnvironments": ["staging"], "required": true},
                        {"name": "ok", "kind": "HTTP_CHECK", "condition": "ALWAYS", "parallelism": 4,
                         "runOn": {"workerPool": "hq", "onBehalfOf": {"tags": ["web"]}},
                         "disabled": true,
                         "http": {"url": "#{Url}/health", "status": [200, 204], "bodyMatches": "ok"}},
                        {"name": "seed", "runOn": {"tags": ["db"]}, "script": {"body": "seed"},
                         "packages": [{"id": "Shop.Data", "extract": false},
                                      {"id": "Shop.Tools", "acquisitionLocation": "SERVER"}]},
                        {"name": "migrate", "runOn": {"workerPool": "hq"},
                         "packages": [{"id": "Shop.Tools", "source": "FEED"}],
                         "script": {"package": "shop.tools", "path": "scripts/migrate.sh"}},
                        {"name": "alive", "kind": "HEALTH_CHECK", "runOn": {"tags": ["web"]},
                         "start": "WITH_PREVIOUS", "onlyIf": "#{Check}",
                         "health": {"unavailable": "WAIT", "within": "PT5M"}},
                        {"name": "go", "kind": "MANUAL_INTERVENTION",
                         "manual": {"instructions": "Look.", "roles": ["CONFIGURE"]}},
                        {"name": "swap", "kind": "GROUP", "runOn": {"tags": ["web"]},
                         "rolling": {"window": 1}, "unavailableTargets": "WAIT", "waitFor": "PT3M",
                         "condition": "ALWAYS", "steps": [
                           {"name": "drain", "script": {"body": "drain"}, "condition": "SUCCESS",
                            "runOn": {"workerPool": "hq", "onBehalfOf": {"tags": ["web"]}}},
                           {"name": "undrain", "script": {"body": "undrain"}}]}""");
        String told = StagecoachJson.text(ProcessView.of(process));
        JsonNode json = StagecoachJson.read(told, JsonNode.class);
        assertThat(json.at("/steps/0/timeout").isNull()).isTrue();
        assertThat(json.at("/steps/1/package/acquisitionLocation").asText()).isEqualTo("SERVER");
        assertThat(
                        new ProcessReader(NAMES)
                                .read(JsonBody.of(told.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(process);
    }

    @Test
    void a_body_without_steps_and_a_step_that_is_no_object_are_told() {
        var none =
                catchThrowableOfType(
                        InvalidInput.class,
                        () ->
                                new ProcessReader(NAMES)
                                        .read(JsonBody.of("{}".getBytes(StandardCharsets.UTF_8))));
        assertThat(none.errors()).extracting(FieldError::pointer).containsExactly("/steps");
        assertThat(places("17")).containsExactly("/steps/0");
    }

    private static Step only(String step) {
        return read(step).steps().getFirst();
    }

    private static DeploymentProcess read(String steps) {
        return new ProcessReader(NAMES).read(body(steps));
    }

    private static List<String> places(String steps) {
        return errors(steps).stream().map(FieldError::pointer).toList();
    }

    private static List<FieldError> errors(String steps) {
        return catchThrowableOfType(
                        InvalidInput.class, () -> new ProcessReader(NAMES).read(body(steps)))
                .errors();
    }

    private static JsonBody body(String steps) {
        return JsonBody.of(("{\"steps\": [" + steps + "]}").getBytes(StandardCharsets.UTF_8));
    }
}
