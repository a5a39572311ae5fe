package stagecoach.gateway.app.session.lane;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class LaneTest {
    @Test
    void a_task_that_fails_in_whatever_way_is_told_and_does_not_hold_up_the_next_one()
            throws Exception {
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        var lane = new Lane("of a test", failures::add);
        var hungry = new OutOfMemoryError("of a test");
        lane.submit(
                () -> {
                    throw hungry;
                },
                1);
        var next = new CompletableFuture<Boolean>();
        lane.submit(() -> next.complete(true), 1);
        assertThat(next.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(failures).containsExactly(hungry);
        assertThat(lane.isFull(false)).isFalse();
    }
}
