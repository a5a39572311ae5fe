package stagecoach.packages.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import stagecoach.contracts.acquisition.AcquisitionEvent.PackageReplicated;
import stagecoach.packages.server.foreign.ForeignServer;
import stagecoach.runtime.test.StagecoachResource;
import stagecoach.vocabulary.identity.CacheId;

/** A NuGet server that is slow to show what it has is waited for, and sent nothing again. */
@PackageServiceTest
class PushedOnceTest extends AtForeignServer {
    PushedOnceTest() {
        super("late", new CacheId("late-1"));
    }

    @Test
    void after_a_conflict_it_is_waited_for() {
        server.held.put(name(), nupkg.bytes());
        server.hiddenFor.set(4);

        assertThat(replicated(2).bytes()).isZero();

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void after_a_conflict_that_never_shows_itself_it_is_left() {
        patience.visibleMax(SOON);
        server.held.put(name(), nupkg.bytes());
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed(2))
                .contains(
                        "says that it has %s 1.0.0, and does not show it after 2 s"
                                .formatted(nupkg.id()));

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void what_it_took_and_never_shows_was_sent_once() {
        patience.visibleMax(SOON);
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed(2))
                .contains("took %s 1.0.0, and does not show it after 2 s".formatted(nupkg.id()));

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void a_look_that_fails_behind_a_push_is_another_look_and_no_other_push() {
        server.lookAnswers.addAll(List.of(404, 503, 500));

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_that_works_on_all_bytes_for_long_is_looked_at_before_it_is_sent_them_again() {
        patience.answerMax(SOON);
        var work = new CountDownLatch(1);
        server.working = work;
        deployment.start(2, false, needs);
        await().atMost(StagecoachResource.PATIENCE).until(() -> server.asked("PUT") == 1);

        // It was looked at before the push, too.
        await().atMost(StagecoachResource.PATIENCE).until(() -> server.asked("HEAD") > 1);
        work.countDown();

        assertThat(deployment.event(2, PackageReplicated.class).bytes())
                .isEqualTo(nupkg.bytes().length);
        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 504})
    void one_whose_gateway_does_not_wait_for_it_is_looked_at_first_too(int status) {
        server.gatewaySays = status;
        server.lookAnswers.addAll(List.of(404, 404, 404));

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_whose_line_breaks_behind_the_last_byte_is_looked_at_first_too() {
        server.hangsUp = true;
        server.lookAnswers.addAll(List.of(404, 404, 404));

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(1);
    }

    @Test
    void one_that_is_asked_too_much_is_pushed_to_again_at_once() {
        server.pushAnswers.add(429);

        assertThat(replicated(2).bytes()).isEqualTo(nupkg.bytes().length);

        assertThat(server.asked("PUT")).isEqualTo(2);
        // Before each push, and behind the one that it took.
        assertThat(server.asked("HEAD")).isEqualTo(3);
    }

    private List<ForeignServer.Asked> pushes() {
        return server.asked.stream().filter(one -> one.method().equals("PUT")).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void one_that_asks_to_be_left_alone_is_asked_nothing_for_so_long(int status) {
        server.retryAfter = "3";
        server.pushAnswers.add(status);

        assertThat(replicated(2).attempts()).isEqualTo(2);

        assertThat(pushes()).hasSize(2);
        long first = pushes().getFirst().at();
        assertThat(server.asked)
                .noneMatch(
                        one ->
                                one.at() > first
                                        && one.at() - first < Duration.ofSeconds(3).toNanos());
    }

    @Test
    void one_that_asks_to_be_left_alone_for_days_is_pushed_to_before_that() {
        patience.fruitlessMax(4);
        patience.askedMax(SOON);
        server.retryAfter = "864000";
        server.pushAnswers.addAll(List.of(503, 429));

        assertThat(replicated(2).attempts()).isEqualTo(3);
    }

    @Test
    void one_that_failed_at_a_push_is_not_looked_at_for_longer_than_another_push_takes() {
        patience.errorMin(SOON);
        server.pushAnswers.add(500);

        assertThat(replicated(2).attempts()).isEqualTo(2);

        assertThat(Duration.ofNanos(pushes().getLast().at() - pushes().getFirst().at()))
                .isBetween(SOON, Duration.ofSeconds(30));
    }

    @Test
    void one_whose_line_always_breaks_is_sent_the_bytes_twice_and_no_more() {
        patience.fruitlessMax(4);
        patience.visibleMax(SOON);
        server.hangsUp = true;
        server.hiddenFor.set(Integer.MAX_VALUE);

        assertThat(failed(2)).contains("does not show it after 2 s");

        assertThat(server.asked("PUT")).isEqualTo(2);
    }

    @Test
    void one_that_never_answers_a_push_is_sent_the_bytes_twice_and_no_more() {
        patience.fruitlessMax(4);
        patience.answerMax(SOON);
        patience.visibleMax(SOON);
        var work = new CountDownLatch(1);
        server.working = work;

        assertThat(failed(2))
                .contains("did not answer within 2 s after it was sent all of " + nupkg.id());

        work.countDown();
        assertThat(server.asked("PUT")).isEqualTo(2);
    }
}
