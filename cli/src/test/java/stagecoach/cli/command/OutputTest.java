package stagecoach.cli.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What scripts put out, and events, are read to their end or followed as they come. */
class OutputTest {
    private static final String LOGS = "GET /deployments/d1/logs";
    private static final String EVENTS = "GET /events";

    @AutoClose private final PlayedServer server = new PlayedServer();

    private static String page(String text, String next, boolean caughtUp) {
        return """
        {"items": [{"at": "T", "step": "greet", "target": "web-1", "stream": "OUT", "text": "%s"}],
         "next": "%s", "caughtUp": %s}"""
                .formatted(text, next, caughtUp);
    }

    private static String nothing(String next) {
        return "{\"items\": [], \"next\": \"%s\", \"caughtUp\": true}".formatted(next);
    }

    private static String event(String id, String next, boolean caughtUp) {
        return "{\"items\": [{\"id\": \"%s\"}], \"next\": \"%s\", \"caughtUp\": %s}"
                .formatted(id, next, caughtUp);
    }

    @Test
    void output_is_read_page_by_page_and_not_waited_for() {
        server.answers(LOGS, page("one", "a&b", false), page("two", "c", true));
        var said = server.run("deployment", "logs", "d1", "--step", "greet", "--target", "web 1");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEqualTo("T greet web-1   one\nT greet web-1   two\n");
        assertThat(server.asked("").stream().map(PlayedServer.Asked::what))
                .containsExactly(
                        LOGS + "?limit=500&step=greet&target=web%201",
                        LOGS + "?limit=500&step=greet&target=web%201&cursor=a%26b");
    }

    @Test
    void followed_output_goes_on_until_the_deployment_has_ended_and_loses_nothing_of_the_end() {
        server.deployment("d1", "RUNNING", "RUNNING", "SUCCEEDED")
                .answers(LOGS, page("one", "1", true), nothing("1"), page("the last", "2", true));
        var said = server.run("deployment", "logs", "d1", "--follow");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEqualTo("T greet web-1   one\nT greet web-1   the last\n");
        assertThat(server.asked(LOGS).stream().map(PlayedServer.Asked::what))
                .containsExactly(
                        LOGS + "?limit=500",
                        LOGS + "?limit=500&cursor=1",
                        LOGS + "?limit=500&cursor=1");
    }

    @Test
    void a_restart_of_the_server_does_not_end_followed_output() {
        server.deployment("d1", "RUNNING", "RUNNING")
                .refuses("GET /deployments/d1", 503, "It starts.")
                .deployment("d1", "SUCCEEDED")
                .answers(LOGS, page("one", "1", true))
                .refuses(LOGS, 502, "It is away.")
                .answers(LOGS, page("two", "2", true));
        var said = server.run("deployment", "logs", "d1", "--follow");
        assertThat(said.exit()).describedAs(said.err()).isZero();
        assertThat(said.out()).isEqualTo("T greet web-1   one\nT greet web-1   two\n");
    }

    @Test
    void output_of_a_server_that_was_never_there_is_not_waited_for() {
        server.refuses("GET /deployments/d1", 503, "It starts.");
        assertThat(server.run("deployment", "logs", "d1", "--follow").exit()).isEqualTo(4);
    }

    @Test
    void events_are_told_one_in_a_line_to_the_last() {
        server.answers(EVENTS, event("e1", "1", false), event("e2", "2", true));
        var said = server.run("events", "--type", "DeploymentEnded", "--cursor", "0");
        assertThat(said.exit()).isZero();
        assertThat(said.out()).isEqualTo("{\"id\":\"e1\"}\n{\"id\":\"e2\"}\n");
        assertThat(server.asked(EVENTS).stream().map(PlayedServer.Asked::what))
                .containsExactly(
                        EVENTS + "?limit=500&type=DeploymentEnded&cursor=0",
                        EVENTS + "?limit=500&type=DeploymentEnded&cursor=1");
    }

    @Test
    void followed_events_go_on_behind_the_last_one_also_after_a_restart_until_it_is_refused()
            throws IOException {
        server.answers(EVENTS, event("e1", "1", true))
                .refuses(EVENTS, 503, "It starts.")
                .answers(EVENTS, event("e2", "2", true))
                .refuses(EVENTS, 410, "That is too long ago.");
        var said = server.run("events", "--follow");
        assertThat(said.exit()).isEqualTo(3);
        assertThat(said.err()).isEqualTo("error: That is too long ago.\n");
        assertThat(said.documents().stream().map(e -> e.path("id")).map(JsonNode::asText))
                .containsExactly("e1", "e2");
        assertThat(server.asked(EVENTS).stream().map(PlayedServer.Asked::what))
                .containsExactly(
                        EVENTS + "?limit=500",
                        EVENTS + "?limit=500&cursor=1",
                        EVENTS + "?limit=500&cursor=1",
                        EVENTS + "?limit=500&cursor=2");
    }
}
