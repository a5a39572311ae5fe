package stagecoach.runtime.gap;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import stagecoach.contracts.channel.StreamRequest.RepublishRequested;
import stagecoach.decider.StreamId;
import stagecoach.runtime.aggregate.UnitOfWork;
import stagecoach.runtime.streams.RequestPublisher;
import stagecoach.runtime.toy.OwnRelay;
import stagecoach.runtime.toy.ToyTest;

@ToyTest
@TestProfile(OwnRelay.class)
class GapWatchTest {
    private static final Instant SINCE = Instant.parse("2026-11-24T10:00:00Z");

    @Inject UnitOfWork unitOfWork;
    @Inject RequestPublisher publisher;

    private final String handler = "handler-" + UUID.randomUUID();
    private final StreamId stream = StreamId.of("account", UUID.randomUUID());

    private List<RepublishRequested> askAfter(Duration time) {
        var clock = Clock.fixed(SINCE.plus(time), ZoneOffset.UTC);
        var watch = new GapWatch(unitOfWork, clock, publisher);
        return watch.ask().stream().filter(r -> r.stream().equals(stream.value())).toList();
    }

    private void hold(long handled, long... versions) {
        unitOfWork.execute(
                tx -> {
                    tx.execute(
                            "INSERT INTO inbox (handler, stream, version, held) VALUES (?1, ?2, ?3, true)",
                            handler,
                            stream.value(),
                            handled);
                    for (long version : versions) {
                        tx.execute(
                                "INSERT INTO gap (handler, stream, version, headers, data, since) VALUES (?1, ?2, ?3, '{}', ?4, ?5)",
                                handler,
                                stream.value(),
                                version,
                                new byte[0],
                                SINCE);
                    }
                });
    }

    @Test
    void what_is_missing_is_asked_for_after_ten_seconds_and_less_and_less_often() {
        hold(3, 6, 7, 9);
        var missing = new RepublishRequested(stream.value(), 4, 5);
        assertThat(askAfter(Duration.ofSeconds(9))).isEmpty();
        assertThat(askAfter(Duration.ofSeconds(10))).containsExactly(missing);
        assertThat(askAfter(Duration.ofSeconds(29))).isEmpty();
        assertThat(askAfter(Duration.ofSeconds(30))).containsExactly(missing);
        assertThat(askAfter(Duration.ofSeconds(69))).isEmpty();
        assertThat(askAfter(Duration.ofSeconds(70))).containsExactly(missing);
    }

    @Test
    void a_stream_of_which_nothing_was_handled_is_asked_for_from_its_beginning() {
        hold(0, 3);
        assertThat(askAfter(Duration.ofSeconds(10)))
                .containsExactly(new RepublishRequested(stream.value(), 1, 2));
    }

    @Test
    void an_event_that_is_next_is_asked_for_itself_to_be_handled() {
        hold(5, 6, 9);
        assertThat(askAfter(Duration.ofSeconds(10)))
                .containsExactly(new RepublishRequested(stream.value(), 6, 6));
    }
}
