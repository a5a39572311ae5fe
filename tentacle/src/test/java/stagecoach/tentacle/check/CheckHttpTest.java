package stagecoach.tentacle.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
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

@Timeout(120)
class CheckHttpTest {
    private static final Duration HOUR = Duration.ofHours(1);

    @TempDir Path folder;

    /** Passes only when a test says so. */
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());

    private void passes(Duration time) {
        now.updateAndGet(instant -> instant.plus(time));
    }

    private LiveTicket accept(String url, String body, Duration within, String... masks)
            throws Exception {
        return TestTickets.whereTimePasses(folder, now::get)
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
            LiveTicket live = accept(server.url() + "/health", "status: (UP|OK)", HOUR);
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
                        (request, out) -> {
                            passes(HOUR);
                            redirect(out);
                        })) {
            CommandResult result =
                    new CheckHttpWork()
                            .perform(accept(server.url() + "/?key=hunter2", "", HOUR, "hunter2"));
            assertThat(result.exitCode()).contains(1);
            assertThat(result.reason().orElseThrow())
                    .contains("within 1h: it answered 302")
                    .contains("?key=********")
                    .doesNotContain("hunter2");
        }
    }

    @Test
    void what_the_end_of_the_time_cuts_short_hides_no_answer_before_it() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (RawServer server =
                RawServer.plain(
                        (request, out) -> {
                            if (request.number() == 1) {
                                passes(HOUR.minusSeconds(1));
                                redirect(out);
                            } else {
                                passes(HOUR);
                                over.await();
                            }
                        })) {
            LiveTicket live = accept(server.url(), "", HOUR);
            CommandResult result = new CheckHttpWork().perform(live);
            over.countDown();
            assertThat(server.requests()).hasSizeGreaterThan(1);
            assertThat(result.reason().orElseThrow()).endsWith("it answered 302");
            assertThat(TestTickets.lines(live, OutputKind.INFO))
                    .containsExactly("GET " + server.url() + " answered 302.");
        }
    }

    private static void redirect(OutputStream out) throws IOException {
        RawServer.head(out, "302 Found", "Location: /login", "Content-Length: 0");
    }

    @Test
    void nobody_there_is_said_in_words() throws Exception {
        RawServer gone = RawServer.plain((request, out) -> {});
        gone.close();
        LiveTicket live = accept(gone.url(), "", HOUR);
        var checked = new FutureTask<>(() -> new CheckHttpWork().perform(live));
        Thread.ofVirtual().start(checked);
        await().atMost(30, TimeUnit.SECONDS)
                .until(() -> !TestTickets.lines(live, OutputKind.INFO).isEmpty());
        passes(HOUR);
        assertThat(checked.get().reason().orElseThrow())
                .contains("could not be reached (ConnectException");
    }

    /** Guards: an expression that tries out all ways holds its thread for longer than a life. */
    @Test
    void an_expression_with_very_many_ways_is_judged_in_one_pass() throws Exception {
        String body = "a".repeat(100_000) + "b";
        try (RawServer server =
                RawServer.plain(
                        (request, out) -> {
                            passes(HOUR);
                            RawServer.head(out, "200 OK", "Content-Length: " + body.length());
                            out.write(body.getBytes(StandardCharsets.UTF_8));
                        })) {
            CommandResult result =
                    new CheckHttpWork().perform(accept(server.url(), "^(a+)+$", HOUR));
            assertThat(result.reason().orElseThrow())
                    .endsWith("it answered 200 with a body that does not match");
        }
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
