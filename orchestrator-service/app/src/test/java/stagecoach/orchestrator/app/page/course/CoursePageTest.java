package stagecoach.orchestrator.app.page.course;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.restassured.RestAssured;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.LogEntry.Output;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Phases;
import stagecoach.orchestrator.app.Shop;
import stagecoach.orchestrator.app.page.Browser;
import stagecoach.orchestrator.app.progress.Runs;
import stagecoach.runtime.access.browser.Visitors;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.test.TestKeys;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;

@OrchestratorTest
class CoursePageTest {
    private Browser browser;

    @BeforeEach
    void signIn() {
        browser = Browser.signedIn(TestKeys.READ.key());
    }

    @Test
    void it_shows_phases_steps_and_output_and_a_line_of_it_runs_nothing() {
        var shop = Shop.open(2);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        try (var phases = new Phases()) {
            phases.awaitPhase(id, 1);
        }
        publish(shop, id, shop.web(1), "\u001b[31m<script>alert(1)</script>\u001b[0m & done");
        publish(shop, id, shop.web(2), "of another");

        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(
                        () ->
                                assertThat(browser.page("/deployments/" + id))
                                        .contains(
                                                "&lt;script&gt;alert(1)&lt;/script&gt; &amp; done",
                                                "of another"));
        assertThat(browser.page("/deployments/" + id))
                .contains(shop.project(), "1.0.0", shop.environment(), "running")
                .contains("pre_acquisition".replace('_', ' '), "open-tunnel", "close-tunnel")
                .doesNotContain("<script>alert", "\u001b");
        assertThat(browser.page("/deployments/" + id + "?step=start&target=" + shop.web(2)))
                .contains("start on " + shop.web(2), "of another")
                .doesNotContain("alert(1)");
    }

    @Test
    void a_deployment_that_is_not_there_is_told_in_words() {
        for (String id : List.of("00000000", "nonsense-nonsense", "%3Cscript%3E")) {
            var answer = browser.get("/deployments/" + id);
            assertThat(answer.statusCode()).as(id).isEqualTo(404);
            assertThat(answer.asString())
                    .contains("There is no deployment")
                    .doesNotContain("<script>");
        }
    }

    @Test
    void it_is_kept_as_things_are_part_by_part_until_the_session_ends() throws Exception {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        String id = shop.deploy("1.0.0");
        var own = Browser.signedIn(TestKeys.READ.key());
        var lines = new ConcurrentLinkedQueue<String>();
        try (var http = HttpClient.newHttpClient()) {
            var answer =
                    http.sendAsync(
                            HttpRequest.newBuilder(
                                            URI.create(
                                                    "http://127.0.0.1:%d/deployments/%s/live"
                                                            .formatted(RestAssured.port, id)))
                                    .header("Accept", "text/event-stream")
                                    .header(
                                            "Cookie",
                                            Visitors.COOKIE + "=" + own.cookie(Visitors.COOKIE))
                                    .build(),
                            BodyHandlers.fromLineSubscriber(new Collected(lines)));
            awaitLine(lines, "event:head");
            awaitLine(lines, "event:output");

            publish(shop, id, shop.web(1), "hello from far");
            awaitLine(lines, "hello from far");
            assertThat(lines.stream().filter(line -> line.equals("event:steps"))).hasSize(1);

            var out = own.post("/logout", Map.of("form", own.form("/")));
            assertThat(out.statusCode()).isEqualTo(303);
            awaitLine(lines, "has ended");
            await().atMost(StagecoachResource.PATIENCE).until(answer::isDone);
        }
    }

    private static void awaitLine(Iterable<String> lines, String text) {
        await().atMost(StagecoachResource.PATIENCE)
                .untilAsserted(() -> assertThat(lines).anyMatch(line -> line.contains(text)));
    }

    private static void publish(Shop shop, String deployment, String target, String text) {
        var run = Runs.ofSteps(shop, deployment, 1);
        var id = new TargetId(target);
        TestEvents.publish(
                new Output(
                        new Ticket(UUID.randomUUID()),
                        AgentId.of(id),
                        new CommandContext(
                                run.id(),
                                run.project(),
                                run.environment(),
                                new Run(1),
                                Optional.of(new StepName("start")),
                                Optional.of(id)),
                        1,
                        List.of(
                                new OutputLine(
                                        Instant.parse("2026-11-23T06:00:00Z"),
                                        OutputKind.OUT,
                                        text))));
    }
}
