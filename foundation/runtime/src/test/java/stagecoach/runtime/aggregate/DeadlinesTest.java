package stagecoach.runtime.aggregate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import stagecoach.runtime.test.StagecoachResource;

class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();
    private final CompletableFuture<String> answer = new CompletableFuture<>();

    @Test
    void an_answer_in_time_is_handed_on_however_often_one_looks() {
        var waiting = waiting(Duration.ofHours(1));

        deadlines.look();
        assertThat(answer).isNotDone();
        answer.complete("here");

        assertThat(waiting.join()).isEqualTo("here");
    }

    @Test
    void who_has_waited_too_long_hears_of_it_at_the_next_look() {
        var waiting = waiting(Duration.ofMillis(200));

        await().atMost(StagecoachResource.PATIENCE)
                .until(
                        () -> {
                            deadlines.look();
                            return waiting.isDone();
                        });

        assertThatThrownBy(waiting::join).hasRootCauseInstanceOf(TimeoutException.class);
        assertThat(answer).isCompletedExceptionally();
    }

    private CompletableFuture<String> waiting(Duration most) {
        var waiting = CompletableFuture.supplyAsync(() -> deadlines.join(answer, most));
        await().atMost(StagecoachResource.PATIENCE)
                .until(() -> answer.getNumberOfDependents() == 1);
        return waiting;
    }
}
