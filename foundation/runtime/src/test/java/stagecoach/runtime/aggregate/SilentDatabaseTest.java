package stagecoach.runtime.aggregate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import io.restassured.response.Response;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.local.engines.Engines;
import stagecoach.runtime.store.TemporaryFailure;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.ToyTest;

/** The database hangs: its connections stay open, and it answers nothing. */
@ToyTest
class SilentDatabaseTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int MORE_THAN_CONNECTIONS = 20;

    @Inject CommandHandler handler;
    @Inject UnitOfWork unitOfWork;

    private final Engines engines = Engines.shared();
    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    @Test
    void whoever_asks_a_database_that_hangs_hears_it_and_all_goes_on_with_every_connection() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        engines.freezePostgres();
        // All at once: each waits for as long as the database may take.
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> deposit = threads.submit(this::deposit);
            Future<Response> who = threads.submit(SilentDatabaseTest::who);
            var asked =
                    IntStream.range(0, MORE_THAN_CONNECTIONS)
                            .mapToObj(i -> threads.submit(this::ask))
                            .toList();

            assertThat(who)
                    .succeedsWithin(PATIENCE)
                    .satisfies(
                            answer ->
                                    answer.then()
                                            .statusCode(503)
                                            .header("Content-Type", "application/problem+json")
                                            .header("Retry-After", "2"));
            assertThatThrownBy(deposit::get)
                    .cause()
                    .isInstanceOf(TemporaryFailure.class)
                    .hasMessage("The database does not answer.");
            asked.forEach(
                    each ->
                            assertThatThrownBy(each::get)
                                    .hasCauseInstanceOf(TemporaryFailure.class));
        } finally {
            engines.thawPostgres();
        }

        await().atMost(PATIENCE)
                .ignoreException(TemporaryFailure.class)
                .until(
                        () -> {
                            deposit();
                            return true;
                        });
        assertThat(versions()).isEqualTo(2);
        // One after the other: none that was given up may have been lost to the pool.
        await().atMost(PATIENCE)
                .ignoreException(TemporaryFailure.class)
                .until(
                        () ->
                                IntStream.range(0, MORE_THAN_CONNECTIONS)
                                        .noneMatch(i -> ask().isEmpty()));
    }

    private static Response who() {
        return given().header("Authorization", TestKeys.ADMIN.bearer()).get("/api/v1/who");
    }

    private void deposit() {
        handler.handle(ACCOUNTS, stream, new Deposit(1, "r"), cause);
    }

    private List<Object[]> ask() {
        return unitOfWork.run(tx -> tx.rows("SELECT 1"));
    }

    private int versions() {
        return unitOfWork
                .run(tx -> tx.rows("SELECT version FROM event WHERE stream = ?1", stream.value()))
                .size();
    }
}
