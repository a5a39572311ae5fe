package stagecoach.runtime.parked;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quarkus.test.common.http.TestHTTPResource;
import jakarta.inject.Inject;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.Cause;
import stagecoach.runtime.aggregate.CommandHandler;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.runtime.test.TestCli;
import stagecoach.runtime.test.TestCli.Said;
import stagecoach.runtime.test.TestKeys;
import stagecoach.runtime.toy.AccountCommand.Deposit;
import stagecoach.runtime.toy.AccountCommand.Open;
import stagecoach.runtime.toy.AccountKind;
import stagecoach.runtime.toy.Antidote;
import stagecoach.runtime.toy.Heard;
import stagecoach.runtime.toy.ToyTest;

/** {@code stagecoach parked} against a service as it is. */
@ToyTest
class ParkedCommandTest {
    private static final int DEPOSITS = 8;

    @Inject CommandHandler handler;
    @Inject Heard heard;

    @TestHTTPResource("/")
    URI url;

    private final StreamId stream = StreamId.of("account", UUID.randomUUID());

    @AfterEach
    void withdraw() {
        Antidote.arrives(false);
    }

    private Said stagecoach(String... args) {
        return new TestCli(url).run(args);
    }

    private void poison() {
        var cause = Cause.of(Clock.systemUTC(), "ann");
        handler.handle(AccountKind.ACCOUNTS, stream, new Open("ann"), cause);
        for (int i = 1; i <= DEPOSITS; i++) {
            handler.handle(AccountKind.ACCOUNTS, stream, new Deposit(1, "poison " + i), cause);
        }
        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () ->
                                given().header("Authorization", "Bearer " + TestKeys.ADMIN.key())
                                        .get(
                                                "/api/v1/services/toy/parked-streams/toy-listener/"
                                                        + stream)
                                        .jsonPath(),
                        // Before the first is parked the stream is not known there.
                        told ->
                                told.get("items") instanceof List<?> items
                                        && items.size() == DEPOSITS);
    }

    private List<Long> all() {
        return LongStream.rangeClosed(1, DEPOSITS + 1).boxed().toList();
    }

    @Test
    void a_parked_stream_is_listed_shown_and_replayed_once_its_reason_is_gone() {
        poison();
        Said list = stagecoach("parked", "list", "--service", "toy");
        assertThat(list.exit()).isZero();
        assertThat(list.out()).contains("REASON", stream.value(), "toy-listener", "poison");
        Said show = stagecoach("parked", "show", "--service", "toy", stream.value());
        assertThat(show.out())
                .contains(
                        "toy, handler toy-listener", "stagecoach.Deposited.v1", "behind a parked");

        Said tooEarly = stagecoach("parked", "replay", "--service", "toy", stream.value());
        assertThat(tooEarly.exit()).isEqualTo(1);
        assertThat(tooEarly.out()).contains(stream + " still waits in toy at 2:", "poison");

        Antidote.arrives(true);
        Said replayed = stagecoach("parked", "replay", "--service", "toy", stream.value());
        assertThat(replayed.exit()).isZero();
        assertThat(replayed.out()).contains(stream + " goes on in toy");
        assertThat(heard.versions("toy-listener", stream)).isEqualTo(all());
        assertThat(stagecoach("parked", "replay", "--service", "toy", stream.value()))
                .satisfies(
                        again -> {
                            assertThat(again.exit()).isZero();
                            assertThat(again.out()).contains("nothing of " + stream);
                        });
    }

    @Test
    void two_operators_who_replay_one_stream_at_once_have_it_handled_once() throws Exception {
        poison();
        Antidote.arrives(true);
        try (ExecutorService operators = Executors.newVirtualThreadPerTaskExecutor()) {
            var both = new ArrayList<Future<Said>>();
            for (int operator = 0; operator < 2; operator++) {
                both.add(
                        operators.submit(
                                () ->
                                        stagecoach(
                                                "parked",
                                                "replay",
                                                "--service",
                                                "toy",
                                                stream.value())));
            }
            for (Future<Said> one : both) {
                assertThat(
                                one.get(StagecoachResource.PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                        .exit())
                        .isZero();
            }
        }
        assertThat(heard.versions("toy-listener", stream)).isEqualTo(all());
    }

    @Test
    void mistakes_are_told_in_words() {
        assertThat(stagecoach("parked").err()).contains("list, show or replay");
        assertThat(stagecoach("parked", "replay", "--service", "toy"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isEqualTo(2);
                            assertThat(said.err()).contains("name one stream, or say --all");
                        });
        assertThat(stagecoach("parked", "list", "--service", "other"))
                .satisfies(
                        said -> {
                            assertThat(said.exit()).isEqualTo(3);
                            assertThat(said.err()).contains("This is toy");
                        });
    }
}
