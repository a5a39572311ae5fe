package stagecoach.packages.app.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.packages.app.upstream.ReadThrough.UnderwayException;
import stagecoach.vocabulary.identity.FeedId;

/** What readers wait for, of which each has so much patience. */
@Timeout(180)
class QuestionsTest {
    private static final FeedId FEED = new FeedId("slow");
    private static final Duration LONG = Duration.ofSeconds(50);

    private final Questions<String> questions = new Questions<>(Duration.ZERO);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicInteger hanging = new AtomicInteger();

    @AfterEach
    void open() {
        gate.countDown();
    }

    private String hangs(Duration patience) throws InterruptedException {
        hanging.incrementAndGet();
        assertThat(patience).isLessThanOrEqualTo(LONG);
        gate.await();
        return "answered";
    }

    private String asked(String about, Duration patience) throws Exception {
        return questions.ask(FEED, about, Deadline.in(patience), this::hangs);
    }

    private CompletableFuture<String> begun(String about) {
        var answer = new CompletableFuture<String>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                answer.complete(asked(about, LONG));
                            } catch (Exception e) {
                                answer.completeExceptionally(e);
                            }
                        });
        return answer;
    }

    @Test
    void whoever_asks_first_waits_no_longer_than_he_can_and_who_asks_next_gets_the_answer()
            throws Exception {
        assertThatThrownBy(() -> asked("a", Duration.ofMillis(50)))
                .isInstanceOf(UnderwayException.class)
                .hasMessage("A feed outside has not answered yet.");

        CompletableFuture<String> next = begun("a");
        gate.countDown();
        assertThat(next.get()).isEqualTo("answered");
    }

    @Test
    void whoever_gets_no_turn_is_told_so_as_soon_as_his_patience_is_over() throws Exception {
        List<CompletableFuture<String>> others =
                IntStream.range(0, 8).mapToObj(i -> begun("other" + i)).toList();
        await().atMost(30, TimeUnit.SECONDS).until(() -> hanging.get() == 8);

        assertThatThrownBy(() -> asked("ninth", Duration.ofMillis(50)))
                .isInstanceOf(UnderwayException.class)
                .hasMessageContaining("8 questions to the feed \"slow\" are open");

        gate.countDown();
        for (CompletableFuture<String> other : others) {
            assertThat(other.get()).isEqualTo("answered");
        }
        assertThat(asked("ninth", LONG)).isEqualTo("answered");
    }
}
