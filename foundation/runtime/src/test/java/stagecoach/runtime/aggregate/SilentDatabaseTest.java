package stagecoach.runtime.aggregate;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static stagecoach.runtime.toy.AccountKind.ACCOUNTS;

import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;
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

    @Inject CommandHandler handler;
    @Inject UnitOfWork unitOfWork;

    private final Engines engines = Engines.shared();
    private final StreamId stream = StreamId.of("account", UUID.randomUUID());
    private final Cause cause = Cause.of(Clock.systemUTC(), "ann");

    @Test
    void whoever_asks_a_database_that_hangs_hears_that_it_does_and_all_goes_on_when_it_does() {
        handler.handle(ACCOUNTS, stream, new Open("ann"), cause);
        engines.freezePostgres();
        try {
            given().header("Authorization", TestKeys.ADMIN.bearer())
                    .get("/api/v1/who")
                    .then()
                    .statusCode(503)
                    .header("Content-Type", "application/problem+json")
                    .header("Retry-After", "2");
            assertThatThrownBy(() -> handler.handle(ACCOUNTS, stream, new Deposit(1, "r"), cause))
                    .isInstanceOf(TemporaryFailure.class)
                    .hasMessage("The database does not answer.");
        } finally {
            engines.thawPostgres();
        }

        await().atMost(PATIENCE)
                .ignoreException(TemporaryFailure.class)
                .until(
                        () -> {
                            handler.handle(ACCOUNTS, stream, new Deposit(1, "r"), cause);
                            return true;
                        });
        assertThat(versions()).isEqualTo(2);
    }

    @Test
    void connections_that_were_given_up_come_back_to_the_pool() {
        engines.freezePostgres();
        try {
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                IntStream.range(0, 20)
                        .mapToObj(i -> threads.submit(this::ask))
                        .toList()
                        .forEach(
                                asked ->
                                        assertThatThrownBy(asked::get)
                                                .hasCauseInstanceOf(TemporaryFailure.class));
            }
        } finally {
            engines.thawPostgres();
        }

        // More than there are connections, one after the other: none may have been lost.
        await().atMost(PATIENCE)
                .ignoreException(TemporaryFailure.class)
                .until(() -> IntStream.range(0, 20).noneMatch(i -> ask().isEmpty()));
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
