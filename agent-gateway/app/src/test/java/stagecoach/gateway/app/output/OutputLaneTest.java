package stagecoach.gateway.app.output;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import stagecoach.contracts.agent.LogEntry;
import stagecoach.vocabulary.identity.DeploymentId;
import stagecoach.vocabulary.packages.PackageId;
import stagecoach.vocabulary.packages.PackagePin;
import stagecoach.vocabulary.packages.PackageVersion;
import stagecoach.vocabulary.packages.Sha512;

/** While Kafka takes nothing, what sessions keep for it has a bound, and nothing of it is lost. */
@Timeout(60)
class OutputLaneTest {
    private static final int CHUNK = 256 * 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final PackagePin PIN =
            new PackagePin(
                    new PackageId("Shop.Web"),
                    new PackageVersion("1.0.0"),
                    Sha512.hashOf(new byte[] {1}),
                    1);

    private final AtomicLong all = new AtomicLong();
    private final AtomicInteger relieved = new AtomicInteger();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> kafkaIsBack = new CompletableFuture<>();
    private final List<Long> published = new CopyOnWriteArrayList<>();

    @AfterEach
    void nobodyWaitsAnyMore() {
        kafkaIsBack.complete(null);
        assertThat(failures).isEmpty();
    }

    private CompletionStage<Void> publish(List<LogEntry> batch) {
        kafkaIsBack.join();
        for (LogEntry entry : batch) {
            published.add(((LogEntry.TransferProgress) entry).bytes());
        }
        return CompletableFuture.completedFuture(null);
    }

    private OutputLane lane() {
        return new OutputLane(
                this::publish,
                all,
                (ticket, chunk) -> {},
                relieved::incrementAndGet,
                failures::add);
    }

    private static LogEntry entry(long number) {
        return new LogEntry.TransferProgress(
                DeploymentId.ofBits(1), PIN, Optional.empty(), Optional.empty(), number);
    }

    @Test
    void a_session_takes_no_more_than_its_part_and_goes_on_where_it_was() {
        OutputLane lane = lane();
        long offered = 0;
        // As a session does: what comes while its lane is full is not read.
        while (!lane.isFull()) {
            lane.offer(entry(offered++), CHUNK);
        }
        assertThat(all).hasValueLessThanOrEqualTo(LogRelay.LANE_MAX_BYTES + CHUNK);
        assertThat(relieved).hasValue(0);
        kafkaIsBack.complete(null);
        await().atMost(PATIENCE).until(() -> relieved.get() == 1);
        assertThat(lane.isFull()).isFalse();
        lane.offer(entry(offered++), CHUNK);
        long count = offered;
        await().atMost(PATIENCE).until(() -> published.size() == count);
        assertThat(published)
                .containsExactlyElementsOf(LongStream.range(0, count).boxed().toList());
        await().atMost(PATIENCE).until(() -> all.get() == 0);
    }

    @Test
    void all_sessions_together_take_no_more_than_theirs() {
        int lanes = 40;
        var open = new ArrayList<OutputLane>();
        for (int i = 0; i < lanes; i++) {
            open.add(lane());
        }
        long offered = 0;
        boolean room = true;
        while (room) {
            room = false;
            for (OutputLane lane : open) {
                if (!lane.isFull()) {
                    lane.offer(entry(offered++), CHUNK);
                    room = true;
                }
            }
        }
        // Less than each of them might have alone.
        assertThat(all)
                .hasValueGreaterThan(LogRelay.ALL_MAX_BYTES)
                .hasValueLessThanOrEqualTo(LogRelay.ALL_MAX_BYTES + (lanes + 1L) * CHUNK);
        kafkaIsBack.complete(null);
        await().atMost(PATIENCE).until(() -> relieved.get() == lanes);
        await().atMost(PATIENCE).until(() -> all.get() == 0);
        assertThat(published).hasSize((int) offered);
    }

    @Test
    void a_session_that_ends_gives_its_part_back() {
        OutputLane lane = lane();
        while (!lane.isFull()) {
            lane.offer(entry(0), CHUNK);
        }
        lane.close();
        lane.offer(entry(1), CHUNK);
        kafkaIsBack.complete(null);
        await().atMost(PATIENCE).until(() -> all.get() == 0);
        assertThat(published).doesNotContain(1L);
    }
}
