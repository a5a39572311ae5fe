package stagecoach.gateway.app.crowd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.store.TemporaryFailure;

class GatheringTest {
    private final List<List<Integer>> groups = Collections.synchronizedList(new ArrayList<>());
    private final CountDownLatch firstIsServed = new CountDownLatch(1);
    private final CompletableFuture<Void> mayGoOn = new CompletableFuture<>();
    private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();
    private final Gathering<Integer, Integer> doubled =
            new Gathering<>("doubled", 10, this::doubled);

    @AfterEach
    void stop() {
        mayGoOn.complete(null);
        callers.close();
    }

    private List<Integer> doubled(List<Integer> numbers) {
        groups.add(numbers);
        firstIsServed.countDown();
        mayGoOn.join();
        if (numbers.contains(13)) {
            throw new IllegalArgumentException("13");
        }
        if (numbers.contains(99)) {
            throw new TemporaryFailure("away", null);
        }
        return numbers.stream().map(n -> 2 * n).toList();
    }

    @Test
    void who_comes_alone_is_served_at_once() {
        mayGoOn.complete(null);

        assertThat(doubled.join(4)).isEqualTo(8);
        assertThat(groups).containsExactly(List.of(4));
    }

    @Test
    void who_comes_when_there_is_no_room_to_wait_is_told_so_at_once() throws Exception {
        var narrow = new Gathering<Integer, Integer>("the test", 10, 3, this::doubled);
        var first = callers.submit(() -> narrow.join(0));
        firstIsServed.await();
        var others = callers.submit(() -> narrow.joinAll(List.of(1, 2)));
        await().atMost(30, TimeUnit.SECONDS).until(() -> narrow.waiting() == 2);

        assertThatThrownBy(() -> narrow.joinAll(List.of(3, 4)))
                .isInstanceOf(TemporaryFailure.class)
                .hasMessageContaining("the test");
        var last = callers.submit(() -> narrow.join(5));
        await().atMost(30, TimeUnit.SECONDS).until(() -> narrow.waiting() == 3);
        mayGoOn.complete(null);
        assertThat(first.get()).isEqualTo(0);
        assertThat(others.get()).containsExactly(2, 4);
        assertThat(last.get()).isEqualTo(10);
    }

    @Test
    void who_comes_while_others_are_served_is_served_with_all_who_came_meanwhile()
            throws Exception {
        var first = callers.submit(() -> doubled.join(0));
        firstIsServed.await();
        var second = callers.submit(() -> doubled.joinAll(List.of(1, 2)));
        var third = callers.submit(() -> doubled.joinAll(List.of(3)));
        while (doubled.waiting() < 3) {
            Thread.onSpinWait();
        }
        mayGoOn.complete(null);

        assertThat(first.get()).isZero();
        assertThat(second.get()).containsExactly(2, 4);
        assertThat(third.get()).containsExactly(6);
        assertThat(groups).hasSize(2);
        assertThat(groups.getLast()).containsExactlyInAnyOrder(1, 2, 3);
    }

    @Test
    void a_group_is_no_larger_than_it_may_be() {
        mayGoOn.complete(null);

        var answers = doubled.joinAll(Collections.nCopies(25, 1));

        assertThat(answers).hasSize(25).containsOnly(2);
        assertThat(groups).allSatisfy(group -> assertThat(group).hasSizeLessThanOrEqualTo(10));
    }

    @Test
    void of_a_group_only_who_is_at_fault_hears_of_it() {
        mayGoOn.complete(null);

        assertThatThrownBy(() -> doubled.joinAll(List.of(1, 13, 2)))
                .isInstanceOf(IllegalArgumentException.class);
        // Who fails is told before those behind it have had their turn.
        await().atMost(30, TimeUnit.SECONDS)
                .untilAsserted(
                        () ->
                                assertThat(groups)
                                        .containsExactly(
                                                List.of(1, 13, 2),
                                                List.of(1),
                                                List.of(13),
                                                List.of(2)));
    }

    @Test
    void what_passes_fails_all_of_a_group_without_trying_each() {
        mayGoOn.complete(null);

        assertThatThrownBy(() -> doubled.joinAll(List.of(1, 99)))
                .isInstanceOf(TemporaryFailure.class);
        assertThat(groups).containsExactly(List.of(1, 99));
    }
}
