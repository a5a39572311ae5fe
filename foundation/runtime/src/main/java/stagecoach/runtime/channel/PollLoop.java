package stagecoach.runtime.channel;

import io.quarkus.logging.Log;
import io.smallrye.mutiny.subscription.MultiEmitter;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jspecify.annotations.Nullable;

/**
 * Polls one consumer on a thread of its own and hands on what comes, one batch at a time. Offsets
 * are committed once a second, and only those of acknowledged batches: what was handled last may
 * come again, and nothing is left out. While a batch takes long, the consumer keeps its place in
 * its group and takes nothing new. A consumer that fails is replaced by another one.
 */
final class PollLoop {
    private static final Duration POLL = Duration.ofSeconds(1);

    /** Most batches are handled by then, without a poll in between. */
    private static final Duration SOON = Duration.ofMillis(200);

    private static final long COMMIT_EVERY_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Duration COMMIT_MAX = Duration.ofSeconds(3);
    private static final Duration CLOSE_MAX = Duration.ofSeconds(1);
    private static final Duration TROUBLE = Duration.ofSeconds(1);

    /** What was begun when the service stops is given so much to end. */
    private static final Duration STOP_MAX = Duration.ofSeconds(2);

    private final String channel;
    private final List<String> topics;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Semaphore stopped = new Semaphore(0);
    private final Map<TopicPartition, OffsetAndMetadata> handled = new HashMap<>();
    private volatile @Nullable Consumer<String, byte[]> consumer;
    private volatile @Nullable Thread thread;
    private volatile boolean stopping;
    private boolean busy;
    private boolean uncommitted;
    private long committedAt = System.nanoTime();

    PollLoop(String channel, List<String> topics, Supplier<Consumer<String, byte[]>> consumers) {
        this.channel = channel;
        this.topics = topics;
        this.consumers = consumers;
    }

    /** Begins to poll for {@code batches}. */
    void start(MultiEmitter<? super Message<ConsumerRecords<String, byte[]>>> batches) {
        batches.onTermination(this::ended);
        thread = Thread.ofPlatform().name("channel-" + channel).daemon().start(() -> run(batches));
    }

    /** Lets it stop soon. */
    void stop() {
        stopping = true;
        stopped.release();
        var polling = consumer;
        if (polling != null) {
            polling.wakeup();
        }
    }

    /** Nobody listens any more. */
    private void ended() {
        if (!stopping) {
            Log.errorf("The channel has ended, and its service is deaf. channel=%s", channel);
        }
        stop();
    }

