package stagecoach.tentacle.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import stagecoach.contracts.agent.CommandOutcome;
import stagecoach.contracts.agent.CommandPayload;
import stagecoach.contracts.agent.CommandResult;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.tentacle.journal.LiveTicket;
import stagecoach.tentacle.journal.TestTickets;
import stagecoach.tentacle.testing.Deliveries;
import stagecoach.tentacle.testing.RawServer;

@Timeout(60)
class CheckHttpTest {
    @TempDir Path folder;

    private LiveTicket accept(String url, String body, Duration within, String... masks)
            throws Exception {
        return new TestTickets(folder)
                .accept(
                        Deliveries.check(
                                new CommandPayload.Http(
                                        url,
                                        "GET",
                                        List.of(200),
                                        body.isEmpty() ? Optional.empty() : Optional.of(body),
                                        within,
                                        Duration.ofMillis(20),
                                        List.of(masks))));
    }

    @Test
    void it_asks_until_status_and_body_are_right_and_tells_of_each_change() throws Exception {
        try (RawServer server =
                RawServer.plain(
                        (request, out) -> {
                            if (request.number() < 3) {
                                RawServer.head(out, "503 Starting", "Content-Length: 0");
                            } else {
                                String body = request.number() < 5 ? "wait" : "status: UP!";
                                RawServer.head(out, "200 OK", "Content-Length: " + body.length());
                                out.write(body.getBytes(StandardCharsets.UTF_8));
                            }
                        })) {
            LiveTicket live =
                    accept(server.url() + "/health", "status: (UP|OK)", Duration.ofSeconds(30));
            assertThat(new CheckHttpWork().perform(live).succeeded()).isTrue();
            assertThat(server.requests()).hasSize(5);
            assertThat(TestTickets.lines(live, OutputKind.INFO))
                    .containsExactly(
                            "GET " + server.url() + "/health answered 503.",
                            "GET "
                                    + server.url()
                                    + "/health answered 200 with a body that does not match.",
                            "GET " + server.url() + "/health answered as it should.");
        }
    }

    @Test
    void a_redirect_is_an_answer_and_time_ends() throws Exception {
        try (RawServer server =
                RawServer.plain(
                        (request, out) ->
                                RawServer.head(
                                        out,
                                        "302 Found",
                                        "Location: /login",
                                        "Content-Length: 0"))) {
            CommandResult result =
                    new CheckHttpWork()
                            .perform(
                                    accept(
                                            server.url() + "/?key=hunter2",
                                            "",
                                            Duration.ofMillis(300),
                                            "hunter2"));
            assertThat(result.exitCode()).contains(1);
            assertThat(result.reason().orElseThrow())
                    .contains("within PT0.3S: it answered 302")
                    .contains("?key=********")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void nobody_there_is_said_in_words() throws Exception {
        RawServer gone = RawServer.plain((request, out) -> {});
        gone.close();
        CommandResult result =
                new CheckHttpWork().perform(accept(gone.url(), "", Duration.ofMillis(200)));
        assertThat(result.reason().orElseThrow())
                .contains("could not be reached (ConnectException");
    }

    @Test
    void what_cannot_be_asked_is_refused() throws Exception {
        assertThat(
                        new CheckHttpWork()
                                .perform(accept("http://", "", Duration.ofSeconds(1)))
                                .outcome())
                .isEqualTo(CommandOutcome.REFUSED);
        assertThat(
                        new CheckHttpWork()
                                .perform(accept("http://localhost/", "(", Duration.ofSeconds(1)))
                                .reason()
                                .orElseThrow())
                .contains("no regular expression");
    }
}
