package stagecoach.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static stagecoach.systemtests.Traced.CLOSE;
import static stagecoach.systemtests.Traced.HQ;
import static stagecoach.systemtests.Traced.LEAVE;
import static stagecoach.systemtests.Traced.PAIR;
import static stagecoach.systemtests.Traced.TOOLS;
import static stagecoach.systemtests.Traced.WAIT;
import static stagecoach.systemtests.Traced.project;
import static stagecoach.systemtests.Traced.step;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.cli.client.Unreachable;

/**
 * Machines that are away or come late, and cancels at any moment, over the whole system: judged by
 * the lines that scripts left on their machines. Scripts wait for files, so that a test says how
 * far a deployment has come.
 */
@InOneWhole
class AwayAndCancelTest {
    private Whole whole;
    private Traced traced;

    @BeforeAll
    void start(Whole shared, @TempDir Path folder) throws Exception {
        whole = shared;
        traced = Traced.in(folder, whole);
        traced.apply(PROJECTS);
        traced.push("Whole.Tools", "tool");
        traced.push("Whole.Awaited", "awaited");
        for (String project :
                List.of(
                        "skipping",
                        "waiting",
                        "late",
                        "dialling",
                        "before",
                        "acquiring",
                        "guided",
                        "trying")) {
            whole.api().post("/projects/" + project + "/releases", Map.of("version", "1.0.0"));
        }
    }

    @Test
    void a_machine_that_is_away_at_the_start_is_left_out_where_the_step_says_so() throws Exception {
        whole.holdBack("tentacle-web-2");
        traced.awaitHealth("web-2", "UNAVAILABLE");
        String id = whole.deploy("skipping", "1.0.0");
        traced.endsAs(id, "SUCCEEDED");
        whole.release("tentacle-web-2");
        traced.awaitHealth("web-2", "HEALTHY");
        assertThat(traced.of(id)).containsExactly(id + " touch web-1");
    }

