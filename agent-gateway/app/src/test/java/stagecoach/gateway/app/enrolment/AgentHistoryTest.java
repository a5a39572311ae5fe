package stagecoach.gateway.app.enrolment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.BegunPackage;
import stagecoach.contracts.agent.Removal;
import stagecoach.contracts.agent.SourceLatency;
import stagecoach.gateway.app.test.GatewayTest;
import stagecoach.gateway.app.test.Scene;
import stagecoach.gateway.presence.AgentAction;
import stagecoach.gateway.presence.AgentState;
import stagecoach.gateway.presence.Health;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.store.StateCache;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.AgentId;
import stagecoach.vocabulary.identity.CacheId;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.Sha512;

/** What a machine told of itself and has told anew since does not stay for ever. */
@GatewayTest
class AgentHistoryTest {
    private final Instant longAgo = Instant.now().minus(AgentHistory.KEPT.plusDays(100));

    @Inject AgentHistory history;
    @Inject AgentKind kind;
    @Inject CommandHandler commands;
    @Inject UnitOfWork unitOfWork;
    @Inject StateCache memory;

    private final AgentId agent = Scene.anAgent();
    private final Random random = new Random(agent.hashCode());
    private Duration since = Duration.ZERO;

    /** Some by which the agent is enrolled again and again. */
    private final List<String> homes =
            Stream.generate(() -> "%064x".formatted(random.nextLong())).limit(3).toList();

    private void happens(AgentAction action) {
        since = since.plusHours(1);
        var then = Clock.fixed(longAgo.plus(since), ZoneOffset.UTC);
        commands.handle(kind, AgentKind.streamOf(agent), action, Cause.of(then, "machine"));
    }

    private Health healthy() {
        return Health.connected("1.0", since.toHours(), List.of("sh"));
    }

    private AgentAction enrolment() {
        return new AgentAction.Enrol(
                agent, homes.get(random.nextInt(homes.size())), Scene.documentOf(agent));
    }

    private AgentAction measurement() {
        return new AgentAction.NoteMeasured(
                List.of(new SourceLatency(new CacheId("near"), 1 + random.nextInt(90))));
    }

    private AgentAction begun() {
        return new AgentAction.NoteBegun(
                List.of(new BegunPackage(new Sha512("ab".repeat(64)), 1 + random.nextInt(90))));
    }

    /** Sometimes what was told before. */
    private AgentAction tidied() {
        return new AgentAction.NoteTidied(
                List.of(
                        new Removal(
                                since.toHours() - random.nextInt(3),
                                longAgo,
                                DeploymentId.ofBits(7),
                                Removal.Rule.AGE,
                                "nobody has used it for 30 days",
                                List.of(),
                                List.of(),
                                1,
                                9)));
    }

    private AgentAction any() {
        return switch (random.nextInt(11)) {
            case 10 -> tidied();
            case 0 -> enrolment();
            case 1 -> new AgentAction.Revoke("It was sold.");
            case 2, 3, 4 -> new AgentAction.NoteConnected(healthy());
            case 5 -> new AgentAction.NoteTold(since.toHours(), Optional.of("The disk is full."));
            case 6 -> new AgentAction.NoteLost("Nothing was heard of it.");
            case 7 -> begun();
            default -> measurement();
        };
    }

    private AgentState state() {
        memory.clear();
        return commands.load(kind, AgentKind.streamOf(agent));
    }

    private List<Long> versions() {
        return unitOfWork
                .run(
                        tx ->
                                tx.select(
                                        "SELECT version FROM event WHERE stream = ?1 ORDER BY version",
                                        AgentKind.streamOf(agent).value()))
                .stream()
                .map(row -> row.number(0))
                .toList();
    }

    /** Whatever Kafka has by then. */
    private void forget(Instant now) {
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                unitOfWork
                                        .run(
                                                tx ->
                                                        tx.rows(
                                                                "SELECT 1 FROM outbox WHERE stream = ?1",
                                                                AgentKind.streamOf(agent).value()))
                                        .isEmpty());
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> unitOfWork.run(tx -> history.forget(tx, now, 2_000)) < 2_000);
    }

    @Test
    void
            of_a_machine_that_came_and_went_its_enrolment_its_last_health_and_its_last_measurement_stay() {
        happens(enrolment());
        for (int i = 0; i < 5; i++) {
            happens(new AgentAction.NoteConnected(healthy()));
            happens(measurement());
            happens(new AgentAction.NoteLost("Nothing was heard of it."));
        }
        var before = state();
        assertThat(versions()).hasSize(16);
        forget(longAgo.plus(AgentHistory.KEPT));
        assertThat(versions()).hasSize(16);

        forget(Instant.now());
        assertThat(versions()).containsExactly(1L, 15L, 16L);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void what_was_told_of_fetches_goes_and_keeps_neither_health_nor_measurements_from_staying() {
        happens(enrolment());
        happens(new AgentAction.NoteConnected(healthy()));
        happens(measurement());
        happens(begun());
        happens(begun());
        happens(new AgentAction.NoteLost("Nothing was heard of it."));
        var before = state();
        forget(Instant.now());
        assertThat(versions()).containsExactly(1L, 3L, 6L);
        assertThat(state()).isEqualTo(before);
    }

    @Test
    void the_last_event_stays_whatever_it_is_and_the_next_one_comes_behind_it() {
        happens(enrolment());
        happens(measurement());
        happens(measurement());
        forget(Instant.now());
        assertThat(versions()).containsExactly(1L, 3L);
        memory.clear();
        happens(new AgentAction.NoteConnected(healthy()));
        assertThat(versions()).containsExactly(1L, 3L, 4L);
    }

    @Test
    void whatever_happened_what_stays_leads_to_the_same_state() {
        happens(enrolment());
        for (int i = 0; i < 200; i++) {
            happens(any());
            if (i % 20 == 0) {
                var before = state();
                var all = versions();
                forget(Instant.now());
                assertThat(state()).isEqualTo(before);
                assertThat(all).containsAll(versions()).endsWith(versions().getLast());
            }
        }
    }
}
