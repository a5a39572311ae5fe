package stagecoach.packages.app.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Promise;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PacedBodyTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final int BYTES = 1_000_000;

    @Test
    void one_piece_is_on_its_way_and_the_next_one_is_read_when_that_has_gone() throws Exception {
        var content = new ByteArrayInputStream(new byte[BYTES]);
        var onTheWay = new LinkedBlockingQueue<Promise<Void>>();
        var sent = new CompletableFuture<Boolean>();
        Thread.ofVirtual()
                .start(
                        () -> {
                            try {
                                new PacedBody(most -> most)
                                        .send(
                                                content,
                                                BYTES,
                                                (piece, count) -> {
                                                    Promise<Void> taken = Promise.promise();
                                                    onTheWay.add(taken);
                                                    PacedBody.awaitTaken(taken.future(), LONG);
                                                });
                                sent.complete(true);
                            } catch (IOException | InterruptedException e) {
                                sent.completeExceptionally(e);
                            }
                        });

        int left = BYTES;
        while (left > 0) {
            Promise<Void> taken = onTheWay.poll(2, TimeUnit.MINUTES);
            assertThat(content.available()).isLessThan(left);
            left = content.available();
            await().during(Duration.ofMillis(50)).until(onTheWay::isEmpty);
            assertThat(content.available()).isEqualTo(left);
            assertThat(taken).isNotNull();
            taken.complete();
        }
        assertThat(sent.get(2, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void who_takes_nothing_is_given_up() {
        Promise<Void> never = Promise.promise();
        assertThatThrownBy(() -> PacedBody.awaitTaken(never.future(), Duration.ofMillis(5)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("takes nothing");
    }
}
