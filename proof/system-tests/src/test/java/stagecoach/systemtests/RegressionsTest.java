package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.CLOSE;
import static stagecoach.systemtests.Traced.HQ;
import static stagecoach.systemtests.Traced.LEAVE;
import static stagecoach.systemtests.Traced.PAIR;
import static stagecoach.systemtests.Traced.WAIT;
import static stagecoach.systemtests.Traced.project;
import static stagecoach.systemtests.Traced.step;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;

/**
 * Mistakes of order that users of deployment tools have suffered from, each over the whole system:
 * what the rules say about them in {@code PhaseOrderTest} of the orchestrator must also be true on
 * the machines.
 */
@InOneWhole
class RegressionsTest {
    private Whole whole;
    private Traced traced;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        whole = shared;
        traced = Traced.in(folder, whole);
        traced.apply(PROJECTS);
        traced.push("Order.App", "app");
        traced.push("Order.Undo", "undo");
    }

    @Test
    void after_a_failed_acquisition_only_failure_and_always_steps_run_with_packages_of_their_own()
            throws Exception {
        Path nupkg = traced.push("Order.Lost", "lost");
        release("lost");
        forgetAtTheCentre(nupkg);

        String id = whole.deploy("lost", "1.0.0");

        JsonNode ended = traced.endsAs(id, "FAILED");
        assertThat(ended.path("failure").asText()).contains("Order.Lost");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(id + " undo worker-1", id + " close worker-1");
    }

    @Test
    void the_acquisition_waits_for_a_parallel_step_before_it() throws Exception {
        release("parallel");
        String id = whole.deploy("parallel", "1.0.0");
        traced.awaitLine(id + " slow worker-1");
        until(() -> traced.events(id, "StepFinished"), ended -> ended == 1);
        assertThat(traced.phases(id)).containsExactly("PRE_ACQUISITION");

        traced.open(id);

        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.phases(id))
                .containsExactly("PRE_ACQUISITION", "ACQUISITION", "DEPLOYMENT");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(
                        id + " quick worker-1",
                        id + " slow worker-1",
                        id + " use web-1",
                        id + " use web-2");
    }

    @Test
    void a_question_before_the_acquisition_is_answered_before_it_begins() throws Exception {
        release("first");
        String id = whole.deploy("first", "1.0.0");
        String question = traced.question(id);
        assertThat(traced.phases(id)).containsExactly("PRE_ACQUISITION");

        traced.answer(question, "PROCEED");

        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.of(id)).containsExactlyInAnyOrder(id + " use web-1", id + " use web-2");
    }

    @Test
    void packages_that_are_removed_while_a_person_thinks_are_acquired_again() throws Exception {
        release("thinking");
        String id = whole.deploy("thinking", "1.0.0");
        String question = traced.question(id);
        until(() -> acquiredBytes(id), acquired -> acquired.size() == 2);
        forgetOn("web-1");

        traced.letAge(question, Whole.PAUSE_TRUST);
        traced.answer(question, "PROCEED");

        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.phases(id))
                .containsExactly("ACQUISITION", "DEPLOYMENT", "ACQUISITION", "DEPLOYMENT");
        assertThat(traced.of(id)).containsExactlyInAnyOrder(id + " use web-1", id + " use web-2");
    }

    @Test
    void where_there_is_nothing_to_acquire_there_is_no_acquisition() throws Exception {
        release("nobody");
        release("nothing");
        release("disabled");
        setDisabled(Whole.ALONE, true);
        try {
            for (String project : List.of("nobody", "nothing", "disabled")) {
                String id = whole.deploy(project, "1.0.0");
                traced.endsAs(id, "SUCCEEDED");
                assertThat(traced.phases(id)).as(project).doesNotContain("ACQUISITION");
                assertThat(traced.of(id)).as(project).containsExactly(id + " close worker-1");
            }
        } finally {
            setDisabled(Whole.ALONE, false);
        }
    }

    @Test
    void on_a_target_that_a_person_excluded_nothing_more_runs() throws Exception {
        release("excluding");
        String id = whole.deploy("excluding", "1.0.0", Map.of("guidedFailure", true));
        traced.answer(traced.question(id), "EXCLUDE");

        traced.endsAs(id, "SUCCEEDED");
        until(
                () -> whole.api().get("/deployments/" + id).path("warnings"),
                warnings -> !warnings.isEmpty());
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(
                        id + " fragile web-1",
                        id + " fragile web-2",
                        id + " then web-2",
                        id + " last web-2");
    }

    @Test
    void a_retry_acquires_only_what_is_missing_where_it_is_needed() throws Exception {
        release("mending");
        String id = whole.deploy("mending", "1.0.0");
        traced.endsAs(id, "FAILED");
        until(() -> traced.events(id, "AcquisitionEnded"), ends -> ends >= 1);
        assertThat(traced.events(id, "TargetAcquiring")).isEqualTo(2);
        forgetOn("web-2");
        traced.open(id);

        whole.api().post("/deployments/" + id + "/retry", Map.of("from", "FAILED"));

        until(() -> traced.events(id, "DeploymentEnded"), ends -> ends == 2);
        traced.endsAs(id, "SUCCEEDED");
        until(() -> traced.events(id, "AcquisitionEnded"), ends -> ends >= 2);
        assertThat(traced.events(id, "TargetAcquiring")).isEqualTo(3);
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(id + " use web-1", id + " use web-2", id + " use web-2");
    }

    @Test
    void cancelled_while_it_is_queued_a_deployment_runs_nothing() throws Exception {
        release("queueing");
        String first = whole.deploy("queueing", "1.0.0");
        traced.awaitLine(first + " stay web-1");
        String second = whole.deploy("queueing", "1.0.0");
        assertThat(whole.api().get("/deployments/" + second).at("/waitingFor").toString())
                .contains("SLOT_TAKEN", first);

        traced.cancel(second);

        traced.endsAs(second, "CANCELLED");
        traced.open(first);
        traced.endsAs(first, "SUCCEEDED");
        assertThat(traced.of(second)).isEmpty();
        assertThat(traced.of(first)).hasSize(4);
    }

    @Test
    void a_late_result_of_a_cancelled_deployment_changes_nothing() throws Exception {
        release("late-word");
        String first = whole.deploy("late-word", "1.0.0");
        traced.awaitLine(first + " stay web-1");
        traced.awaitLine(first + " stay web-2");
        whole.holdBack("tentacle-web-2");
        traced.cancel(first);
        JsonNode cancelled = traced.endsAs(first, "CANCELLED");

        String second = whole.deploy("late-word", "1.0.0");
        until(
                () -> whole.api().get("/deployments/" + second).at("/waitingFor").toString(),
                waits -> waits.contains("MACHINE_AWAITED"));
        whole.release("tentacle-web-2");
        traced.awaitLine(second + " stay web-1");
        traced.open(first);
        traced.open(second);

        traced.endsAs(second, "SUCCEEDED");
        assertThat(traced.endsAs(first, "CANCELLED").path("endedAt"))
                .isEqualTo(cancelled.path("endedAt"));
        assertThat(traced.of(first)).hasSize(2);
        assertThat(traced.of(second))
                .containsExactlyInAnyOrder(second + " stay web-1", second + " stay web-2");
        whole.awaitAllReady();
    }

    @Test
    void a_step_that_a_condition_leaves_out_needs_no_package() throws Exception {
        release("leaving-out");
        String id = whole.deploy("leaving-out", "1.0.0");
        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.of(id)).containsExactlyInAnyOrder(id + " use web-1", id + " use web-2");
        assertThat(whole.acquired(id).path("targets"))
                .isNotEmpty()
                .allSatisfy(row -> assertThat(row.path("package").asText()).isEqualTo("Order.App"));
    }

    @Test
    void two_projects_take_turns_on_a_target() throws Exception {
        release("turns-a");
        release("turns-b");
        String one = whole.deploy("turns-a", "1.0.0");
        String other = whole.deploy("turns-b", "1.0.0");
        traced.endsAs(one, "SUCCEEDED");
        traced.endsAs(other, "SUCCEEDED");
        assertThat(traced.of(one)).hasSize(4);
        assertThat(traced.of(other)).hasSize(4);
    }

    private void release(String project) {
        whole.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
    }

    private static <T> void until(Callable<T> look, Predicate<T> enough) {
        Whole.patiently().ignoreException(Unreachable.class).until(look, enough);
    }

    private void setDisabled(String target, boolean disabled) {
        var document = (ObjectNode) whole.api().get("/targets/" + target);
        whole.api().put("/targets/" + target, document.put("disabled", disabled));
    }

    private List<JsonNode> acquiredBytes(String id) {
        return whole.api()
                .get("/deployments/" + id + "/acquisitions")
                .path("targets")
                .valueStream()
                .filter(row -> row.path("state").asText().equals("SUCCEEDED"))
                .toList();
    }

    /** As retention does when a person thinks for long, and others' packages need the room. */
    private void forgetOn(String target) throws IOException {
        removeFiles(whole.homeOf(target).resolve("packages"), file -> true);
    }

    /** As a disk does. */
    private void forgetAtTheCentre(Path nupkg) throws IOException {
        byte[] bytes = Files.readAllBytes(nupkg);
        removeFiles(
                whole.home().resolve("packages"),
                file -> Arrays.equals(bytes, Files.readAllBytes(file)));
    }

    private interface Which {
        boolean test(Path file) throws IOException;
    }

    private static void removeFiles(Path folder, Which which) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        int removed = 0;
        for (Path file : files) {
            if (which.test(file)) {
                Files.delete(file);
                removed++;
            }
        }
        assertThat(removed).as("files in " + folder).isPositive();
    }

    private static final String APP = "packages: [{ id: Order.App }],";
    private static final String USES_APP =
            "test -f \"#{Stagecoach.Package[Order.App].Directory}/app\"";
    private static final String IN_TURN =
            "mkdir \"#{Traces}/../lock-#{Here}\"; %s; sleep 0.3; rmdir \"#{Traces}/../lock-#{Here}\""
                    .formatted(LEAVE);

    private static String use(String more) {
        return step("use", PAIR, APP + more, "set -e", USES_APP, LEAVE);
    }

    private static String turns(String name) {
        return project(
                name,
                step("one", PAIR, "", "set -e", IN_TURN),
                step("two", PAIR, "", "set -e", IN_TURN));
    }

    private static final String[] PROJECTS = {
        project(
                "lost",
                step("use", PAIR, "packages: [{ id: Order.Lost }],", LEAVE),
                step(
                        "undo",
                        HQ,
                        "condition: FAILURE, packages: [{ id: Order.Undo }],",
                        "set -e",
                        "test -f \"#{Stagecoach.Package[Order.Undo].Directory}/undo\"",
                        LEAVE),
                CLOSE),
        project(
                "parallel",
                step("quick", HQ, "phase: PRE_ACQUISITION,", LEAVE),
                step("slow", HQ, "phase: PRE_ACQUISITION, start: WITH_PREVIOUS,", LEAVE, WAIT),
                use("")),
        project(
                "first",
                "      - { name: ask, kind: MANUAL_INTERVENTION, phase: PRE_ACQUISITION, manual: { instructions: \"Go?\" } }\n",
                use("")),
        project(
                "thinking",
                "      - { name: ask, kind: MANUAL_INTERVENTION, manual: { instructions: \"Go?\" } }\n",
                use("")),
        project("nobody", step("use", "{ tags: [nobody] }", APP, LEAVE), CLOSE),
        project("nothing", CLOSE),
        project("disabled", step("use", "{ tags: [alone] }", APP, LEAVE), CLOSE),
        project(
                "excluding",
                step("fragile", PAIR, "", LEAVE, "test #{Here} != web-1"),
                step("then", PAIR, "", LEAVE),
                step("last", PAIR, "condition: ALWAYS,", LEAVE)),
        project(
                "mending",
                step(
                        "use",
                        PAIR,
                        APP,
                        "set -e",
                        USES_APP,
                        LEAVE,
                        "test #{Here} != web-2 -o -e \"#{Traces}/../go-#{Stagecoach.Deployment.Id}\"")),
        project("queueing", step("stay", PAIR, "", LEAVE, WAIT), step("go", PAIR, "", LEAVE)),
        project(
                "late-word",
                step(
                        "stay",
                        PAIR,
                        "killAfter: PT1S, abandonAfter: PT1S, unavailableTargets: WAIT, waitFor: PT5M,",
                        LEAVE,
                        WAIT)),
        project(
                "leaving-out",
                use(""),
                step("never", PAIR, "onlyIf: \"false\", packages: [{ id: Order.Undo }],", LEAVE)),
        turns("turns-a"),
        turns("turns-b")
    };
}
