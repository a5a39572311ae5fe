package stagecoach.orchestrator.app.progress;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.CommandContext;
import stagecoach.contracts.agent.LogEntry.Output;
import stagecoach.contracts.agent.OutputKind;
import stagecoach.contracts.agent.OutputLine;
import stagecoach.orchestrator.app.Api;
import stagecoach.orchestrator.app.Follower;
import stagecoach.orchestrator.app.OrchestratorTest;
import stagecoach.orchestrator.app.Shop;
import stagecoach.runtime.test.TestEvents;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.identity.EnvironmentId;
import stagecoach.vocabulary.identity.ProjectId;
import stagecoach.vocabulary.identity.Run;
import stagecoach.vocabulary.identity.StepName;
import stagecoach.vocabulary.identity.TargetId;
import stagecoach.vocabulary.identity.Ticket;

@OrchestratorTest
class LogTest {
    @Test
    void lines_have_numbers_without_gaps_however_often_their_chunks_come() {
        String id = deployment();
        Ticket first = new Ticket(UUID.randomUUID());
        Ticket second = new Ticket(UUID.randomUUID());
        TestEvents.publish(chunk(id, first, 1, "start", "l-1", "one", "two"));
        TestEvents.publish(chunk(id, first, 1, "start", "l-1", "one", "two"));
        TestEvents.publish(chunk(id, second, 1, "start", "l-2", "three"));
        TestEvents.publish(chunk(id, first, 1, "start", "l-1", "one", "two"));
        TestEvents.publish(chunk(id, first, 2, "start", "l-1", "four"));
        String path = "/deployments/" + id + "/logs";
        var page = Runs.eventually(path, told -> told.getList("items").size() == 4);
        assertThat(page.getList("items.text")).containsExactly("one", "two", "three", "four");
        assertThat(page.getList("items.seq")).containsExactly(1, 2, 3, 4);
        assertThat(page.getBoolean("caughtUp")).isTrue();
        assertThat(page.getMap("items[0]"))
                .containsEntry("step", "start")
                .containsEntry("target", "l-1")
                .containsEntry("stream", "OUT")
                .containsEntry("at", "2026-11-23T06:00:00Z");

        var part = Api.get(path + "?limit=3").jsonPath();
        assertThat(part.getBoolean("caughtUp")).isFalse();
        var rest = Api.get(path + "?cursor=" + part.getString("next")).jsonPath();
        assertThat(rest.getList("items.text")).containsExactly("four");

        var filtered = Api.get(path + "?target=l-2").jsonPath();
        assertThat(filtered.getList("items.text")).containsExactly("three");
        assertThat(filtered.getString("next")).isEqualTo(page.getString("next"));
        assertThat(Api.get(path + "?step=other&limit=1").jsonPath().getBoolean("caughtUp"))
                .isTrue();
    }

    @Test
    void whoever_follows_gets_what_is_there_and_then_what_comes_and_goes_on_where_he_was() {
        String id = deployment();
        Ticket ticket = new Ticket(UUID.randomUUID());
        TestEvents.publish(chunk(id, ticket, 1, "start", "l-1", "one", "two"));
        String path = "/deployments/" + id + "/logs";
        String cursor;
        try (var follower = Follower.of(path, Map.of())) {
            var there = follower.take(2);
            assertThat(there.getFirst().data()).contains("\"text\":\"one\"");
            cursor = there.getFirst().id();
            TestEvents.publish(chunk(id, ticket, 2, "start", "l-1", "three"));
            assertThat(follower.take(1).getFirst().data())
                    .contains("\"text\":\"three\"", "\"seq\":3");
        }
        try (var again = Follower.of(path, Map.of("Last-Event-ID", cursor))) {
            assertThat(again.take(2))
                    .extracting(Follower.Event::data)
                    .satisfiesExactly(
                            two -> assertThat(two).contains("\"text\":\"two\""),
                            three -> assertThat(three).contains("\"text\":\"three\""));
        }
    }

    @Test
    void a_command_that_says_too_much_is_cut_and_that_is_said() {
        String id = deployment();
        Ticket ticket = new Ticket(UUID.randomUUID());
        String long1 = "x".repeat(20_000);
        for (int chunk = 1; chunk <= 4; chunk++) {
            TestEvents.publish(chunk(id, ticket, chunk, "start", "l-1", long1));
        }
        TestEvents.publish(
                chunk(id, new Ticket(UUID.randomUUID()), 1, "start", "l-2", "another speaks"));
        var page =
                Runs.eventually(
                        "/deployments/" + id + "/logs",
                        told -> told.getList("items.text").contains("another speaks"));
        List<String> texts = page.getList("items.text");
        assertThat(texts).hasSize(5);
        assertThat(texts.get(3)).contains("has reached 65536 bytes; what follows is not kept");
        assertThat(page.getString("items[3].stream")).isEqualTo("INFO");
    }

    @Test
    void a_log_of_nothing_is_empty_and_one_of_nobody_is_not_found() {
        String id = deployment();
        var page = Api.get("/deployments/" + id + "/logs").jsonPath();
        assertThat(page.getList("items")).isEmpty();
        assertThat(page.getString("next")).isNotEmpty();
        assertThat(page.getBoolean("caughtUp")).isTrue();
        assertThat(Api.get("/deployments/00000000/logs").statusCode()).isEqualTo(404);
    }

    private static String deployment() {
        var shop = Shop.open(1);
        shop.release("1.0.0");
        return shop.deploy("1.0.0");
    }

    private static Output chunk(
            String deployment,
            Ticket ticket,
            long number,
            String step,
            String target,
            String... lines) {
        var id = new TargetId(target);
        return new Output(
                ticket,
                AgentId.of(id),
                new CommandContext(
                        new DeploymentId(deployment),
                        new ProjectId("shop"),
                        new EnvironmentId("production"),
                        new Run(3),
                        Optional.of(new StepName(step)),
                        Optional.of(id)),
                number,
                IntStream.range(0, lines.length)
                        .mapToObj(i -> new OutputLine(Runs.MORNING, OutputKind.OUT, lines[i]))
                        .toList());
    }
}
