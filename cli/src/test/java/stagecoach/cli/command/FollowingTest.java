package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.cli.ExitCode;
import stagecoach.cli.StagecoachCli;

/** Whoever follows a deployment sees what happens, and the exit code tells how it ended. */
class FollowingTest {
    private static final String DEPLOY = "deploy shop 1.0.0 --to staging";
    private static final String CANCELLING = "{\"id\": \"d1\", \"state\": \"CANCELLING\"}";

    @AutoClose
    private PlayedServer server =
            new PlayedServer().answers("POST /deployments", "{\"id\": \"d1\"}");

    private PlayedServer.Said stagecoach(String line) {
        return server.run(line.split(" "));
    }

    @Test
    void deploy_waits_for_the_end_and_tells_each_state_once() {
        server.deployment("d1", "QUEUED", "RUNNING", "RUNNING", "SUCCEEDED");
        var said = stagecoach(DEPLOY);
        assertThat(said.exit()).isZero();
        assertThat(said.screen().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .containsExactly(
                        "shop 1.0.0 → staging d1 QUEUED",
                        "shop 1.0.0 → staging d1 RUNNING",
                        "shop 1.0.0 → staging d1 SUCCEEDED");
        assertThat(said.out()).isEqualTo(" ✓ shop 1.0.0 → staging succeeded\n");
        assertThat(server.sent("POST /deployments").path("environment").asText())
                .isEqualTo("staging");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    SUCCEEDED | 0 | ✓ shop 1.0.0 → staging succeeded
                    STAGED    | 0 | then: stagecoach deployment proceed d1
                    FAILED    | 1 | ✗ shop 1.0.0 failed: greet failed on web-1
                    FAILED    | 1 | then: stagecoach deployment retry d1
                    CANCELLED | 1 | ✗ shop 1.0.0 was cancelled
                    PAUSED    | 5 | deployment d1 waits for a person
                    PAUSED    | 5 | then: stagecoach deployment interruptions d1
                    """)
    void the_exit_code_and_the_last_words_tell_how_it_stands(String state, int exit, String words)
            throws IOException {
        server.deployment("d1", "RUNNING", state);
        var said = stagecoach(DEPLOY);
        assertThat(said.exit()).isEqualTo(exit);
        assertThat(said.out()).contains(words);

        var json = stagecoach(DEPLOY + " --json");
        assertThat(json.exit()).isEqualTo(exit);
        assertThat(json.documents())
                .singleElement()
                .satisfies(d -> assertThat(d.path("state").asText()).isEqualTo(state));
    }

    @ParameterizedTest
    @ValueSource(strings = {DEPLOY, "deployment watch d1"})
    void who_stops_waiting_leaves_the_deployment_alone(String command) {
        server.deployment("d1", "RUNNING");
        var said = stagecoach(command + " --timeout 0s");
        assertThat(said.exit()).isEqualTo(6);
        assertThat(said.out()).contains("deployment d1 goes on", "stagecoach deployment watch d1");
        assertThat(server.asked("POST /deployments/")).isEmpty();
    }

    @Test
    void what_takes_too_long_is_cancelled_if_that_was_said() {
        server.deployment("d1", "RUNNING").answers("POST /deployments/d1/cancel", CANCELLING);
        var said = stagecoach(DEPLOY + " --timeout 0s --cancel-on-timeout");
        assertThat(said.exit()).isEqualTo(6);
        assertThat(said.out())
                .contains("cancelling d1", "stagecoach deployment watch d1 shows how it ends")
                .doesNotContain("goes on");
        assertThat(server.asked("POST /deployments/d1/cancel")).hasSize(1);
    }

    @Test
    void a_cancelled_one_is_told_to_programs_in_one_document() throws IOException {
        server.deployment("d1", "RUNNING").answers("POST /deployments/d1/cancel", CANCELLING);
        var said = stagecoach(DEPLOY + " --timeout 0s --cancel-on-timeout --json");
        assertThat(said.exit()).isEqualTo(6);
        assertThat(said.documents())
                .singleElement()
                .satisfies(d -> assertThat(d.path("state").asText()).isEqualTo("CANCELLING"));
    }

    @Test
    void what_ended_just_before_it_would_be_cancelled_has_ended_as_it_did() {
        server.deployment("d1", "RUNNING", "SUCCEEDED")
                .refuses("POST /deployments/d1/cancel", 409, "It has ended.");
        var said = stagecoach(DEPLOY + " --timeout 0s --cancel-on-timeout");
        assertThat(said.exit()).describedAs(said.err()).isZero();
        assertThat(said.out()).isEqualTo(" ✓ shop 1.0.0 → staging succeeded\n");
    }

    @Test
    void what_is_done_in_time_is_not_cancelled() {
        server.deployment("d1", "RUNNING", "SUCCEEDED");
        assertThat(stagecoach(DEPLOY + " --timeout 1h --cancel-on-timeout").exit()).isZero();
        assertThat(server.asked("POST /deployments/")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--cancel-on-timeout", "--cancel-on-timeout --timeout 1m --detach"})
    void nobody_is_left_to_cancel_where_nobody_stops_waiting(String options) {
        var said = stagecoach(DEPLOY + " " + options);
        assertThat(said.exit()).isEqualTo(2);
        assertThat(said.err()).contains("--cancel-on-timeout needs --timeout");
        assertThat(server.asked("POST")).isEmpty();
    }

    @Test
    void who_detaches_gets_the_id_and_does_not_look_again() {
        var said = stagecoach(DEPLOY + " --detach");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEqualTo("d1\n");
        assertThat(server.asked("GET /deployments/")).isEmpty();
    }

    @Test
    void a_restart_of_the_server_does_not_end_the_following() {
        server.deployment("d1", "RUNNING")
                .refuses("GET /deployments/d1", 503, "It starts.")
                .deployment("d1", "SUCCEEDED");
        var said = stagecoach("deployment watch d1");
        assertThat(said.exit()).describedAs(said.err()).isZero();
        assertThat(said.out()).contains("✓ shop 1.0.0 → staging succeeded");
    }

    @Test
    void who_stops_waiting_during_an_outage_gets_what_was_seen_last_and_at_least_the_id()
            throws IOException {
        server.refuses("GET /deployments/d1", 503, "It starts.");
        var said = stagecoach(DEPLOY + " --timeout 0s --json");
        assertThat(said.exit()).isEqualTo(6);
        assertThat(said.documents())
                .singleElement()
                .satisfies(d -> assertThat(d.path("id").asText()).isEqualTo("d1"));

        server.close();
        server = seenOnce();
        assertThat(stagecoach("deployment watch d1 --timeout 1s --json").documents())
                .singleElement()
                .satisfies(d -> assertThat(d.path("state").asText()).isEqualTo("RUNNING"));
    }

    private static PlayedServer seenOnce() {
        return new PlayedServer()
                .deployment("d1", "RUNNING", "RUNNING")
                .refuses("GET /deployments/d1", 503, "It starts.");
    }

    @Test
    void nobody_waits_for_a_server_that_was_not_there_from_the_beginning() {
        server.refuses("GET /deployments/d1", 503, "It starts.");
        var said = stagecoach("deployment watch d1");
        assertThat(said.exit()).isEqualTo(4);
        assertThat(said.err()).contains("cannot answer just now (503): It starts.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"watch", "show", "logs", "cancel", "retry"})
    void what_is_no_deployment_is_refused_in_words(String verb) {
        var said = server.run("deployment", verb, "a b?");
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).isEqualTo("error: There is none.\n");
        assertThat(server.asked("").getFirst().what()).contains(" /deployments/a%20b%3F");
    }

    @Test
    void a_retry_is_followed_and_may_fail_again() {
        server.answers("POST /deployments/d1/retry", "{\"id\": \"d1\", \"state\": \"QUEUED\"}")
                .deployment("d1", "QUEUED", "RUNNING", "FAILED");
        var said = stagecoach("deployment retry d1 --from START");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.out()).contains("✗ shop 1.0.0 failed");
        assertThat(server.sent("POST /deployments/d1/retry").toString())
                .isEqualTo("{\"from\":\"START\"}");
    }

    @Test
    void a_retry_that_is_refused_is_not_followed() {
        server.deployment("d1", "SUCCEEDED")
                .refuses("POST /deployments/d1/retry", 409, "It succeeded.");
        var said = stagecoach("deployment retry d1");
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).isEqualTo("error: It succeeded.\n");
        assertThat(server.asked("GET")).isEmpty();
    }

    @Test
    void the_help_tells_every_exit_code() {
        String help = stagecoach("--help").out();
        for (ExitCode code : ExitCode.values()) {
            assertThat(help).containsPattern("(?m)^ *%d +[a-z]".formatted(code.code()));
        }
    }

    @Test
    void what_proceeds_is_followed() {
        server.answers("POST /deployments/d1/proceed", "{\"id\": \"d1\", \"state\": \"QUEUED\"}")
                .deployment("d1", "RUNNING", "SUCCEEDED");
        assertThat(stagecoach("deployment proceed d1 --at 2030-01-01T02:00:00Z").exit()).isZero();
        assertThat(server.sent("POST /deployments/d1/proceed").toString())
                .isEqualTo("{\"at\":\"2030-01-01T02:00:00Z\"}");
    }

    @Test
    void an_answer_is_given_and_the_deployment_that_asked_is_followed_until_it_asks_again() {
        server.answers("POST /interruptions/d1-2/resolve", "{\"deployment\": \"d1\"}")
                .deployment("d1", "RUNNING", "PAUSED");
        var said = server.run("interruption", "resolve", "d1-2", "retry", "--notes", "room again");
        assertThat(said.exit()).isEqualTo(5);
        assertThat(server.sent("POST /interruptions/d1-2/resolve").toString())
                .isEqualTo("{\"choice\":\"RETRY\",\"notes\":\"room again\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    deployment cancel d1                         | /deployments/d1/cancel       | cancelling d1
                    deployment retry d1 --detach                 | /deployments/d1/retry        | retrying d1
                    deployment proceed d1 --detach               | /deployments/d1/proceed      | proceeding d1
                    deployment resolve d1-2 proceed --detach     | /interruptions/d1-2/resolve  | answered PROCEED
                    interruption resolve d1-2 proceed --detach   | /interruptions/d1-2/resolve  | answered PROCEED
                    """)
    void who_does_not_follow_gets_a_line_and_a_program_the_servers_answer(
            String command, String path, String line) throws IOException {
        server.answers("POST " + path, "{\"id\": \"told\"}");
        var said = stagecoach(command);
        assertThat(said.exit()).describedAs(said.err()).isZero();
        assertThat(said.out()).startsWith(line);
        assertThat(stagecoach(command + " --json").documents())
                .singleElement()
                .satisfies(d -> assertThat(d.path("id").asText()).isEqualTo("told"));
    }

    @Test
    void what_steps_and_copies_do_is_told_when_it_changes() {
        server.deployment("d1", "RUNNING", "RUNNING", "FAILED")
                .answers("GET /deployments/d1/steps", step("RUNNING"), step("FAILED"))
                .answers(
                        "GET /deployments/d1/acquisitions",
                        """
                        {"caches": [{"package": "Shop.Web", "cache": "eu-1", "state": "SUCCEEDED"}],
                         "targets": [
                           {"package": "Shop.Web", "target": "web-1", "state": "SUCCEEDED",
                            "servedBy": {"kind": "CACHE", "cache": "eu-1"}},
                           {"package": "Shop.Web", "target": "web-2", "state": "PENDING"}]}""");
        assertThat(stagecoach("deployment watch d1").screen().lines())
                .filteredOn(line -> !line.contains("→"))
                .containsExactly(
                        "   greet web-1 RUNNING",
                        "   Shop.Web eu-1 SUCCEEDED",
                        "   Shop.Web web-1 SUCCEEDED from eu-1",
                        "   greet web-1 FAILED: exit 1");
    }

    private static String step(String state) {
        return """
        {"items": [{"step": "greet", "target": "web-1", "run": 1, "state": "%s", "reason": %s}],
         "next": null}"""
                .formatted(state, state.equals("FAILED") ? "\"exit 1\"" : "null");
    }

    @Test
    void at_a_terminal_the_picture_is_drawn_over_and_its_last_state_stays() {
        server.deployment("d1", "RUNNING", "RUNNING", "SUCCEEDED");
        String drawn = server.runAtTerminal("deployment", "watch", "d1").screen();
        assertThat(drawn.split("\u001b\\[1A", -1)).hasSize(2);
        assertThat(drawn.substring(drawn.lastIndexOf("\u001b[1A"))).contains("SUCCEEDED\n");
    }

    @Test
    void who_is_ended_while_following_says_that_the_deployment_goes_on() throws Exception {
        server.deployment("d1", "RUNNING");
        var start =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        StagecoachCli.class.getName(),
                        "deployment",
                        "watch",
                        "d1");
        start.environment().putAll(Map.of("STAGECOACH_URL", server.url(), "CI", "true"));
        Process following = start.start();
        try (var out = following.inputReader();
                var err = following.errorReader()) {
            assertThat(out.readLine()).contains("RUNNING");
            // Unlike the process itself its handle leaves the streams open.
            following.toHandle().destroy();
            assertThat(err.lines())
                    .contains(
                            "Stopped following; deployment d1 goes on. Follow it again: stagecoach deployment watch d1");
        } finally {
            following.destroyForcibly();
        }
        assertThat(server.asked("POST")).isEmpty();
    }
}
