package stagecoach.runtime.outbox;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.decider.StreamId;
import stagecoach.local.engines.Engines;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.logs.LogPublisher;
import stagecoach.runtime.test.TestEvents;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountEvent.Deposited;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** The engines are killed under a service that runs; it goes on as if nothing had been. */
@ToyTest
class EngineRestartTest {
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @Inject CommandHandler handler;
    @Inject Heard heard;
    @Inject LogPublisher logs;

    private final Engines engines = Engines.shared();
    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    private void deposit(int from, int to) {
        for (int i = from; i < to; i++) {
            handler.handle(ACCOUNTS, stream, new Deposit(1, "r" + i), cause);
        }
    }

    private void awaitHeard(long versions) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .untilAsserted(
                        () ->
                                assertThat(heard.versions("toy-listener", stream))
                                        .isEqualTo(
                                                LongStream.rangeClosed(1, versions)
                                                        .boxed()
                                                        .toList()));
    }

    @Test
    void a_broker_that_is_killed_while_events_are_published_loses_and_reorders_none() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        deposit(0, 50);
        engines.killKafka();
        try {
            deposit(50, 100);
            await().atMost(PATIENCE)
                    .until(() -> given().get("/q/health/ready").statusCode() == 503);
            assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
        } finally {
            engines.startKafka();
        }
        deposit(100, 120);
        awaitHeard(121);
        try (var topic = TestEvents.consume(AccountKind.TOPIC)) {
            long highest = 0;
            for (var seen :
                    topic.until(
                            stream, s -> s.stream().anyMatch(e -> e.envelope().version() == 121))) {
                assertThat(seen.envelope().version()).isLessThanOrEqualTo(highest + 1);
                highest = Math.max(highest, seen.envelope().version());
            }
        }
    }

    @Test
    void a_database_that_is_killed_while_events_are_handled_loses_and_repeats_none() {
        publish(1, 20);
        awaitHeard(20);
        engines.killPostgres();
        try {
            publish(21, 60);
            // Without its database the service is not ready, but alive: a restart would not help
            // it.
            await().atMost(PATIENCE)
                    .until(() -> given().get("/q/health/ready").statusCode() == 503);
            assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
        } finally {
            engines.startPostgres();
        }
        publish(61, 70);
        awaitHeard(70);
        await().atMost(PATIENCE).until(() -> given().get("/q/health/ready").statusCode() == 200);
        assertThat(given().get("/q/health/live").statusCode()).isEqualTo(200);
    }

    private void publish(int from, int to) {
        for (int version = from; version <= to; version++) {
            TestEvents.publish(
                    AccountKind.TOPIC,
                    stream,
                    version,
                    new Deposited(1, "r" + version),
                    AccountKind.PLACE);
        }
    }

    @Test
    void log_entries_are_acknowledged_when_the_broker_has_them() throws Exception {
        LogEntry entry =
                new LogEntry.TransferProgress(
                        new DeploymentId("7f3k9qzm"),
                        new PackagePin(
                                new PackageId("Shop.Web"),
                                PackageVersion.parse("1.0.0"),
                                Sha512.hashOf(new byte[0]),
                                0),
                        Optional.empty(),
                        Optional.empty(),
                        7);
        CompletableFuture<Void> acknowledged =
                logs.publish(List.of(entry, entry)).toCompletableFuture();
        acknowledged.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(acknowledged).isCompleted();
    }
}