    /** Waits until it has stopped, so long at most. */
    void join(Duration most) {
        var running = thread;
        if (running == null || most.isNegative()) {
            return;
        }
        try {
            running.join(most);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes a consumer, soon; its place in the group is kept for the next one. */
    static void close(Consumer<String, byte[]> consumer) {
        consumer.close(CloseOptions.timeout(CLOSE_MAX));
    }

    /** The same when there will be no next one: others take its partitions over at once. */
    private static void leave(Consumer<String, byte[]> consumer) {
        consumer.close(
                CloseOptions.timeout(CLOSE_MAX)
                        .withGroupMembershipOperation(
                                CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
    }

    private void run(MultiEmitter<? super Message<ConsumerRecords<String, byte[]>>> batches) {
        boolean troubled = false;
        while (!stopping) {
            try {
                var polled = consumers.get();
                try {
                    consumer = polled;
                    handled.clear();
                    polled.subscribe(topics, new Rebalance(polled));
                    hand(polled, poll(polled, POLL), batches);
                    if (troubled) {
                        troubled = false;
                        Log.infof("The channel works again. channel=%s", channel);
                    }
                    while (!stopping) {
                        hand(polled, poll(polled, POLL), batches);
                    }
                    commitNow(polled, handled);
                } finally {
                    if (stopping) {
                        leave(polled);
                    } else {
                        close(polled);
                    }
                }
            } catch (RuntimeException | Error e) {
                // Whatever it is: without its channels the service would be deaf.
                if (!troubled && !stopping) {
                    Log.warnf(
                            e,
                            "A channel does not work; it tries again every second. channel=%s",
                            channel);
                }
                troubled = true;
                pause();
            }
        }
    }

    /** What has come in a while; nothing if it is to stop. */
    private static ConsumerRecords<String, byte[]> poll(
            Consumer<String, byte[]> polled, Duration most) {
        try {
            return polled.poll(most);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        }
    }

    private void pause() {
        try {
            if (stopped.tryAcquire(TROUBLE.toMillis(), TimeUnit.MILLISECONDS)) {
                stopped.release();
            }
        } catch (InterruptedException e) {
            stopping = true;
        }
    }

    private void hand(
            Consumer<String, byte[]> polled,
            ConsumerRecords<String, byte[]> records,
            MultiEmitter<? super Message<ConsumerRecords<String, byte[]>>> batches) {
        boolean done = records.isEmpty();
        while (!done && !stopping) {
            var outcome = new CompletableFuture<Void>();
            batches.emit(
                    Message.of(
                            records,
                            () -> ended(outcome, null),
                            failure -> ended(outcome, failure)));
            done = isHandled(polled, outcome);
        }
        if (done) {
            uncommitted |= !records.isEmpty();
            handled.putAll(records.nextOffsets());
            handled.keySet().retainAll(polled.assignment());
            commitNowAndThen(polled);
        }
    }

    private static CompletionStage<Void> ended(
            CompletableFuture<Void> outcome, @Nullable Throwable failure) {
        if (failure == null) {
            outcome.complete(null);
        } else {
            outcome.completeExceptionally(failure);
        }
        return CompletableFuture.completedStage(null);
    }

    /** Waits for the handler; false if it has failed, or the service stops. */
    private boolean isHandled(Consumer<String, byte[]> polled, CompletableFuture<Void> outcome) {
        busy = true;
        try {
            boolean paused = false;
            long stopAt = 0;
            while (true) {
                try {
                    outcome.get(SOON.toMillis(), TimeUnit.MILLISECONDS);
                    return true;
                } catch (TimeoutException e) {
                    if (stopping) {
                        stopAt = stopAt == 0 ? System.nanoTime() + STOP_MAX.toNanos() : stopAt;
                        if (System.nanoTime() >= stopAt) {
                            return false;
                        }
                        continue;
                    }
                    if (!paused) {
                        polled.pause(polled.assignment());
                        paused = true;
                    }
                    // The group is told that it lives, and hears of those who come and go.
                    poll(polled, Duration.ZERO);
                }
            }
        } catch (ExecutionException e) {
            if (!stopping) {
                Log.errorf(e.getCause(), "A batch is handed on again. channel=%s", channel);
                polled.pause(polled.assignment());
                poll(polled, Duration.ZERO);
                pause();
            }
            return false;
        } catch (InterruptedException e) {
            stopping = true;
            return false;
        } finally {
            busy = false;
            polled.resume(polled.paused());
        }
    }

    private void commitNowAndThen(Consumer<String, byte[]> polled) {
        long now = System.nanoTime();
        if (uncommitted && now - committedAt >= COMMIT_EVERY_NANOS) {
            committedAt = now;
            uncommitted = false;
            polled.commitAsync(
                    Map.copyOf(handled), (offsets, failure) -> uncommitted |= failure != null);
        }
    }

    private void commitNow(
            Consumer<String, byte[]> polled, Map<TopicPartition, OffsetAndMetadata> offsets) {
        if (offsets.isEmpty()) {
            return;
        }
        try {
            try {
                polled.commitSync(offsets, COMMIT_MAX);
            } catch (WakeupException e) {
                // It was meant for a poll.
                polled.commitSync(offsets, COMMIT_MAX);
            }
        } catch (KafkaException e) {
            // What was handled comes again and has no effect.
            Log.debugf("offsets were not committed channel=%s cause=%s", channel, e);
        }
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        private final Consumer<String, byte[]> polled;

        private Rebalance(Consumer<String, byte[]> polled) {
            this.polled = polled;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            if (busy) {
                polled.pause(partitions);
            }
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            var theirs = new HashMap<>(handled);
            theirs.keySet().retainAll(partitions);
            if (!stopping) {
                commitNow(polled, theirs);
            }
            handled.keySet().removeAll(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            handled.keySet().removeAll(partitions);
        }
    }
}