    @Test
    void a_machine_that_is_away_at_the_start_is_waited_for_and_gets_its_packages_before_its_steps()
            throws Exception {
        whole.holdBack("tentacle-web-2");
        traced.awaitHealth("web-2", "UNAVAILABLE");
        String id = whole.deploy("waiting", "1.0.0");
        traced.await(id, "RUNNING");
        whole.release("tentacle-web-2");
        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.phases(id)).containsExactly("ACQUISITION", "DEPLOYMENT");
        assertThat(traced.of(id)).containsExactlyInAnyOrder(id + " use web-1", id + " use web-2");
    }

    @Test
    void a_target_that_joins_late_gets_its_packages_before_its_steps() throws Exception {
        String id = whole.deploy("late", "1.0.0");
        traced.awaitLine(id + " open worker-1");
        whole.startTarget("late-1", "late");
        traced.open(id);
        traced.endsAs(id, "SUCCEEDED");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(id + " open worker-1", id + " use late-1");
    }

    @Test
    void
            a_machine_that_is_dialled_tells_its_script_s_true_end_though_it_and_all_gateways_were_killed()
                    throws Exception {
        whole.startListening("dialled-1", "dialled");
        String id = whole.deploy("dialling", "1.0.0");
        traced.awaitLine(id + " use dialled-1");
        whole.kill("tentacle-dialled-1");
        whole.kill("agent-gateway");
        whole.kill("agent-gateway-2");
        traced.open(id);
        traced.endsAs(id, "FAILED");
        // What is told of steps follows the deployment on a way of its own.
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .untilAsserted(
                        () ->
                                assertThat(whole.api().list("/deployments/" + id + "/steps"))
                                        .singleElement()
                                        .satisfies(
                                                row ->
                                                        assertThat(row.path("exitCode").asInt())
                                                                .isEqualTo(7)));
        whole.awaitAllReady();
        traced.awaitHealth("dialled-1", "HEALTHY");
        assertThat(traced.of(id)).containsExactly(id + " use dialled-1");
    }

    @Test
    void cancelled_before_the_acquisition_nothing_follows_but_always_steps() throws Exception {
        String id = whole.deploy("before", "1.0.0");
        traced.awaitLine(id + " open worker-1");
        traced.cancel(id);
        traced.endsAs(id, "CANCELLED");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(id + " open worker-1", id + " close worker-1");
    }

    @Test
    void cancelled_in_the_acquisition_nothing_follows_but_always_steps() throws Exception {
        whole.holdBack("package-service");
        whole.holdBack("package-service-2");
        String id = whole.deploy("acquiring", "1.0.0");
        traced.awaitPhase(id, "ACQUISITION");
        traced.cancel(id);
        whole.release("package-service");
        whole.release("package-service-2");
        traced.endsAs(id, "CANCELLED");
        whole.awaitAllReady();
        assertThat(traced.of(id)).containsExactly(id + " close worker-1");
    }

    @Test
    void cancelled_in_the_deployment_what_runs_is_ended_and_always_steps_run() throws Exception {
        String id = whole.deploy("acquiring", "1.0.0");
        traced.awaitLine(id + " use web-1");
        traced.awaitLine(id + " use web-2");
        traced.cancel(id);
        traced.endsAs(id, "CANCELLED");
        traced.open(id);
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(
                        id + " use web-1", id + " use web-2", id + " close worker-1");
    }

    @Test
    void cancelled_during_an_interruption_always_steps_run_at_once() throws Exception {
        String id = whole.deploy("guided", "1.0.0", Map.of("guidedFailure", true));
        traced.await(id, "PAUSED");
        traced.cancel(id);
        traced.endsAs(id, "CANCELLED");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(
                        id + " fail web-1", id + " fail web-2", id + " close worker-1");
    }

    @Test
    void cancelled_during_the_back_off_of_a_retry_no_other_try_follows() throws Exception {
        String id = whole.deploy("trying", "1.0.0");
        Whole.patiently()
                .ignoreException(Unreachable.class)
                .until(() -> traced.events(id, "StepTryFailed"), failed -> failed == 2);
        traced.cancel(id);
        traced.endsAs(id, "CANCELLED");
        assertThat(traced.of(id))
                .containsExactlyInAnyOrder(
                        id + " try web-1", id + " try web-2", id + " close worker-1");
    }

    /** The part of a script that fails unless its package lies beside it. */
    private static String has(String id, String file) {
        return "test -f \"#{Stagecoach.Package[%s].Directory}/%s\"".formatted(id, file);
    }

    private static final String[] PROJECTS = {
        project("skipping", step("touch", PAIR, "unavailableTargets: SKIP,", LEAVE)),
        project(
                "waiting",
                step(
                        "use",
                        PAIR,
                        "unavailableTargets: WAIT, waitFor: PT10M, packages: [{ id: Whole.Awaited }],",
                        has("Whole.Awaited", "awaited"),
                        LEAVE)),
        project(
                "late",
                step("open", HQ, "phase: PRE_ACQUISITION,", LEAVE, WAIT),
                step("use", "{ tags: [late] }", TOOLS, has("Whole.Tools", "tool"), LEAVE)),
        project(
                "dialling",
                step(
                        "use",
                        "{ tags: [dialled] }",
                        TOOLS,
                        has("Whole.Tools", "tool"),
                        LEAVE,
                        WAIT,
                        "exit 7")),
        project(
                "before",
                step("open", HQ, "phase: PRE_ACQUISITION,", LEAVE, WAIT),
                step("use", PAIR, TOOLS, LEAVE),
                CLOSE),
        project(
                "acquiring",
                step("use", PAIR, TOOLS, LEAVE, WAIT),
                step("after", PAIR, "", LEAVE),
                CLOSE),
        project("guided", step("fail", PAIR, "", LEAVE, "exit 1"), CLOSE),
        project(
                "trying",
                step("try", PAIR, "retries: { max: 3, backoff: PT1H },", LEAVE, "exit 1"),
                CLOSE)
    };
}
